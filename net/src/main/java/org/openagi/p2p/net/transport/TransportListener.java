package org.openagi.p2p.net.transport;

import java.util.concurrent.CompletionStage;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** An open listening socket. Safe for any thread. */
public interface TransportListener {
  /** Where it listens: the port is resolved, an unspecified address is not expanded. */
  Multiaddr address();

  /** Stops accepting; accepted connections live on. Never fails. */
  CompletionStage<Void> close();
}
