package org.openagi.p2p.net;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** A peer or an address could not be connected. Its message names peer, addresses and causes. */
public final class DialException extends IOException {
  private static final long serialVersionUID = 1L;

  /** The class of failure. */
  public enum Kind {
    /** No address of the peer is known. */
    NO_ADDRESS,
    /** None of the addresses has a transport here. */
    NO_TRANSPORT,
    /** All addresses failed a moment ago and are in back-off. */
    BACKOFF,
    /** Nobody answered, or the transport failed. */
    UNREACHABLE,
    /** Not done in time. */
    TIMEOUT,
    /** Connected, but the upgrade failed. */
    HANDSHAKE,
    /** Another peer than expected answered. */
    WRONG_PEER,
    /** The remote peer refused us and said why. */
    REFUSED,
    /** A limit or rule of our own forbids it. */
    LOCAL_LIMIT,
    /** The peer is us. */
    SELF,
    /** Our host stops or has stopped. */
    STOPPED
  }

  /**
   * One failed address.
   *
   * @param address what was dialed
   * @param kind class of failure
   * @param detail one sentence
   */
  public record Attempt(Multiaddr address, Kind kind, String detail) {}

  private final Kind kind;
  private final transient @Nullable PeerId peer;
  private final transient List<Attempt> attempts;

  /**
   * Makes one.
   *
   * @param attempts what was tried, in order; may be empty
   */
  public DialException(
      Kind kind,
      @Nullable PeerId peer,
      List<Attempt> attempts,
      String message,
      @Nullable Throwable cause) {
    super(message, cause);
    this.kind = Objects.requireNonNull(kind, "kind");
    this.peer = peer;
    this.attempts = List.copyOf(attempts);
  }

  /** Class of failure; with several attempts that of the one that got furthest. */
  public Kind kind() {
    return kind;
  }

  /** Whom we wanted; empty when dialing an address whose peer was not named. */
  public Optional<PeerId> peer() {
    return Optional.ofNullable(peer);
  }

  /** What was tried. */
  public List<Attempt> attempts() {
    return attempts;
  }
}
