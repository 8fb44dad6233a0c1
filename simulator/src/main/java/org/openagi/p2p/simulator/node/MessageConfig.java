package org.openagi.p2p.simulator.node;

import java.time.Duration;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.SendConfig;

/**
 * How the message layer of simulated nodes is set up. Immutable.
 *
 * @param send as of the real node
 * @param receive as of the real node
 * @param maxMessagesPerPeer most unsettled messages to one peer
 * @param durable whether messages are kept in a journal on the simulated disk, else in memory
 * @param quotaBytes most bytes of a journal
 */
public record MessageConfig(
    SendConfig send,
    ReceiveConfig receive,
    int maxMessagesPerPeer,
    boolean durable,
    long quotaBytes) {
  /** As a real node, with a small journal. */
  public static MessageConfig defaults() {
    return new MessageConfig(
        SendConfig.defaults(), ReceiveConfig.defaults(), 100_000, true, 8L << 20);
  }

  /** This with another default lifetime of messages. */
  public MessageConfig withLifetime(Duration value) {
    return new MessageConfig(
        send.withLifetime(value), receive, maxMessagesPerPeer, durable, quotaBytes);
  }

  /** This with a store in memory, or on disk. */
  public MessageConfig withDurable(boolean value) {
    return new MessageConfig(send, receive, maxMessagesPerPeer, value, quotaBytes);
  }
}
