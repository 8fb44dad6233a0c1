package org.openagi.p2p.messaging.transfer;

import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.identity.PeerId;

/**
 * What the sender's signatures are made over. What both ends know costs no bytes and is covered.
 *
 * @param sender who signs
 * @param recipient for whom, so that nobody else can be shown the same offer as if it were for them
 * @see "docs/wire/transfer-1.0.md, section 3"
 */
public record SignedText(PeerId sender, PeerId recipient) {
  /** Scheme 1: the sender's host key over the text as it is. */
  static final int SCHEME = 1;

  private static final String OFFER_DOMAIN = "openagi-transfer-offer/1";
  private static final String END_DOMAIN = "openagi-transfer-end/1";

  byte[] ofOffer(byte[] fields) {
    return begin(OFFER_DOMAIN, 160 + fields.length).bytes(fields).toArray();
  }

  byte[] ofEnd(TransferId id, long size, Bytes sha256) {
    return begin(END_DOMAIN, 240).bytes(id.bytes()).u64(size).bytes(sha256).toArray();
  }

  private WireWriter begin(String domain, int sizeHint) {
    WireWriter out = new WireWriter(sizeHint);
    out.bytes(domain.getBytes(StandardCharsets.US_ASCII)).u8(SCHEME);
    peer(out, sender);
    peer(out, recipient);
    return out;
  }

  private static void peer(WireWriter out, PeerId peer) {
    Bytes bytes = peer.toBytes();
    out.u8(bytes.length()).bytes(bytes);
  }
}
