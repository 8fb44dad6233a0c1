package org.openagi.p2p.network.transfer;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferLimits;
import org.openagi.p2p.messaging.transfer.TransferReason;

/** Reads frames, one at a time, each into the same array. Confined to one thread. */
final class FrameInput {
  /** For the few bytes before a body; longer bodies go past it. */
  private static final int BUFFER_BYTES = 4096;

  private final InputStream in;
  private byte[] body = new byte[TransferLimits.MAX_OFFER_BYTES];
  private int type;
  private int length;

  FrameInput(InputStream in) {
    this.in = new BufferedInputStream(in, BUFFER_BYTES);
  }

  /**
   * Waits for the next frame.
   *
   * @param maxBody longest body that is read
   * @throws EOFException if the stream is over
   */
  void next(int maxBody) throws IOException, TransferException {
    type = need(in.read());
    length = readLength();
    if (length > maxBody)
      throw new TransferException(
          TransferReason.PROTOCOL_VIOLATION,
          "frame " + type + " of " + length + " bytes, at most " + maxBody);
    if (length > body.length) body = new byte[TransferLimits.MAX_BODY_BYTES];
    if (in.readNBytes(body, 0, length) < length) need(-1);
  }

  /** A varint of at most three bytes, in its shortest form. */
  private int readLength() throws IOException, TransferException {
    int value = 0;
    for (int shift = 0; shift < 21; shift += 7) {
      int b = need(in.read());
      value |= (b & 0x7f) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) break;
        return value;
      }
    }
    throw new TransferException(
        TransferReason.PROTOCOL_VIOLATION, "the length of frame " + type + " is malformed");
  }

  private static int need(int value) throws EOFException {
    if (value < 0) throw new EOFException("the other side ended the stream");
    return value;
  }

  int type() {
    return type;
  }

  /** The body from index 0 on, until the next frame is read. */
  byte[] body() {
    return body;
  }

  int length() {
    return length;
  }
}
