package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.DialException.Kind;

/**
 * One address being dialed. Confined to {@code net-control}, but for the connection, which the event
 * loop sets.
 */
final class DialAttempt {
  private final DialJob job;
  private final Multiaddr address;
  private @Nullable Future<Channel> dialing;
  private volatile @Nullable SwarmConnection connection;
  private volatile boolean cancelled;
  private boolean ended;

  DialAttempt(DialJob job, Multiaddr address) {
    this.job = job;
    this.address = address;
  }

  DialJob job() {
    return job;
  }

  Multiaddr address() {
    return address;
  }

  void onDialing(Future<Channel> future) {
    dialing = future;
  }

  /** Event loop: the upgrade is done. */
  void onConnection(SwarmConnection c) {
    connection = c;
    if (cancelled) superseded(c);
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Marks it as ended; false if it was already. */
  boolean end() {
    if (ended) return false;
    ended = true;
    return true;
  }

  /** Another attempt won, or nobody waits any more. */
  void cancel() {
    cancelled = true;
    SwarmConnection c = connection;
    if (c != null) {
      superseded(c);
      return;
    }
    Future<Channel> future = dialing;
    if (future == null || future.cancel(false) || !future.isSuccess()) return;
    future.getNow().close();
  }

  private static void superseded(SwarmConnection c) {
    c.close(new CloseReason(CloseReason.Kind.DUPLICATE, "another dial of the peer was faster"));
  }

  /** What a connection that ended before it was established means for the dial. */
  static Kind kindOf(CloseReason reason) {
    return switch (reason.kind()) {
      case REFUSED_BY_REMOTE -> Kind.REFUSED;
      case REFUSED_LOCALLY -> Kind.LOCAL_LIMIT;
      case HOST_STOPPED -> Kind.STOPPED;
      case LOCAL_REQUEST,
          REMOTE_CLOSED,
          CONNECTION_LOST,
          DUPLICATE,
          TRIMMED,
          IDLE,
          UNRESPONSIVE,
          PROTOCOL_VIOLATION -> Kind.HANDSHAKE;
    };
  }
}
