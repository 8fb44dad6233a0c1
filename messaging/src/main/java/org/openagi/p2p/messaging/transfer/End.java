package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The sender's word on the content as a whole.
 *
 * @param size bytes of the content
 * @param sha256 its digest
 * @param signature over both
 * @see "docs/wire/transfer-1.0.md, section 2.5"
 */
record End(long size, Bytes sha256, Bytes signature) {
  byte[] toFrame() {
    return new WireWriter(128)
        .varint(size)
        .bytes(sha256)
        .u8(SignedText.SCHEME)
        .varint(signature.length())
        .bytes(signature)
        .toFrame(TransferFrames.END);
  }

  static End decode(byte[] body, int length) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    long size = in.varint(0, TransferLimits.MAX_SIZE_BYTES, "size of END");
    Bytes sha256 = in.bytes(TransferFrames.DIGEST_BYTES, "digest of END");
    End end = new End(size, sha256, Offer.signature(in, "END"));
    in.unknownOptions("END");
    return end;
  }
}
