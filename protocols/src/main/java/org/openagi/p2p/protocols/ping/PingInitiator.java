package org.openagi.p2p.protocols.ping;

import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

/**
 * The dialing side of ping on one stream: at most one ping under way. Confined to its owner.
 *
 * @see "libp2p specs: ping/ping.md"
 */
public final class PingInitiator {
  private final RandomGenerator random;
  private int answered;
  private byte @Nullable [] sent;
  private long sentNanos;

  /** Creates one; {@code random} makes payloads that an answer can't guess. */
  public PingInitiator(RandomGenerator random) {
    this.random = random;
  }

  /**
   * The bytes of the next ping.
   *
   * @throws IllegalStateException if one is under way
   */
  public Bytes ping(long nowNanos) {
    if (sent != null) throw new IllegalStateException("a ping is under way");
    byte[] payload = new byte[Ping.PAYLOAD_BYTES];
    random.nextBytes(payload);
    sent = payload;
    sentNanos = nowNanos;
    answered = 0;
    return Bytes.copyOf(payload);
  }

  /**
   * One byte of the answer arrived.
   *
   * @return the round-trip time in nanoseconds if it was the last one
   * @throws ProtocolViolationException if nothing was asked, or the answer differs from the question
   */
  public OptionalLong onByte(byte b, long nowNanos) throws ProtocolViolationException {
    byte[] question = sent;
    if (question == null) {
      throw new ProtocolViolationException(Scope.STREAM, "ping: an answer without a question");
    }
    if (question[answered] != b) {
      throw new ProtocolViolationException(
          Scope.STREAM, "ping: byte " + answered + " of the answer differs from the question");
    }
    if (++answered < Ping.PAYLOAD_BYTES) return OptionalLong.empty();
    sent = null;
    return OptionalLong.of(nowNanos - sentNanos);
  }

  /** Whether an answer is outstanding. */
  public boolean isWaiting() {
    return sent != null;
  }
}
