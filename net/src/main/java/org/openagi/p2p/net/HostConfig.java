package org.openagi.p2p.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * Configuration of a {@link Host}. Immutable; all problems are reported together by the constructor.
 *
 * @param listenAddresses where to listen, without {@code /p2p}; may be empty for a host that only
 *     dials
 * @param security secure channels in order of preference: {@code /tls/1.0.0}, {@code /noise}
 * @param muxers multiplexers in order of preference: {@code /yamux/1.0.0}
 * @param agentVersion what identify says of this program
 * @param protocolVersion family of protocols that identify announces
 * @param limits bounds of connections, handshakes and streams
 * @param timeouts lengths of time
 * @param ioThreads event-loop threads; 0 = number of processors, at most 4
 * @param maxKeptPeers most peers of {@link Host#keepConnected}
 * @param maxKnownPeers most peers in the peer table
 */
public record HostConfig(
    List<Multiaddr> listenAddresses,
    List<String> security,
    List<String> muxers,
    String agentVersion,
    String protocolVersion,
    Limits limits,
    Timeouts timeouts,
    int ioThreads,
    int maxKeptPeers,
    int maxKnownPeers) {
  /** Protocol id of TLS 1.3. */
  public static final String TLS = "/tls/1.0.0";

  /** Protocol id of Noise XX. */
  public static final String NOISE = "/noise";

  /** Protocol id of Yamux. */
  public static final String YAMUX = "/yamux/1.0.0";

  /**
   * Bounds. Every one of them refuses, counts and names what goes beyond.
   *
   * @param maxConnections connections in both directions
   * @param maxInbound connections others dialed; effectively at most {@code maxConnections}
   * @param maxOutbound connections we dialed; effectively at most {@code maxConnections}
   * @param maxPerPeer connections of one peer
   * @param maxPerAddress inbound connections of one IPv4 address or IPv6 /64; loopback is exempt
   * @param highWatermark with more connections than this, unprotected ones are closed ...
   * @param lowWatermark ... until so many are left; both default to {@code maxConnections}, which
   *     switches trimming off
   * @param maxHandshakes inbound upgrades in flight
   * @param maxHandshakesPerAddress of one IPv4 /24 or IPv6 /48; loopback is exempt
   * @param maxRefusalsInFlight inbound upgrades that are finished only to tell the peer why it is
   *     refused; beyond that its transport is closed without a word
   * @param maxInboundStreams streams opened by the peer, per connection
   * @param maxOutboundStreams streams opened by us, per connection
   * @param maxNegotiatingStreams inbound streams whose protocol is not agreed on yet, per connection
   * @param maxHandlers stream handlers on virtual threads, whole host
   * @param maxParallelDials dial attempts in flight, whole host
   * @param maxQueuedDials peers waiting to be dialed
   * @param maxAddressesPerDial addresses tried for one peer
   */
  public record Limits(
      int maxConnections,
      int maxInbound,
      int maxOutbound,
      int maxPerPeer,
      int maxPerAddress,
      int highWatermark,
      int lowWatermark,
      int maxHandshakes,
      int maxHandshakesPerAddress,
      int maxRefusalsInFlight,
      int maxInboundStreams,
      int maxOutboundStreams,
      int maxNegotiatingStreams,
      int maxHandlers,
      int maxParallelDials,
      int maxQueuedDials,
      int maxAddressesPerDial) {
    public Limits {
      List<String> problems = new ArrayList<>();
      atLeastOne(problems, "maxConnections", maxConnections);
      atLeastOne(problems, "maxInbound", maxInbound);
      atLeastOne(problems, "maxOutbound", maxOutbound);
      atLeastOne(problems, "maxPerPeer", maxPerPeer);
      atLeastOne(problems, "maxPerAddress", maxPerAddress);
      atLeastOne(problems, "lowWatermark", lowWatermark);
      atLeastOne(problems, "maxHandshakes", maxHandshakes);
      atLeastOne(problems, "maxHandshakesPerAddress", maxHandshakesPerAddress);
      atLeastOne(problems, "maxInboundStreams", maxInboundStreams);
      atLeastOne(problems, "maxOutboundStreams", maxOutboundStreams);
      atLeastOne(problems, "maxNegotiatingStreams", maxNegotiatingStreams);
      atLeastOne(problems, "maxHandlers", maxHandlers);
      atLeastOne(problems, "maxParallelDials", maxParallelDials);
      atLeastOne(problems, "maxQueuedDials", maxQueuedDials);
      atLeastOne(problems, "maxAddressesPerDial", maxAddressesPerDial);
      if (maxRefusalsInFlight < 0) problems.add("maxRefusalsInFlight is negative");
      if (highWatermark < lowWatermark) {
        problems.add("highWatermark " + highWatermark + " is below lowWatermark " + lowWatermark);
      }
      report(problems);
    }

    /** The defaults: 50 connections. */
    public static Limits defaults() {
      return of(50);
    }

    /** The defaults, scaled to a number of connections. */
    public static Limits of(int maxConnections) {
      return new Limits(
          maxConnections,
          maxConnections,
          maxConnections,
          4,
          32,
          maxConnections,
          maxConnections,
          256,
          32,
          16,
          512,
          512,
          64,
          1024,
          32,
          1024,
          16);
    }

    /** The same with other watermarks. */
    public Limits withWatermarks(int low, int high) {
      return new Limits(
          maxConnections,
          maxInbound,
          maxOutbound,
          maxPerPeer,
          maxPerAddress,
          high,
          low,
          maxHandshakes,
          maxHandshakesPerAddress,
          maxRefusalsInFlight,
          maxInboundStreams,
          maxOutboundStreams,
          maxNegotiatingStreams,
          maxHandlers,
          maxParallelDials,
          maxQueuedDials,
          maxAddressesPerDial);
    }

    /** The same with other bounds of handshakes. */
    public Limits withHandshakes(int max, int perAddress, int refusals) {
      return new Limits(
          maxConnections,
          maxInbound,
          maxOutbound,
          maxPerPeer,
          maxPerAddress,
          highWatermark,
          lowWatermark,
          max,
          perAddress,
          refusals,
          maxInboundStreams,
          maxOutboundStreams,
          maxNegotiatingStreams,
          maxHandlers,
          maxParallelDials,
          maxQueuedDials,
          maxAddressesPerDial);
    }

    /** The same with other bounds of streams. */
    public Limits withStreams(int inbound, int outbound, int negotiating, int handlers) {
      return new Limits(
          maxConnections,
          maxInbound,
          maxOutbound,
          maxPerPeer,
          maxPerAddress,
          highWatermark,
          lowWatermark,
          maxHandshakes,
          maxHandshakesPerAddress,
          maxRefusalsInFlight,
          inbound,
          outbound,
          negotiating,
          handlers,
          maxParallelDials,
          maxQueuedDials,
          maxAddressesPerDial);
    }
  }

  /**
   * Lengths of time.
   *
   * @param dial until the transport of one address is connected
   * @param handshake from the connected transport to the end of the upgrade
   * @param connect for a whole {@link Host#connect}, all addresses
   * @param streamNegotiation from opening or accepting a stream to the agreed protocol
   * @param heartbeat a peer that was not heard of for so long is pinged
   * @param heartbeatAnswer a ping unanswered for so long is missed
   * @param missedHeartbeats so many missed in a row and the link is dead
   * @param idle unprotected connections without streams are closed after so long; empty = never
   * @param duplicateGrace age both connections of a pair must have before one is closed
   * @param trimGrace connections younger than this are not trimmed
   */
  public record Timeouts(
      Duration dial,
      Duration handshake,
      Duration connect,
      Duration streamNegotiation,
      Duration heartbeat,
      Duration heartbeatAnswer,
      int missedHeartbeats,
      Optional<Duration> idle,
      Duration duplicateGrace,
      Duration trimGrace) {
    public Timeouts {
      List<String> problems = new ArrayList<>();
      positive(problems, "dial", dial);
      positive(problems, "handshake", handshake);
      positive(problems, "connect", connect);
      positive(problems, "streamNegotiation", streamNegotiation);
      positive(problems, "heartbeat", heartbeat);
      positive(problems, "heartbeatAnswer", heartbeatAnswer);
      atLeastOne(problems, "missedHeartbeats", missedHeartbeats);
      idle.ifPresent(d -> positive(problems, "idle", d));
      if (duplicateGrace.isNegative()) problems.add("duplicateGrace is negative");
      if (trimGrace.isNegative()) problems.add("trimGrace is negative");
      report(problems);
    }

    /** The defaults: heartbeat 30 s, handshake 10 s. */
    public static Timeouts defaults() {
      return new Timeouts(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          3,
          Optional.empty(),
          Duration.ofSeconds(1),
          Duration.ofSeconds(20));
    }

    /** The same with another heartbeat; a ping has the same time to be answered, at most 10 s. */
    public Timeouts withHeartbeat(Duration interval) {
      Duration answer =
          interval.compareTo(Duration.ofSeconds(10)) < 0 ? interval : Duration.ofSeconds(10);
      return new Timeouts(
          dial,
          handshake,
          connect,
          streamNegotiation,
          interval,
          answer,
          missedHeartbeats,
          idle,
          duplicateGrace,
          trimGrace);
    }

    /** The same with another deadline of handshakes. */
    public Timeouts withHandshake(Duration deadline) {
      return new Timeouts(
          dial,
          deadline,
          connect,
          streamNegotiation,
          heartbeat,
          heartbeatAnswer,
          missedHeartbeats,
          idle,
          duplicateGrace,
          trimGrace);
    }

    /** The same with idle reaping after so long. */
    public Timeouts withIdle(Optional<Duration> timeout) {
      return new Timeouts(
          dial,
          handshake,
          connect,
          streamNegotiation,
          heartbeat,
          heartbeatAnswer,
          missedHeartbeats,
          timeout,
          duplicateGrace,
          trimGrace);
    }

    /** The same with other graces. */
    public Timeouts withGraces(Duration duplicate, Duration trim) {
      return new Timeouts(
          dial,
          handshake,
          connect,
          streamNegotiation,
          heartbeat,
          heartbeatAnswer,
          missedHeartbeats,
          idle,
          duplicate,
          trim);
    }
  }

  public HostConfig {
    listenAddresses = List.copyOf(listenAddresses);
    security = List.copyOf(security);
    muxers = List.copyOf(muxers);
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(timeouts, "timeouts");
    List<String> problems = new ArrayList<>();
    if (security.isEmpty()) problems.add("no security protocol (have: " + TLS + ", " + NOISE + ")");
    for (String id : security) {
      if (!id.equals(TLS) && !id.equals(NOISE)) {
        problems.add("unknown security protocol " + id + " (have: " + TLS + ", " + NOISE + ")");
      }
    }
    if (!muxers.equals(List.of(YAMUX))) problems.add("muxers " + muxers + " (have: " + YAMUX + ")");
    if (agentVersion.length() > MAX_VERSION_CHARS) problems.add("agentVersion is too long");
    if (protocolVersion.length() > MAX_VERSION_CHARS) problems.add("protocolVersion is too long");
    if (ioThreads < 0 || ioThreads > 256) problems.add("ioThreads " + ioThreads + " not in 0..256");
    if (maxKeptPeers < 0) problems.add("maxKeptPeers is negative");
    atLeastOne(problems, "maxKnownPeers", maxKnownPeers);
    report(problems);
  }

  private static final int MAX_VERSION_CHARS = 256;

  /** Any free TCP port on all interfaces, IPv4 and IPv6; TLS before Noise. */
  public static HostConfig defaults() {
    return new HostConfig(
        List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"), Multiaddr.parse("/ip6/::/tcp/0")),
        List.of(TLS, NOISE),
        List.of(YAMUX),
        "openagi-p2p/0.1.0",
        "openagi/1.0.0",
        Limits.defaults(),
        Timeouts.defaults(),
        0,
        256,
        4096);
  }

  /** The same with other listen addresses. */
  public HostConfig withListenAddresses(List<Multiaddr> addresses) {
    return new HostConfig(
        addresses,
        security,
        muxers,
        agentVersion,
        protocolVersion,
        limits,
        timeouts,
        ioThreads,
        maxKeptPeers,
        maxKnownPeers);
  }

  /** The same with other secure channels, in order of preference. */
  public HostConfig withSecurity(List<String> protocolIds) {
    return new HostConfig(
        listenAddresses,
        protocolIds,
        muxers,
        agentVersion,
        protocolVersion,
        limits,
        timeouts,
        ioThreads,
        maxKeptPeers,
        maxKnownPeers);
  }

  /** The same with another agent version. */
  public HostConfig withAgentVersion(String agent) {
    return new HostConfig(
        listenAddresses,
        security,
        muxers,
        agent,
        protocolVersion,
        limits,
        timeouts,
        ioThreads,
        maxKeptPeers,
        maxKnownPeers);
  }

  /** The same with other limits. */
  public HostConfig withLimits(Limits other) {
    return new HostConfig(
        listenAddresses,
        security,
        muxers,
        agentVersion,
        protocolVersion,
        other,
        timeouts,
        ioThreads,
        maxKeptPeers,
        maxKnownPeers);
  }

  /** The same with other lengths of time. */
  public HostConfig withTimeouts(Timeouts other) {
    return new HostConfig(
        listenAddresses,
        security,
        muxers,
        agentVersion,
        protocolVersion,
        limits,
        other,
        ioThreads,
        maxKeptPeers,
        maxKnownPeers);
  }

  /** The same with another number of event-loop threads. */
  public HostConfig withIoThreads(int threads) {
    return new HostConfig(
        listenAddresses,
        security,
        muxers,
        agentVersion,
        protocolVersion,
        limits,
        timeouts,
        threads,
        maxKeptPeers,
        maxKnownPeers);
  }

  private static void atLeastOne(List<String> problems, String name, int value) {
    if (value < 1) problems.add(name + " is " + value + ", must be at least 1");
  }

  private static void positive(List<String> problems, String name, Duration value) {
    if (value.isNegative() || value.isZero()) problems.add(name + " is " + value + ", must be > 0");
  }

  private static void report(List<String> problems) {
    if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("; ", problems));
  }
}
