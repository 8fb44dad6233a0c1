package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bond.Bond;
import org.openagi.p2p.messaging.bond.BondListener;
import org.openagi.p2p.messaging.bond.BondPath;
import org.openagi.p2p.messaging.bond.PathMeter;
import org.openagi.p2p.net.Connection;

/**
 * The receiving end of a lane that comes over several connections. Confined to the event loop of the connection
 * that its first path came over, which outlives that connection; paths of other loops post to it.
 */
final class InboundBond implements BondListener, PathStream.Owner, PathStream.Home {
  private final MessageService service;
  private final InboundBonds registry;
  private final PeerId peer;
  private final long id;
  private final EventExecutor home;
  private final Bond bond;
  private final InboundStream messages;
  private final Map<PathStream, BondPath> paths = new HashMap<>();
  private final DeadlineTimer timer;
  private boolean over;

  InboundBond(MessageService service, InboundBonds registry, Connection first, long id) {
    this.service = service;
    this.registry = registry;
    this.peer = first.remotePeer();
    this.id = id;
    this.home = first.executor();
    this.timer = new DeadlineTimer(service.time(), this::onTimer);
    this.bond =
        new Bond(id, false, this, service.bondCounters(), service.time(), ByteBufAllocator.DEFAULT);
    this.messages = new InboundStream(service, first, bond, id, this::onViolation);
  }

  PeerId peer() {
    return peer;
  }

  long id() {
    return id;
  }

  InboundStream messages() {
    return messages;
  }

  /** A path greeted. On the path's event loop. */
  void take(PathStream path, long number) {
    path.setOwner(this, this);
    if (isHere()) join(path, number);
    else execute(() -> join(path, number));
  }

  private void join(PathStream path, long number) {
    try {
      paths.put(path, bond.addPath(path, new PathMeter(), number));
    } catch (ProtocolViolationException e) {
      service.bondCounters().onPathRefused();
      path.reset();
    }
    afterwards();
  }

  @Override
  public boolean isHere() {
    return home.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    try {
      home.execute(task);
    } catch (RejectedExecutionException loopEnded) {
      // The host has stopped, and with it everything that this belongs to.
      return;
    }
  }

  @Override
  public void onFrame(PathStream path, int type, byte[] body) throws ProtocolViolationException {
    BondPath of = paths.get(path);
    if (of != null) bond.onFrame(of, type, body);
  }

  @Override
  public void onBatch(PathStream path) {
    BondPath of = paths.get(path);
    if (of != null) bond.onReadComplete(of);
    afterwards();
  }

  @Override
  public void onGone(PathStream path, String why) {
    BondPath of = paths.remove(path);
    if (of != null) bond.removePath(of, why);
    afterwards();
  }

  /** What the peer deserves for a message counts once; if it is the end, for all connections of the bond. */
  private void onViolation(ProtocolViolationException cause) {
    for (PathStream path : List.copyOf(paths.keySet())) {
      service.faults().onViolation(path.connection(), cause);
      if (cause.scope() == ProtocolViolationException.Scope.STREAM) return;
    }
  }

  private void afterwards() {
    paths.values().removeIf(BondPath::isGone);
    if (bond.isOver()) end();
    else arm();
  }

  private void arm() {
    timer.set(home, bond.nextDeadlineNanos());
  }

  private void onTimer() {
    bond.onTimer();
    afterwards();
  }

  private void end() {
    if (over) return;
    over = true;
    timer.cancel();
    registry.remove(this);
    messages.onClosed(null);
  }

  // ---- what the stream says ------------------------------------------------------------------

  @Override
  public void onData(ByteBuf data) {
    messages.onData(data);
  }

  @Override
  public void onReadComplete() {
    messages.onReadComplete();
  }

  @Override
  public void onWritable() {
    messages.onWritable();
  }

  @Override
  public void onRemoteClosed() {
    messages.onRemoteClosed();
  }

  @Override
  public void onWelcome() {
    // Only who opened a bond is welcomed.
  }

  @Override
  public void onClosed(String why) {
    end();
  }
}
