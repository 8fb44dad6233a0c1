package org.openagi.p2p.net.swarm;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.RawStreamHandler;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.wire.multistream.MultistreamResponder;

/** The protocols this host serves. Safe for any thread. */
final class ProtocolRegistry {
  /** How a protocol is served. */
  sealed interface Handler {
    /** On the event loop. */
    record Raw(RawStreamHandler handler) implements Handler {}

    /** On a virtual thread. */
    record Blocking(Consumer<P2PStream> handler) implements Handler {}
  }

  private final ConcurrentMap<String, Handler> handlers = new ConcurrentHashMap<>();
  private volatile List<String> ids = List.of();

  void add(String protocolId, Handler handler) {
    if (protocolId.isEmpty() || protocolId.charAt(0) != '/') {
      throw new IllegalArgumentException("protocol id " + protocolId + " does not begin with /");
    }
    if (handlers.putIfAbsent(protocolId, handler) != null) {
      throw new IllegalStateException("protocol " + protocolId + " already has a handler");
    }
    refresh();
  }

  void remove(String protocolId) {
    handlers.remove(protocolId);
    refresh();
  }

  private synchronized void refresh() {
    ids = handlers.keySet().stream().sorted().toList();
  }

  @Nullable
  Handler get(String protocolId) {
    return handlers.get(protocolId);
  }

  /** All protocol ids, sorted. */
  List<String> ids() {
    return ids;
  }

  /**
   * A machine that answers proposals of a peer by what is served now.
   *
   * @param onUnknown called for each proposal that nobody serves
   */
  MultistreamResponder responder(Runnable onUnknown) {
    return new MultistreamResponder(
        id -> {
          boolean served = handlers.containsKey(id);
          if (!served) onUnknown.run();
          return served;
        },
        this::ids);
  }
}
