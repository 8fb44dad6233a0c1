package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * The last frame of a recipient that has it all.
 *
 * @param size bytes of the content
 * @param sha256 its digest
 * @see "docs/wire/transfer-1.0.md, section 2.6"
 */
public record Done(long size, Bytes sha256) {
  /** The whole frame. */
  public byte[] toFrame() {
    return new WireWriter(64).varint(size).bytes(sha256).toFrame(TransferFrames.DONE);
  }

  static Done decode(byte[] body, int length) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, length);
    Done done = new Done(
        in.varint(0, TransferLimits.MAX_SIZE_BYTES, "size of DONE"),
        in.bytes(TransferFrames.DIGEST_BYTES, "digest of DONE"));
    in.unknownOptions("DONE");
    return done;
  }
}
