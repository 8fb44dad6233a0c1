package org.openagi.p2p.p2pd;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection of a client: requests in turn, until it ends or becomes a stream. Confined to its virtual thread. */
final class Client {
  private static final Logger LOG = LoggerFactory.getLogger(Client.class);

  /** How long connecting and opening may take if the client does not say; the specification's daemon waits as long. */
  private static final long DEFAULT_TIMEOUT_SECONDS = 60;

  private static final long MAX_TIMEOUT_SECONDS = 600;

  /** Most of a request that is too long taken and dropped, so that its client can read why; other daemons take as much. */
  private static final int MAX_DROPPED_BYTES = 4 << 20;

  private final LocalSocket socket;
  private final Host host;
  private final HostView view;
  private final ClientProtocols protocols;
  private final OpenStreams streams;
  private final Ledger ledger;
  private final DaemonLimits limits;

  Client(
      LocalSocket socket,
      Host host,
      HostView view,
      ClientProtocols protocols,
      OpenStreams streams,
      Ledger ledger,
      DaemonLimits limits) {
    this.socket = socket;
    this.host = host;
    this.view = view;
    this.protocols = protocols;
    this.streams = streams;
    this.ledger = ledger;
    this.limits = limits;
  }

  /**
   * Answers requests.
   *
   * @return the stream that the connection has become, for which a place is taken; null if it has ended
   */
  @Nullable
  P2PStream serve(Watchdog.Watch watch) throws IOException, InterruptedException {
    while (true) {
      watch.limit(limits.idle());
      if (!socket.awaitMessage()) return null;
      watch.limit(limits.exchange());
      Request request = read();
      if (request == null) return null;
      ledger.countRequest();
      watch.unlimited(); // what is asked of the network has limits of its own
      if (request instanceof Request.StreamOpen open) {
        P2PStream stream = open(open, watch);
        if (stream != null) return stream;
      } else {
        Bytes answer = answer(request);
        watch.limit(limits.exchange());
        socket.writeMessage(answer);
      }
    }
  }

  /** After what is not a request nothing can be one: the client is told, and left. */
  private @Nullable Request read() throws IOException {
    try {
      return RequestCodec.decode(socket.readMessage(RequestCodec.MAX_BYTES));
    } catch (ProtocolViolationException e) {
      ledger.count(Refusal.MALFORMED);
      socket.writeMessage(Responses.error("malformed request: " + e.getMessage()));
      socket.endAfter(MAX_DROPPED_BYTES);
      return null;
    }
  }

  private Bytes answer(Request request) throws InterruptedException {
    try {
      return outcome(request);
    } catch (RefusedException e) {
      return refused(e);
    }
  }

  private Bytes refused(RefusedException e) {
    ledger.count(e.refusal());
    LOG.atDebug().addKeyValue("cause", e.refusal()).setCause(e).log("request of a client refused");
    return Responses.error(String.valueOf(e.getMessage()));
  }

  private Bytes outcome(Request request) throws RefusedException, InterruptedException {
    switch (request) {
      case Request.Identify identify -> {
        return Responses.identify(view.self());
      }
      case Request.ListPeers list -> {
        return Responses.peers(view.connected());
      }
      case Request.PeerProtocols ask -> {
        return Responses.peerstore(view.protocols(ask.peer()));
      }
      case Request.PeerAddresses ask -> {
        return Responses.peerstore(view.known(ask.peer()));
      }
      case Request.Connect ask ->
        await(host.connect(ask.peer(), view.leadingTo(ask)), ask.timeoutSeconds(), late -> {});
      case Request.Disconnect ask -> view.disconnect(ask.peer());
      case Request.StreamHandler ask -> protocols.register(ask, socket.isUnix());
      case Request.TagPeer ask -> view.tag(ask.peer(), ask.tag(), ask.weight());
      case Request.UntagPeer ask -> view.untag(ask.peer(), ask.tag());
      case Request.Unsupported ask ->
        throw new RefusedException(
            Refusal.UNSUPPORTED, ask.what() + " is not supported by this node");
      case Request.StreamOpen open -> throw new IllegalStateException("opened elsewhere");
    }
    return Responses.ok();
  }

  /** Null if it was refused and the client told so. */
  private @Nullable P2PStream open(Request.StreamOpen request, Watchdog.Watch watch)
      throws IOException, InterruptedException {
    P2PStream stream;
    try {
      stream = open(request);
    } catch (RefusedException e) {
      Bytes answer = refused(e);
      watch.limit(limits.exchange());
      socket.writeMessage(answer);
      return null;
    }
    try {
      watch.limit(limits.exchange());
      Bytes info =
          Responses.streamInfo(stream.remotePeer(), streams.addressOf(stream), stream.protocol());
      socket.writeMessage(Responses.stream(info));
      return stream;
    } catch (IOException e) {
      stream.reset();
      ledger.releaseStream();
      throw e;
    }
  }

  /** Takes a place for the stream. */
  private P2PStream open(Request.StreamOpen request) throws RefusedException, InterruptedException {
    if (!ledger.takeStream()) {
      throw new RefusedException(
          Refusal.TOO_MANY_STREAMS, limits.streams() + " streams of clients are open already");
    }
    boolean opened = false;
    try {
      String[] ids = request.protocols().toArray(String[]::new);
      P2PStream stream =
          await(host.newStream(request.peer(), ids), request.timeoutSeconds(), P2PStream::reset);
      opened = true;
      return stream;
    } finally {
      if (!opened) ledger.releaseStream();
    }
  }

  /** Waits for something asked of the network; {@code late} takes what comes when nobody waits any more. */
  private static <T> T await(CompletionStage<T> stage, long timeoutSeconds, Consumer<T> late)
      throws RefusedException, InterruptedException {
    long seconds = timeoutSeconds == 0
        ? DEFAULT_TIMEOUT_SECONDS
        : Math.min(timeoutSeconds, MAX_TIMEOUT_SECONDS);
    boolean done = false;
    try {
      T value = stage.toCompletableFuture().get(seconds, TimeUnit.SECONDS);
      done = true;
      return value;
    } catch (ExecutionException e) {
      done = true;
      Throwable reason = e.getCause() == null ? e : e.getCause();
      throw new RefusedException(
          Refusal.FAILED, reason.getMessage() == null ? reason.toString() : reason.getMessage());
    } catch (TimeoutException e) {
      throw new RefusedException(Refusal.FAILED, "not within " + seconds + " s");
    } finally {
      if (!done) stage.thenAccept(late);
    }
  }
}
