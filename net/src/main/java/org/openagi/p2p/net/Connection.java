package org.openagi.p2p.net;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.protocols.liveness.LinkState;

/** A secured, multiplexed link to one peer. Safe for any thread. */
public interface Connection {
  /** Number of this connection, unique within the host's life; for logs. */
  long id();

  /** The authenticated peer at the other end. */
  PeerId remotePeer();

  /** The authenticated key of the peer. */
  PublicKey remoteKey();

  /** Our end, without {@code /p2p}. */
  Multiaddr localAddress();

  /** The peer's end, without {@code /p2p}. */
  Multiaddr remoteAddress();

  /** Who dialed. */
  Direction direction();

  /** Protocol id of the secure channel: {@code /noise} or {@code /tls/1.0.0}. */
  String security();

  /** Wall-clock time at which the upgrade was complete. */
  Instant openedAt();

  /** The event loop that owns the connection and all its streams. */
  EventExecutor executor();

  /**
   * Closes in good order: no new streams, go-away to the peer, pending writes flushed, then the
   * transport. Completes when the transport is closed; never fails. Closing twice is harmless; the
   * first reason wins.
   */
  CompletionStage<Void> close(CloseReason reason);

  /** Closes at once, without flushing. */
  void abort(CloseReason reason);

  /** Whether streams can be opened. */
  boolean isOpen();

  /** Why it ended; empty while it is open. */
  Optional<CloseReason> closeReason();

  /** What the liveness monitor thinks of the link. */
  LinkState health();

  /**
   * Has the liveness monitor wait at least so long after the last sign of life before it closes the connection, since the
   * caller watches the peer and decides before. {@link Duration#ZERO} ends that.
   */
  void setPatience(Duration patience);

  /** A snapshot of counters. */
  ConnectionStats stats();

  /**
   * Exempts this connection from trimming and idle reaping for as long as the tag is held. At most
   * {@value #MAX_TAGS} tags.
   */
  void protect(String tag);

  /** Releases a tag; returns whether the connection is still protected by another one. */
  boolean unprotect(String tag);

  /** Whether a tag is held for this connection or its peer. */
  boolean isProtected();

  /** Most tags one connection can hold. */
  int MAX_TAGS = 16;
}
