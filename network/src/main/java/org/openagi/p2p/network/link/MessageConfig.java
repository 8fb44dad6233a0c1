package org.openagi.p2p.network.link;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendConfig;

/**
 * Configuration of the message layer. Immutable.
 *
 * @param send pace and lifetime of what goes out
 * @param receive policies for what comes in
 * @param selfName what this node is called in messages it hands over; its PeerId if empty
 * @param names what other nodes are called there; must be quick and safe for any thread
 * @param outbox how much waits to be settled
 * @param compressionLevel of zstd, 1 to 19; 0 to compress nothing
 * @param dial whether to connect to a peer that messages wait for
 * @param pace how fast it goes out
 */
public record MessageConfig(
    SendConfig send,
    ReceiveConfig receive,
    String selfName,
    Function<PeerId, String> names,
    OutboxLimits outbox,
    int compressionLevel,
    boolean dial,
    PaceLimits pace) {
  /**
   * Bounds of what waits.
   *
   * @param messagesPerPeer most unsettled messages to one peer, at most {@link OutboxQuota#MAX_MESSAGES}
   * @param bytesPerPeer most unsettled bytes to one peer
   * @param bytes most unsettled bytes to all peers
   * @param peers most peers that messages are kept for, at least 1
   */
  public record OutboxLimits(int messagesPerPeer, long bytesPerPeer, long bytes, int peers) {
    /** Checks the ranges that the quotas do not check themselves. */
    public OutboxLimits {
      if (peers < 1) throw new IllegalArgumentException("peers " + peers);
    }
  }

  /**
   * Bounds of what goes out, shared as {@link org.openagi.p2p.messaging.pace.FairPace} says.
   *
   * @param bytesPerSecond to all peers together, 0 for no limit
   * @param bytesPerSecondPerPeer to each peer, 0 for no limit
   */
  public record PaceLimits(long bytesPerSecond, long bytesPerSecondPerPeer) {
    /** As fast as the connections are. */
    public static final PaceLimits NONE = new PaceLimits(0, 0);

    /** Checks the ranges. */
    public PaceLimits {
      if (bytesPerSecond < 0) {
        throw new IllegalArgumentException("bytesPerSecond " + bytesPerSecond);
      }
      if (bytesPerSecondPerPeer < 0) {
        throw new IllegalArgumentException("bytesPerSecondPerPeer " + bytesPerSecondPerPeer);
      }
    }
  }

  /** Up to 100,000 messages or 128 MiB a peer, 256 MiB in all; peers are called by their PeerId. */
  public static MessageConfig defaults() {
    return new MessageConfig(
        SendConfig.defaults(),
        ReceiveConfig.defaults(),
        "",
        PeerId::toString,
        new OutboxLimits(100_000, 128L << 20, 256L << 20, 10_000),
        1,
        true,
        PaceLimits.NONE);
  }

  /** Checks the ranges that the parts do not check themselves. */
  public MessageConfig {
    if (compressionLevel < 0 || compressionLevel > 19) {
      throw new IllegalArgumentException("compressionLevel " + compressionLevel + ", 0 to 19");
    }
  }

  /** This with another configuration for sending. */
  public MessageConfig withSend(SendConfig value) {
    return new MessageConfig(value, receive, selfName, names, outbox, compressionLevel, dial, pace);
  }

  /** This with another configuration for receiving. */
  public MessageConfig withReceive(ReceiveConfig value) {
    return new MessageConfig(send, value, selfName, names, outbox, compressionLevel, dial, pace);
  }

  /** This with other names for this node and others. */
  public MessageConfig withNames(String self, Function<PeerId, String> others) {
    return new MessageConfig(send, receive, self, others, outbox, compressionLevel, dial, pace);
  }

  /** This with other bounds of the outboxes. */
  public MessageConfig withOutbox(int messagesPerPeer, long bytesPerPeer, long bytes) {
    return new MessageConfig(
        send,
        receive,
        selfName,
        names,
        new OutboxLimits(messagesPerPeer, bytesPerPeer, bytes, outbox.peers()),
        compressionLevel,
        dial,
        pace);
  }

  /** This with another level of compression, 0 for none. */
  public MessageConfig withCompressionLevel(int value) {
    return new MessageConfig(send, receive, selfName, names, outbox, value, dial, pace);
  }

  /** A compressor of that level, to be closed; null if nothing is compressed. */
  @Nullable
  ZstdCompressor newCompressor() {
    return compressionLevel == 0 ? null : new ZstdCompressor(compressionLevel);
  }

  /** This with or without connecting to peers that messages wait for. */
  public MessageConfig withDial(boolean value) {
    return new MessageConfig(send, receive, selfName, names, outbox, compressionLevel, value, pace);
  }

  /** This with other limits of what goes out, in bytes per second, 0 for none. */
  public MessageConfig withBytesPerSecond(long all, long perPeer) {
    return new MessageConfig(
        send,
        receive,
        selfName,
        names,
        outbox,
        compressionLevel,
        dial,
        new PaceLimits(all, perPeer));
  }
}
