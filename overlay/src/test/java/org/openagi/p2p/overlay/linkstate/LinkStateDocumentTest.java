package org.openagi.p2p.overlay.linkstate;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.Examples;

/** The worked examples of docs/wire/overlay-linkstate.md are what the codec makes. */
class LinkStateDocumentTest {
  private static final HostKey ORIGIN = HostKey.fromSeed(Bytes.fromHex("01".repeat(32)));
  private static final HostKey OTHER = HostKey.fromSeed(Bytes.fromHex("02".repeat(32)));

  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    LinkAdvert advert = LinkAdvert.of(
        new LinkAdvert.Statement(
            ORIGIN.peerId(),
            1_767_225_600_001L,
            1_767_225_600_000L,
            180_000,
            NodeType.STORAGE,
            true,
            true,
            Bytes.ofUtf8("key"),
            List.of(new AdvertLink(OTHER.peerId(), 27, 1, 0)),
            "lighthouse"),
        ORIGIN::sign);
    if (!advert.isSigned()) throw new AssertionError("not signed");
    List<Long> buckets = new ArrayList<>();
    for (int i = 0; i < LinkStateFrame.BUCKETS; i++) buckets.add(i == 41 ? 0xfeedL : 0L);
    long origin = advert.originHash();
    new Examples("overlay-linkstate.md")
        .add(
            "ADVERTS: one of a STORAGE node, with a link of 10.8 ms and 1 % loss",
            new LinkStateFrame.Adverts(List.of(advert)))
        .add("SUMMARY, bucket 41 of which is not empty", new LinkStateFrame.Summary(7, buckets))
        .add(
            "LISTING of bucket 41",
            new LinkStateFrame.Listing(
                1L << 41, List.of(new LinkStateFrame.Listing.Entry(origin, advert.sequence(), 2))))
        .add("WISH for that origin", new LinkStateFrame.Wish(List.of(origin)))
        .add(
            "NEWS of one advert",
            new LinkStateFrame.News(
                List.of(new LinkStateFrame.Listing.Entry(origin, advert.sequence(), 2))))
        .check();
  }
}
