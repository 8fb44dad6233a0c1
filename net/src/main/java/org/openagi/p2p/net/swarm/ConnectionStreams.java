package org.openagi.p2p.net.swarm;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.StreamException;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamLimitException;
import org.openagi.p2p.net.mux.StreamMuxer;
import org.openagi.p2p.net.negotiate.NegotiatedStream;
import org.openagi.p2p.net.stream.P2PStream;

/**
 * The streams of one connection while their protocol is agreed on, and their hand-over to handlers.
 * Confined to the connection's event loop.
 */
final class ConnectionStreams {
  /** Hears how the opening of a stream ended; exactly one method is called, once. */
  interface Opening {
    void onOpened(MuxedStream stream, String protocol);

    void onFailed(StreamException cause);
  }

  /** Most protocols an error message lists. */
  private static final int MAX_LISTED = 24;

  private final SwarmContext swarm;
  private final SwarmConnection connection;
  private final List<NegotiatedStream> negotiating = new ArrayList<>(2);
  private Queue<Runnable> early = new ArrayDeque<>(2); // until the connection was announced
  private boolean announced;
  private long opened;
  private long accepted;

  ConnectionStreams(SwarmContext swarm, SwarmConnection connection) {
    this.swarm = swarm;
    this.connection = connection;
  }

  void onInbound(MuxedStream stream) {
    if (!connection.isOpen()) {
      stream.reset();
      return;
    }
    int limit = swarm.config().limits().maxNegotiatingStreams();
    if (negotiating.size() + early.size() >= limit) {
      swarm.limiter().onRefused(RefusalCause.MAX_STREAMS);
      stream.reset();
      return;
    }
    accepted++;
    track(NegotiatedStream.answer(
        stream, swarm.protocols().responder(this::onUnknownProtocol), deadline(), new Inbound()));
  }

  private void onUnknownProtocol() {
    swarm.limiter().onRefused(RefusalCause.UNKNOWN_PROTOCOL);
  }

  /** Opens a stream and agrees on the first protocol that the peer speaks. */
  void open(List<String> protocols, Opening opening) {
    try {
      MuxedStream stream = newStream();
      track(NegotiatedStream.propose(
          stream, protocols, deadline(), new Outbound(protocols, opening)));
    } catch (StreamException e) {
      opening.onFailed(e);
    }
  }

  /** Opens a stream for a protocol the peer is known to speak, without waiting for its answer. */
  void openAhead(String protocol, Opening opening) {
    try {
      NegotiatedStream.proposeAhead(
          newStream(), protocol, deadline(), new Outbound(List.of(protocol), opening));
    } catch (StreamException e) {
      opening.onFailed(e);
    }
  }

  private MuxedStream newStream() throws StreamException {
    StreamMuxer muxer = connection.muxer();
    if (!connection.isOpen() || muxer.isClosed()) throw connection.notConnected(null);
    try {
      MuxedStream stream = muxer.openStream();
      opened++;
      return stream;
    } catch (StreamLimitException e) {
      throw new StreamException(
          StreamException.Kind.LIMIT,
          "no stream to peer " + connection.remotePeer() + ": " + e.getMessage(),
          e);
    }
  }

  private void track(NegotiatedStream stream) {
    if (stream.isNegotiating()) negotiating.add(stream);
  }

  private long deadline() {
    return swarm.time().nanoTime()
        + swarm.config().timeouts().streamNegotiation().toNanos();
  }

  /** The connection was announced to listeners: handlers may run from now on. */
  void onAnnounced() {
    announced = true;
    Queue<Runnable> waiting = early;
    early = new ArrayDeque<>(0);
    waiting.forEach(Runnable::run);
  }

  /** Resets streams whose negotiation takes too long. */
  void sweep(long nowNanos) {
    if (negotiating.isEmpty()) return;
    for (NegotiatedStream stream : List.copyOf(negotiating)) stream.expireAt(nowNanos);
    negotiating.removeIf(s -> !s.isNegotiating());
  }

  long opened() {
    return opened;
  }

  long accepted() {
    return accepted;
  }

  private void dispatch(MuxedStream stream, String protocol) {
    if (!stream.isOpen()) return;
    switch (swarm.protocols().get(protocol)) {
      case null -> stream.reset(); // unregistered since it was agreed on
      case ProtocolRegistry.Handler.Raw raw -> {
        try {
          raw.handler().onStream(connection, stream);
        } catch (RuntimeException e) {
          connection.logHandlerFailure(protocol, e);
          stream.reset();
        }
      }
      case ProtocolRegistry.Handler.Blocking blocking -> {
        if (!swarm.handlers().tryReserve()) {
          swarm.limiter().onRefused(RefusalCause.MAX_HANDLERS);
          stream.reset();
          return;
        }
        P2PStream p2p =
            P2PStream.attach(stream, connection.remotePeer(), protocol, connection.id());
        swarm.handlers().run(p2p, blocking.handler());
      }
    }
  }

  private final class Inbound implements NegotiatedStream.Outcome {
    @Override
    public void onAgreed(NegotiatedStream negotiated, MuxedStream stream, String protocol) {
      negotiating.remove(negotiated);
      if (announced) dispatch(stream, protocol);
      else early.add(() -> dispatch(stream, protocol));
    }

    @Override
    public void onRefused(NegotiatedStream stream) {
      negotiating.remove(stream);
    }

    @Override
    public void onFailed(NegotiatedStream stream, IOException cause) {
      negotiating.remove(stream);
    }
  }

  private final class Outbound implements NegotiatedStream.Outcome {
    private final List<String> protocols;
    private final Opening opening;

    Outbound(List<String> protocols, Opening opening) {
      this.protocols = protocols;
      this.opening = opening;
    }

    @Override
    public void onAgreed(NegotiatedStream negotiated, MuxedStream stream, String protocol) {
      negotiating.remove(negotiated);
      if (negotiated != stream) connection.onSignOfLife();
      opening.onOpened(stream, protocol);
    }

    @Override
    public void onRefused(NegotiatedStream stream) {
      negotiating.remove(stream);
      connection.onSignOfLife();
      opening.onFailed(
          new StreamException(StreamException.Kind.UNSUPPORTED_PROTOCOL, unsupported(), null));
    }

    private String unsupported() {
      List<String> spoken = swarm.peers().protocols(connection.remotePeer());
      String list = spoken.isEmpty()
          ? "it has not said what it speaks"
          : "it speaks: "
              + String.join(", ", spoken.subList(0, Math.min(MAX_LISTED, spoken.size())))
              + (spoken.size() > MAX_LISTED ? ", …" : "");
      return "peer " + connection.remotePeer() + " does not speak " + String.join(" or ", protocols)
          + " (" + list + ")";
    }

    @Override
    public void onFailed(NegotiatedStream stream, IOException cause) {
      negotiating.remove(stream);
      if (!connection.isOpen()) {
        opening.onFailed(connection.notConnected(cause));
        return;
      }
      boolean late = cause instanceof SocketTimeoutException;
      opening.onFailed(new StreamException(
          late ? StreamException.Kind.TIMEOUT : StreamException.Kind.FAILED,
          "stream " + String.join(" or ", protocols) + " to peer " + connection.remotePeer() + ": "
              + cause.getMessage(),
          cause));
    }
  }
}
