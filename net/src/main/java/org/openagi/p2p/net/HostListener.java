package org.openagi.p2p.net;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.protocols.identify.IdentifyMessage;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * Hears what happens to connections. All methods are called on the host's {@code net-control}
 * thread, one after the other, and must not block. For one connection {@code onConnected} comes
 * first, once; {@code onIdentified} follows at most once per identify or push; {@code
 * onDisconnected} comes last, once.
 */
public interface HostListener {
  /** A connection is established, authenticated and accepted by both sides. */
  default void onConnected(Connection connection) {}

  /**
   * The peer described itself (after connecting, or by a later push).
   *
   * @param message what is known of the peer after this message, pushes merged in
   */
  default void onIdentified(Connection connection, IdentifyMessage message) {}

  /** A connection ended. */
  default void onDisconnected(Connection connection, CloseReason reason) {}

  /**
   * The liveness of a connection changed.
   *
   * @param why one sentence, e.g. {@code no answer for 12 s to 1 heartbeat}
   */
  default void onHealthChanged(Connection connection, LinkState from, LinkState to, String why) {}

  /** The addresses we listen on changed; they end in {@code /p2p/…}. */
  default void onListenAddressesChanged(List<Multiaddr> addresses) {}

  /** A dial (by whomever) failed with all its addresses. */
  default void onDialFailed(Optional<PeerId> peer, DialException failure) {}

  /** We refused a connection. At most some per second are reported; all are counted. */
  default void onRefused(Refusal refusal) {}
}
