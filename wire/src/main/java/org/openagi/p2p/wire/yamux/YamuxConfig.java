package org.openagi.p2p.wire.yamux;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits and timing of Yamux sessions. Immutable.
 *
 * @param maxInboundStreams streams the peer may have open at a time; more are reset. 1 to 1,000,000
 * @param maxOutboundStreams streams this side may have open at a time. 1 to 1,000,000
 * @param maxUnackedStreams streams this side may have open that the peer has not acknowledged. 1 to
 *     1,000,000; the specification says at most 256
 * @param inboundOpensPerSecond streams the peer may open per second in the long run; faster ones are
 *     reset. 1 to 1,000,000
 * @param inboundOpenBurst streams the peer may open at once after a pause. 1 to 1,000,000
 * @param maxStreamWindowBytes bound of one stream's receive window, which starts at 256 KiB and
 *     grows with the measured bandwidth-delay product. 256 KiB to 1 GiB
 * @param maxConnectionGrowthBytes bound of the sum of all growth beyond 256 KiB a stream in one
 *     connection. 0 to 2^40
 * @param maxConnectionUnreadBytes bound of data received and not consumed on all streams of one
 *     connection; at it the stream with the most is reset. 256 KiB to 2^40
 * @param maxFrameBytes longest data frame accepted. 16 KiB to 1 GiB; must not be below what peers
 *     send, which may be a whole window
 * @param maxStreamPendingBytes bound of bytes written to one stream and not yet sent; a writer that
 *     passes it has its stream reset. 64 KiB to 1 GiB
 * @param maxConnectionPendingBytes the same for all streams of a connection. 64 KiB to 2^40
 * @param keepAliveInterval silence after which the peer is pinged; zero means never
 * @param keepAliveTimeout how long after that ping anything must arrive; otherwise the session ends
 */
public record YamuxConfig(
    int maxInboundStreams,
    int maxOutboundStreams,
    int maxUnackedStreams,
    int inboundOpensPerSecond,
    int inboundOpenBurst,
    int maxStreamWindowBytes,
    long maxConnectionGrowthBytes,
    long maxConnectionUnreadBytes,
    int maxFrameBytes,
    int maxStreamPendingBytes,
    long maxConnectionPendingBytes,
    Duration keepAliveInterval,
    Duration keepAliveTimeout) {

  /** Receive and send window of every new stream, fixed by the specification, in bytes. */
  public static final int INITIAL_WINDOW_BYTES = 256 * 1024;

  private static final int MAX_STREAMS = 1_000_000;
  private static final int GIB = 1 << 30;
  private static final long TIB = 1L << 40;

  /** Checks every range and reports all problems at once. */
  public YamuxConfig {
    List<String> problems = new ArrayList<>();
    check(problems, "maxInboundStreams", maxInboundStreams, 1, MAX_STREAMS);
    check(problems, "maxOutboundStreams", maxOutboundStreams, 1, MAX_STREAMS);
    check(problems, "maxUnackedStreams", maxUnackedStreams, 1, MAX_STREAMS);
    check(problems, "inboundOpensPerSecond", inboundOpensPerSecond, 1, MAX_STREAMS);
    check(problems, "inboundOpenBurst", inboundOpenBurst, 1, MAX_STREAMS);
    check(problems, "maxStreamWindowBytes", maxStreamWindowBytes, INITIAL_WINDOW_BYTES, GIB);
    check(problems, "maxConnectionGrowthBytes", maxConnectionGrowthBytes, 0, TIB);
    check(problems, "maxConnectionUnreadBytes", maxConnectionUnreadBytes, 256 * 1024, TIB);
    check(problems, "maxFrameBytes", maxFrameBytes, 16 * 1024, GIB);
    check(problems, "maxStreamPendingBytes", maxStreamPendingBytes, 64 * 1024, GIB);
    check(problems, "maxConnectionPendingBytes", maxConnectionPendingBytes, 64 * 1024, TIB);
    if (keepAliveInterval.isNegative()) problems.add("keepAliveInterval " + keepAliveInterval);
    if (!keepAliveTimeout.isPositive()) problems.add("keepAliveTimeout " + keepAliveTimeout);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("yamux configuration: " + String.join("; ", problems));
    }
  }

  /** The values used unless configured otherwise. */
  public static YamuxConfig defaults() {
    return new YamuxConfig(
        1000,
        4096,
        256,
        2000,
        4000,
        16 << 20,
        64L << 20,
        64L << 20,
        16 << 20,
        16 << 20,
        64L << 20,
        Duration.ofSeconds(30),
        Duration.ofSeconds(20));
  }

  /** These values with other bounds on the number of streams. */
  public YamuxConfig withMaxStreams(int inbound, int outbound, int unacked) {
    return new YamuxConfig(
        inbound,
        outbound,
        unacked,
        inboundOpensPerSecond,
        inboundOpenBurst,
        maxStreamWindowBytes,
        maxConnectionGrowthBytes,
        maxConnectionUnreadBytes,
        maxFrameBytes,
        maxStreamPendingBytes,
        maxConnectionPendingBytes,
        keepAliveInterval,
        keepAliveTimeout);
  }

  /** These values with another rate at which the peer may open streams. */
  public YamuxConfig withInboundOpens(int perSecond, int burst) {
    return new YamuxConfig(
        maxInboundStreams,
        maxOutboundStreams,
        maxUnackedStreams,
        perSecond,
        burst,
        maxStreamWindowBytes,
        maxConnectionGrowthBytes,
        maxConnectionUnreadBytes,
        maxFrameBytes,
        maxStreamPendingBytes,
        maxConnectionPendingBytes,
        keepAliveInterval,
        keepAliveTimeout);
  }

  /** These values with other bounds on receiving. */
  public YamuxConfig withReceiveLimits(int streamWindow, long growth, long unread, int frame) {
    return new YamuxConfig(
        maxInboundStreams,
        maxOutboundStreams,
        maxUnackedStreams,
        inboundOpensPerSecond,
        inboundOpenBurst,
        streamWindow,
        growth,
        unread,
        frame,
        maxStreamPendingBytes,
        maxConnectionPendingBytes,
        keepAliveInterval,
        keepAliveTimeout);
  }

  /** These values with other bounds on what waits to be sent. */
  public YamuxConfig withPendingLimits(int perStream, long perConnection) {
    return new YamuxConfig(
        maxInboundStreams,
        maxOutboundStreams,
        maxUnackedStreams,
        inboundOpensPerSecond,
        inboundOpenBurst,
        maxStreamWindowBytes,
        maxConnectionGrowthBytes,
        maxConnectionUnreadBytes,
        maxFrameBytes,
        perStream,
        perConnection,
        keepAliveInterval,
        keepAliveTimeout);
  }

  /** These values with another keep-alive. */
  public YamuxConfig withKeepAlive(Duration interval, Duration timeout) {
    return new YamuxConfig(
        maxInboundStreams,
        maxOutboundStreams,
        maxUnackedStreams,
        inboundOpensPerSecond,
        inboundOpenBurst,
        maxStreamWindowBytes,
        maxConnectionGrowthBytes,
        maxConnectionUnreadBytes,
        maxFrameBytes,
        maxStreamPendingBytes,
        maxConnectionPendingBytes,
        interval,
        timeout);
  }

  private static void check(List<String> problems, String name, long value, long min, long max) {
    if (value < min || value > max) {
      problems.add(name + " " + value + ", allowed " + min + ".." + max);
    }
  }
}
