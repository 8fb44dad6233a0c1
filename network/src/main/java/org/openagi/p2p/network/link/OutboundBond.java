package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.bond.Bond;
import org.openagi.p2p.messaging.bond.BondLimits;
import org.openagi.p2p.messaging.bond.BondListener;
import org.openagi.p2p.messaging.bond.BondPath;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.RawStream;

/**
 * The stream of a lane that goes over all connections to the peer that may be shared: opens a path on each, closes those
 * of connections that may not be any more. Confined to the peer's home, which stays where it is as long as bonds live.
 */
final class OutboundBond implements BondListener, PathStream.Owner {
  /** After a path was refused or lost while its connection lives. */
  private static final long RETRY_NANOS = 1_000_000_000L;

  /** One connection's part. */
  private final class Route {
    final Connection connection;
    boolean opening;
    long retryAtNanos;

    @Nullable
    PathStream stream;

    @Nullable
    BondPath path;

    Route(Connection connection) {
      this.connection = connection;
      this.retryAtNanos = outbox.nanoTime();
    }

    boolean isFree() {
      BondPath of = path;
      if (of != null && of.isGone()) leave();
      return !opening && path == null && outbox.nanoTime() - retryAtNanos >= 0;
    }

    void leave() {
      path = null;
      stream = null;
      retryAtNanos = outbox.nanoTime() + RETRY_NANOS;
    }
  }

  private final OutboundLane lane;
  private final PeerOutbox outbox;
  private final Bond bond;
  private final Map<Long, Route> routes = new HashMap<>();
  private @Nullable OutboundStream events;
  private boolean started;
  private boolean opened;

  OutboundBond(OutboundLane lane, PeerOutbox outbox, long id) {
    this.lane = lane;
    this.outbox = outbox;
    this.bond = new Bond(
        id,
        true,
        this,
        outbox.service().bondCounters(),
        outbox.service().time(),
        ByteBufAllocator.DEFAULT);
  }

  /** The stream itself. */
  Bond stream() {
    return bond;
  }

  /** Who is told of what comes in. */
  void setEvents(OutboundStream value) {
    events = value;
  }

  /** Makes the paths those that they should be. */
  void sync() {
    List<Connection> usable = outbox.routes().usable();
    routes.values().removeIf(route -> {
      boolean stays = usable.contains(route.connection);
      if (!stays && route.path != null) {
        bond.removePath(route.path, "its connection is not used any more");
      }
      return !stays;
    });
    if (started && !opened && routes.values().stream().noneMatch(route -> route.opening)) {
      lane.onBondFailed(this, new IllegalStateException("its connection is not used any more"));
      return;
    }
    for (Connection connection : usable) {
      Route route = routes.computeIfAbsent(connection.id(), id -> new Route(connection));
      if (mayOpen() && route.isFree()) open(route);
    }
  }

  private boolean mayOpen() {
    return started ? opened && bond.mayJoin() : !bond.isOver();
  }

  private void open(Route route) {
    started = true;
    route.opening = true;
    outbox
        .service()
        .host()
        .newRawStream(route.connection, BondLimits.PROTOCOL_ID)
        .whenComplete((stream, failure) -> {
          if (stream != null) onOpened(route, stream);
          else outbox.execute(() -> onOpenFailed(route, failure));
        });
  }

  /** On the connection's event loop. */
  private void onOpened(Route route, RawStream raw) {
    PathStream made =
        new PathStream(outbox.service(), raw.connection(), raw.stream(), this, outbox);
    raw.stream().setListener(made);
    outbox.execute(() -> join(route, made));
  }

  private void join(Route route, PathStream made) {
    route.opening = false;
    if (routes.get(route.connection.id()) != route || !bond.mayJoin()) {
      made.reset();
      return;
    }
    route.stream = made;
    route.path = bond.addPath(made, outbox.routes().meter(route.connection));
    if (!opened) {
      opened = true;
      lane.onBondOpened(this);
    }
    outbox.arm();
  }

  private void onOpenFailed(Route route, @Nullable Throwable failure) {
    route.opening = false;
    route.leave();
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    if (!opened) lane.onBondFailed(this, cause);
  }

  /** When {@link #onTimer} must be called at the latest. */
  long nextDeadlineNanos() {
    long next = bond.nextDeadlineNanos();
    for (Route route : routes.values()) {
      if (!route.opening && route.path == null && opened) {
        next = Math.min(next, route.retryAtNanos);
      }
    }
    return next;
  }

  void onTimer() {
    bond.onTimer();
    sync();
  }

  /** Ends it: no event of it counts any more. */
  void close() {
    events = null;
    bond.reset();
  }

  // ---- paths ---------------------------------------------------------------------------------

  private @Nullable Route routeOf(PathStream path) {
    Route found = routes.get(path.connection().id());
    return found != null && found.stream == path ? found : null;
  }

  @Override
  public void onFrame(PathStream path, int type, byte[] body) throws ProtocolViolationException {
    Route route = routeOf(path);
    if (route != null && route.path != null) bond.onFrame(route.path, type, body);
  }

  @Override
  public void onBatch(PathStream path) {
    Route route = routeOf(path);
    if (route != null && route.path != null) bond.onReadComplete(route.path);
    if (outbox.routes().areShared()) outbox.arm();
    else outbox.wake(); // when nothing is left to send, the bond has had its day
  }

  @Override
  public void onGone(PathStream path, String why) {
    Route route = routeOf(path);
    if (route == null || route.path == null) return;
    BondPath gone = route.path;
    route.leave();
    bond.removePath(gone, why);
    outbox.arm();
  }

  // ---- what the stream says ------------------------------------------------------------------

  @Override
  public void onData(ByteBuf data) {
    if (events == null) data.release();
    else events.onData(data);
  }

  @Override
  public void onReadComplete() {
    if (events != null) events.onReadComplete();
  }

  @Override
  public void onWritable() {
    if (events != null) events.onWritable();
  }

  @Override
  public void onRemoteClosed() {
    if (events != null) events.onRemoteClosed();
  }

  @Override
  public void onWelcome() {
    sync();
  }

  @Override
  public void onClosed(String why) {
    if (events != null) events.onLost(why);
  }
}
