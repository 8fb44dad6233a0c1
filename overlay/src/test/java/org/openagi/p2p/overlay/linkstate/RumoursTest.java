package org.openagi.p2p.overlay.linkstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Adverts;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Listing;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.News;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Summary;
import org.openagi.p2p.overlay.linkstate.LinkStateFrame.Wish;
import org.openagi.p2p.testkit.TestPeers;

/** Telling, asking, and what neither may exceed. */
class RumoursTest {
  private final RoutingNet net = new RoutingNet(1);
  private final List<Wish> wishes = new ArrayList<>();

  private List<Node> chain(int length) {
    List<Node> nodes = net.add(1, length, NodeType.FULL);
    for (int i = 1; i < length; i++) net.link(nodes.get(i - 1), nodes.get(i));
    net.run(Duration.ofSeconds(20));
    net.spy = (from, to, frame) -> {
      if (from == nodes.getFirst() && frame instanceof Wish wish) wishes.add(wish);
      return true;
    };
    return nodes;
  }

  private static long dropped(Node node, LinkStateDrop what) {
    return node.links.counts().dropped().getOrDefault(what, 0L);
  }

  private static List<Listing.Entry> unknown(int first, int count) {
    List<Listing.Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) entries.add(new Listing.Entry(first + i, 1, 3));
    return entries;
  }

  @Test
  void newsHaveOneTo512Entries() throws ProtocolViolationException {
    assertThrows(IllegalArgumentException.class, () -> new News(List.of()));
    assertThrows(IllegalArgumentException.class, () -> new News(unknown(0, 513)));
    News most = new News(unknown(0, 512));
    WireWriter out = new WireWriter(8192);
    most.write(out);
    byte[] body = out.toArray();
    assertEquals(most, LinkStateFrame.decode(News.TYPE, new WireReader(body, 0, body.length)));
    for (int count : new int[] {0, 513}) {
      byte[] wrong = new WireWriter(2).varint(count).toArray();
      WireReader in = new WireReader(wrong, 0, wrong.length);
      assertThrows(ProtocolViolationException.class, () -> LinkStateFrame.decode(News.TYPE, in));
    }
  }

  @Test
  void eachAdvertIsAskedOfOneNeighbourAndOfAnotherIfItDoesNotCome() {
    List<Node> nodes = chain(2);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    Node c = net.add(9);
    net.link(a, c);
    net.run(Duration.ofSeconds(20));
    wishes.clear();
    News news = new News(unknown(100, 1));
    a.receive(b, news);
    a.receive(c.id, news);
    assertEquals(1, wishes.size());
    net.run(Duration.ofSeconds(2));
    a.receive(c.id, news);
    assertEquals(1, wishes.size());
    net.run(Duration.ofSeconds(1));
    a.receive(c.id, news);
    assertEquals(2, wishes.size());
    a.receive(b, new News(List.of(new Listing.Entry(100, 2, 3))));
    assertEquals(3, wishes.size(), "a newer one is another one");
  }

  @Test
  void aNeighbourThatTellsTooOftenIsNotHeardAndCounted() {
    Node a = chain(2).getFirst();
    PeerId b = a.neighbours().getFirst();
    for (int i = 0; i < 32; i++) a.receive(b, new News(unknown(i, 1)));
    assertEquals(32, wishes.size());
    assertEquals(0, dropped(a, LinkStateDrop.NEWS_TOO_OFTEN));
    a.receive(b, new News(unknown(32, 1)));
    assertEquals(32, wishes.size());
    assertEquals(1, dropped(a, LinkStateDrop.NEWS_TOO_OFTEN));
    net.run(Duration.ofSeconds(1));
    for (int i = 0; i < 9; i++) a.receive(b, new News(unknown(50 + i, 1)));
    assertEquals(40, wishes.size());
    assertEquals(2, dropped(a, LinkStateDrop.NEWS_TOO_OFTEN));
  }

  @Test
  void aNeighbourThatTellsOfWhatDoesNotExistIsAskedFor512AtMost() {
    Node a = chain(2).getFirst();
    PeerId b = a.neighbours().getFirst();
    a.receive(b, new News(unknown(0, 512)));
    assertEquals(512, wishes.getFirst().origins().size());
    a.receive(b, new News(unknown(600, 2)));
    assertEquals(1, wishes.size());
    assertEquals(2, dropped(a, LinkStateDrop.TOO_MUCH_ASKED));
    net.run(Duration.ofSeconds(3));
    a.receive(b, new News(unknown(600, 2)));
    assertEquals(2, wishes.size(), "what did not come is forgotten");
  }

  @Test
  void whatANeighbourIsToBeToldOfIsBounded() {
    List<Node> nodes = chain(2);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    net.link(a, net.add(9));
    net.run(Duration.ofSeconds(20));
    long now = net.time.epochMillis();
    long[] told = new long[1];
    net.spy = (from, to, frame) -> {
      if (from == a && !to.id.equals(b) && frame instanceof News news) {
        told[0] += news.entries().size();
      }
      return true;
    };
    for (int i = 0; i < 600; i++) {
      PeerId origin = TestPeers.keyless(1000 + i);
      LinkAdvert.Statement said = new LinkAdvert.Statement(
          origin, now, now, 180_000, NodeType.FULL, true, false, Bytes.EMPTY, List.of());
      LinkAdvert advert = LinkAdvert.of(said, signed -> RoutingNet.signature(origin, signed));
      a.receive(b, new Adverts(List.of(advert)));
    }
    assertEquals(600 - 512, dropped(a, LinkStateDrop.TOO_MUCH_UNTOLD));
    net.run(Duration.ofMillis(600));
    assertEquals(512, told[0]);
    net.run(Duration.ofMinutes(2));
    assertTrue(net.node(TestPeers.keyless(9)).links.counts().known() > 600, "compared later");
  }

  @Test
  void comparisonsThatNobodyAskedForOrTooOftenAreCounted() {
    Node a = chain(2).getFirst();
    PeerId b = a.neighbours().getFirst();
    a.receive(b, new Listing(1, unknown(0, 1)));
    assertEquals(1, dropped(a, LinkStateDrop.LISTING_UNASKED));
    Summary summary = new Summary(1, new ArrayList<>(java.util.Collections.nCopies(64, 0L)));
    for (int i = 0; i < 9; i++) a.receive(b, summary);
    assertEquals(1, dropped(a, LinkStateDrop.SUMMARY_TOO_OFTEN));
  }

  @Test
  void aNeighbourThatWishesForTheSameForeverGetsAsMuchAsATableTwice() {
    List<Node> nodes = chain(2);
    Node a = nodes.get(0);
    PeerId b = nodes.get(1).id;
    long hash = Peers.hash(a.id);
    long before = a.links.counts().sent();
    for (int i = 0; i < 3000; i++) a.receive(b, new Wish(List.of(hash)));
    assertTrue(a.links.counts().sent() - before <= 2048);
    assertTrue(dropped(a, LinkStateDrop.SERVED_TOO_MUCH) >= 3000 - 2048);
  }
}
