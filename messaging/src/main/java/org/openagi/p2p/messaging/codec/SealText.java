package org.openagi.p2p.messaging.codec;

import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;

/**
 * The bytes a seal signs, for one sender, recipient, lane and epoch. Immutable.
 *
 * @see "docs/wire/message-1.0.md, section 4"
 */
public final class SealText {
  private static final byte[] DOMAIN =
      "openagi-message-bundle/1".getBytes(StandardCharsets.US_ASCII);

  private final byte[] prefix;

  /** Prepares what stays the same for all bundles of a lane. */
  public SealText(PeerId sender, PeerId recipient, Lane lane, long epoch) {
    this.prefix = new WireWriter(160)
        .bytes(DOMAIN)
        .u8(Seal.SCHEME)
        .u8(sender.toBytes().length())
        .bytes(sender.toBytes())
        .u8(recipient.toBytes().length())
        .bytes(recipient.toBytes())
        .u8(lane.number())
        .u64(epoch)
        .toArray();
  }

  /**
   * The text for one bundle.
   *
   * @param digest SHA-256 over the bundle's frames
   */
  public byte[] of(long first, long count, byte[] digest) {
    return new WireWriter(prefix.length + 48)
        .bytes(prefix)
        .u64(first)
        .u64(count)
        .bytes(digest)
        .toArray();
  }
}
