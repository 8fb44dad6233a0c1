package org.openagi.p2p.messaging.codec;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.RefusalReason;

/**
 * What is settled for the recipient.
 *
 * @param settled every number up to here is
 * @param exceptions those of them that were refused, in descending order of number
 * @see "docs/wire/message-1.0.md, section 2.5"
 */
public record Ack(long settled, List<Refusal> exceptions) {
  /** Checks count and order of the exceptions. */
  public Ack {
    exceptions = List.copyOf(exceptions);
    if (exceptions.size() > WireLimits.MAX_EXCEPTIONS) {
      throw new IllegalArgumentException(exceptions.size() + " exceptions in one acknowledgement");
    }
  }

  /** The whole frame. */
  public byte[] toFrame() {
    WireWriter out = new WireWriter(16 + 16 * exceptions.size());
    writeTo(out);
    return out.toFrame(FrameType.ACK);
  }

  void writeTo(WireWriter out) {
    out.varint(settled);
    writeExceptions(out);
  }

  void writeExceptions(WireWriter out) {
    out.varint(exceptions.size());
    for (Refusal refusal : exceptions) {
      out.varint(settled - refusal.number());
      out.u8(refusal.reason().number());
      out.text(refusal.detail(), WireLimits.MAX_TEXT_BYTES);
    }
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) naming the field that is wrong
   */
  public static Ack decode(byte[] body) throws ProtocolViolationException {
    WireReader in = new WireReader(body, 0, body.length);
    long settled = in.varint(0, WireLimits.MAX_NUMBER, "settled number");
    Ack ack = new Ack(settled, readExceptions(in, settled));
    in.unknownOptions("ACK");
    return ack;
  }

  static List<Refusal> readExceptions(WireReader in, long settled)
      throws ProtocolViolationException {
    int count = (int) in.varint(0, WireLimits.MAX_EXCEPTIONS, "exception count");
    if (count == 0) return List.of();
    List<Refusal> exceptions = new ArrayList<>(Math.min(count, in.remaining() / 3 + 1));
    long least = -1;
    for (int i = 0; i < count; i++) {
      long back = in.varint(least + 1, settled - 1, "exception " + i);
      least = back;
      RefusalReason reason = RefusalReason.ofNumber(in.u8("reason"));
      String detail = in.text(WireLimits.MAX_TEXT_BYTES, "detail");
      exceptions.add(new Refusal(settled - back, reason, detail));
    }
    return exceptions;
  }
}
