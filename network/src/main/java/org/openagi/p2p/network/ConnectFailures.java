package org.openagi.p2p.network;

import java.util.Optional;
import org.openagi.p2p.net.DialException;

/** Why {@link P2PNetworkManager#connect} failed, for those who only pass it on. */
public final class ConnectFailures {
  /** Nobody goes by the name that was given. */
  public static final String UNKNOWN_PEER = "UNKNOWN_PEER";

  private ConnectFailures() {}

  /** A fixed word: {@link #UNKNOWN_PEER} or a {@link DialException.Kind}; empty if it failed otherwise. */
  public static Optional<String> word(Throwable failure) {
    return switch (failure) {
      case DialException dial -> Optional.of(dial.kind().name());
      case UnknownPeerException unknown -> Optional.of(UNKNOWN_PEER);
      default -> Optional.empty();
    };
  }
}
