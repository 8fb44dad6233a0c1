package org.openagi.p2p.net.swarm;

import java.util.Optional;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.mux.GoAwayException;

/**
 * A refusal as a Yamux go-away code: {@code 0x4F} ('O'), the cause, and the limit in 16 bits. Any
 * libp2p peer sees an orderly end; ours can say why. See {@code docs/wire/refusal.md}. Stateless.
 */
final class RefusalCode {
  private static final int MARK = 0x4f;
  private static final int MAX_LIMIT = 0xffff;
  private static final int FRAME_BYTES = 12;
  private static final int TYPE_GO_AWAY = 3;

  private RefusalCode() {}

  static int encode(RefusalCause cause, long limit) {
    return MARK << 24 | cause.code() << 16 | Math.clamp(limit, 0, MAX_LIMIT);
  }

  /**
   * The whole go-away frame, for a connection that has no multiplexer yet.
   *
   * @see "hashicorp/yamux spec.md, Framing: version, type, flags, stream id, length"
   */
  static byte[] frame(RefusalCause cause, long limit) {
    byte[] frame = new byte[FRAME_BYTES];
    frame[1] = TYPE_GO_AWAY;
    int code = encode(cause, limit);
    for (int i = 0; i < Integer.BYTES; i++) {
      frame[FRAME_BYTES - 1 - i] = (byte) (code >>> (8 * i));
    }
    return frame;
  }

  /** The peer's reason in words, if its code is one of ours. */
  static Optional<String> describe(long code) {
    if (code >>> 24 != MARK) return Optional.empty();
    int cause = (int) (code >>> 16) & 0xff;
    for (RefusalCause c : RefusalCause.values()) {
      if (c.code() == cause) return Optional.of(c.describe(code & MAX_LIMIT));
    }
    return Optional.of("for a reason of its own (code " + cause + ")");
  }

  /** The go-away code somewhere behind an error. */
  static Optional<Long> codeOf(@org.jspecify.annotations.Nullable Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof GoAwayException g) return Optional.of(g.code());
    }
    return Optional.empty();
  }
}
