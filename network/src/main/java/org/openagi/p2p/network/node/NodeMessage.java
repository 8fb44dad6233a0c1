package org.openagi.p2p.network.node;

import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;
import org.openagi.p2p.core.record.NodeRecord;

/**
 * One message of the exchange, a protobuf:
 *
 * <pre>
 * field  type    meaning
 *     1  bytes   the sender's record in its signed envelope, at most 8192 bytes
 *     2  uint32  verdict on the receiver's record
 *     3  string  reason of the verdict, at most 256 bytes
 * </pre>
 *
 * @param record empty in the third message
 * @param judgement empty in the first message
 */
record NodeMessage(Optional<Bytes> record, Optional<Judgement> judgement) {
  /** Longest message; the length prefix is checked against it before anything is read. */
  static final int BYTES_MAX = NodeRecord.MAX_BYTES + 512;

  static final int RECORD_BYTES_MAX = NodeRecord.MAX_BYTES;
  static final int REASON_BYTES_MAX = 256;

  Bytes encode() {
    ProtoWriter out = new ProtoWriter(512);
    record.ifPresent(value -> out.bytes(1, value));
    judgement.ifPresent(value -> {
      out.varint(2, value.verdict().code());
      if (!value.reason().isEmpty()) out.string(3, shortened(value.reason()));
    });
    return out.toBytes();
  }

  /**
   * @throws ProtocolViolationException if a field is too long or malformed; a verdict with a number
   *     that is not known is taken for a refusal
   */
  static NodeMessage decode(Bytes encoded) throws ProtocolViolationException {
    ProtoReader in = ProtoReader.of(encoded, Scope.CONNECTION);
    Optional<Bytes> record = Optional.empty();
    Optional<Verdict> verdict = Optional.empty();
    String reason = "";
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> record = Optional.of(in.readBytes(RECORD_BYTES_MAX));
        case 2 -> verdict = Optional.of(verdict(in.readVarint()));
        case 3 -> reason = printable(in.readString(REASON_BYTES_MAX));
        default -> in.skip();
      }
    }
    String words = reason;
    return new NodeMessage(record, verdict.map(value -> new Judgement(value, words)));
  }

  private static Verdict verdict(long code) {
    return Verdict.ofCode(code).orElse(Verdict.RECORD_INVALID);
  }

  /** The reason is shown to people, so it must not move their cursor. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
  }

  private static String shortened(String reason) {
    String text = reason;
    while (text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > REASON_BYTES_MAX)
      text = text.substring(0, text.offsetByCodePoints(text.length(), -1));
    return text;
  }
}
