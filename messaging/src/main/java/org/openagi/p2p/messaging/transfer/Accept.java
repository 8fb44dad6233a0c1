package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The first frame of a recipient that takes the transfer.
 *
 * @param offset bytes of the content it has
 * @param prefix SHA-256 of these
 * @see "docs/wire/transfer-1.0.md, section 2.2"
 */
record Accept(long offset, Bytes prefix) {
  byte[] toFrame() {
    return new WireWriter(64)
        .u8(TransferLimits.VERSION)
        .varint(offset)
        .bytes(prefix)
        .toFrame(TransferFrames.ACCEPT);
  }

  static Accept decode(byte[] body, int length) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    int version = in.u8("version");
    if (version != TransferLimits.VERSION) {
      throw WireReader.violation("ACCEPT of version " + version + ", known is 1");
    }
    Accept accept = new Accept(
        in.varint(0, TransferLimits.MAX_SIZE_BYTES, "offset of ACCEPT"),
        in.bytes(TransferFrames.DIGEST_BYTES, "digest of ACCEPT"));
    in.unknownOptions("ACCEPT");
    return accept;
  }
}
