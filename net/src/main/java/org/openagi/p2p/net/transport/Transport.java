package org.openagi.p2p.net.transport;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * A way to move bytes between two hosts. Safe for any thread. Gives out plain channels; securing and
 * multiplexing them is the upgrade's business.
 */
public interface Transport {
  /** Its name in messages, e.g. {@code tcp}. */
  String name();

  /** Whether {@link #dial} understands the address; an ending {@code /p2p/…} does not matter. */
  boolean canDial(Multiaddr address);

  /** Whether {@link #listen} understands the address. */
  boolean canListen(Multiaddr address);

  /**
   * Replaces names by addresses. Completes on any thread; at most {@value #MAX_RESOLVED} results;
   * fails with an {@link java.io.IOException} that names the name. An address without names
   * completes at once with itself.
   */
  CompletionStage<List<Multiaddr>> resolve(Multiaddr address);

  /**
   * Connects to a resolved address.
   *
   * <p>The future's listeners run on the channel's event loop before anything is read, so that
   * handlers they add miss nothing. Fails with an {@link java.io.IOException} whose message makes
   * sense after the address and a colon. Cancelling it closes the channel.
   *
   * @param timeout until the transport is connected
   */
  Future<Channel> dial(Multiaddr address, Duration timeout);

  /**
   * Accepts connections.
   *
   * @param onAccepted called on the event loop of each accepted channel before anything is read; must
   *     add handlers or close the channel
   * @return completes with the listener, or fails with an {@link java.io.IOException} that names the
   *     address and says what to do
   */
  CompletionStage<TransportListener> listen(Multiaddr address, Consumer<Channel> onAccepted);

  /** The remote end of one of this transport's channels, without {@code /p2p}. */
  Multiaddr remoteAddress(Channel channel);

  /** The local end of one of this transport's channels. */
  Multiaddr localAddress(Channel channel);

  /** Most addresses taken for one name. */
  int MAX_RESOLVED = 8;
}
