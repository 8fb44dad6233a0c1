package org.openagi.p2p.messaging.bond;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.codec.FrameType;

/**
 * One end of a stream that goes over several connections: in order, once, as long as one of them lives. To who writes and
 * reads it is a {@link PeerLink} like any other.
 *
 * <p>Pure state machine, confined to one executor. Inputs: {@link #addPath} and {@link #removePath}, {@link #onFrame}
 * for what came over a path and {@link #onReadComplete} after each batch of it, {@link #onTimer} at {@link
 * #nextDeadlineNanos}. It never waits: what it takes from a path is bounded by what it allowed the other end to send, so
 * the credit of a path may be given back as soon as its frames were handed in.
 *
 * @see "docs/wire/bond-1.0.md"
 */
public final class Bond implements PeerLink {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  private final long id;
  private final boolean opener;
  private final BondListener listener;
  private final TimeSource time;
  private final ByteBufAllocator allocator;
  private final List<BondPath> paths = new ArrayList<>(2);
  private final Outgoing outgoing;
  private final Incoming incoming;
  private long nextNumber;
  private boolean welcomed;
  private boolean handedOver;
  private boolean over;

  /**
   * A bond without paths.
   *
   * @param id random, the same on both ends
   * @param opener whether this end made it
   */
  public Bond(
      long id,
      boolean opener,
      BondListener listener,
      BondCounters counters,
      TimeSource time,
      ByteBufAllocator allocator) {
    this.id = id;
    this.opener = opener;
    this.listener = listener;
    this.time = time;
    this.allocator = allocator;
    this.outgoing = new Outgoing(paths, counters, time, allocator);
    this.incoming = new Incoming(counters, time);
  }

  // ---- paths ---------------------------------------------------------------------------------

  /** Whether the end that opened it may add a path: the first, or, once that was taken, others. */
  public boolean mayJoin() {
    return !over && (nextNumber == 0 || welcomed) && paths.size() < BondLimits.MAX_PATHS;
  }

  /** Adds a path to a bond of this end's; only if {@link #mayJoin}. */
  public BondPath addPath(PeerLink link, PathMeter meter) {
    if (!opener || !mayJoin()) throw new IllegalStateException("no path can join " + this);
    boolean first = nextNumber == 0;
    BondPath path = new BondPath(nextNumber++, link, meter);
    path.usable = first;
    write(path, new BondFrame.Greeting(!first, BondLimits.VERSION, id, path.number()).toFrame());
    return add(path);
  }

  /**
   * Adds a path that the other end made.
   *
   * @param number its number, as it says
   * @throws ProtocolViolationException if there are too many or the number is taken
   */
  public BondPath addPath(PeerLink link, PathMeter meter, long number)
      throws ProtocolViolationException {
    if (over || opener || paths.size() >= BondLimits.MAX_PATHS || find(number) != null) {
      throw WireReader.violation("path " + number + " can't join " + this);
    }
    BondPath path = new BondPath(number, link, meter);
    path.usable = true;
    write(path, new BondFrame.Welcome(BondLimits.VERSION).toFrame());
    return add(path);
  }

  private BondPath add(BondPath path) {
    paths.add(path);
    pump();
    return path;
  }

  private @Nullable BondPath find(long number) {
    for (BondPath path : paths) if (path.number() == number) return path;
    return null;
  }

  /** A path ended, or is not to be used any more: its stream is reset, the other end told. */
  public void removePath(BondPath path, String why) {
    if (!drop(path, why)) return;
    byte[] lost = new BondFrame.Lost(path.number()).toFrame();
    for (BondPath each : paths) write(each, lost);
    tellLimit();
    pump();
  }

  /** Returns whether the bond lives. */
  private boolean drop(BondPath path, String why) {
    if (path.gone) return false;
    path.gone = true;
    paths.remove(path);
    outgoing.onPathLost(path);
    path.link().reset();
    if (over) return false;
    if (!paths.isEmpty()) return true;
    end();
    listener.onClosed(why);
    return false;
  }

  List<PathMeter> pathMeters() {
    return paths.stream().map(BondPath::meter).toList();
  }

  /** How many paths there are. */
  public int paths() {
    return paths.size();
  }

  // ---- what comes in -------------------------------------------------------------------------

  /**
   * A frame came over a path, not a greeting.
   *
   * @param body the bond's to keep
   * @throws ProtocolViolationException if it breaks a rule; the bond has ended and its listener was told
   */
  public void onFrame(BondPath path, int type, byte[] body) throws ProtocolViolationException {
    if (over || path.gone) return;
    try {
      switch (BondFrame.decode(type, body)) {
        case BondFrame.Data data -> {
          path.framesReceived++;
          incoming.onData(data, body);
          handOver();
        }
        case BondFrame.Ack ack -> outgoing.onAck(path, ack.frames(), ack.limit());
        case BondFrame.End end -> {
          path.framesReceived++;
          incoming.onEnd(end.offset());
        }
        case BondFrame.Welcome welcome -> onWelcome(path, welcome);
        case BondFrame.Lost lost -> onLost(path, lost.path());
        case BondFrame.Greeting greeting ->
          throw WireReader.violation("second greeting of path " + path.number());
        case BondFrame.Unknown unknown -> {
          if (!FrameType.isSkippable(type)) throw WireReader.violation("frame of type " + type);
        }
      }
    } catch (ProtocolViolationException e) {
      reset();
      listener.onClosed(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private void onWelcome(BondPath path, BondFrame.Welcome welcome)
      throws ProtocolViolationException {
    if (!opener || welcome.version() != BondLimits.VERSION) {
      throw WireReader.violation("welcome of version " + welcome.version());
    }
    path.usable = true;
    if (welcomed) return;
    welcomed = true;
    listener.onWelcome();
  }

  /** The other end does not use a path any more: neither does this one. What it told there is told again. */
  private void onLost(BondPath teller, long number) {
    BondPath path = find(number);
    if (path == null || path == teller) return;
    if (drop(path, "the other end lost path " + number)) tellLimit();
  }

  private void handOver() {
    while (!over && incoming.handOver(listener)) handedOver = true;
  }

  /** The frames of one batch were handed in. */
  public void onReadComplete(BondPath path) {
    if (handedOver && !over) {
      handedOver = false;
      listener.onReadComplete();
    }
    if (!over && incoming.takeEnd()) listener.onRemoteClosed();
    if (over) return;
    if (!path.gone && path.framesReceived > path.framesAcknowledged) acknowledge(path);
    pump();
    closeIfDone();
  }

  private void acknowledge(BondPath path) {
    path.framesAcknowledged = path.framesReceived;
    write(path, new BondFrame.Ack(path.framesReceived, incoming.limit()).toFrame());
  }

  /** On all paths: one that is dead without anybody knowing yet must not keep the other end waiting. */
  private void tellLimit() {
    for (BondPath path : paths) if (path.usable) acknowledge(path);
  }

  private void write(BondPath path, byte[] frame) {
    path.unflushed = true;
    path.link().write(allocator.directBuffer(frame.length).writeBytes(frame));
  }

  // ---- time ----------------------------------------------------------------------------------

  /** When {@link #onTimer} must be called at the latest. */
  public long nextDeadlineNanos() {
    return over ? NEVER : outgoing.nextDeadlineNanos(time.nanoTime());
  }

  /** Looks for paths that are late. */
  public void onTimer() {
    if (over) return;
    outgoing.checkLate(time.nanoTime());
    pump();
  }

  // ---- who writes and reads ------------------------------------------------------------------

  @Override
  public boolean write(ByteBuf data) {
    if (over) {
      data.release();
      return false;
    }
    if (!outgoing.write(data)) {
      reset();
      listener.onClosed(
          "more than " + Outgoing.MAX_WAITING_BYTES + " bytes written while no path took them");
      return false;
    }
    outgoing.send();
    return isWritable();
  }

  @Override
  public void flush() {
    if (over) return;
    outgoing.send();
    flushPaths();
  }

  private void flushPaths() {
    for (int i = 0; i < paths.size(); i++) {
      BondPath path = paths.get(i);
      if (!path.unflushed) continue;
      path.unflushed = false;
      path.link().flush();
    }
  }

  private void pump() {
    outgoing.send();
    flushPaths();
    if (!over && outgoing.takeWritable()) listener.onWritable();
  }

  @Override
  public boolean isWritable() {
    return !over && outgoing.isWritable();
  }

  @Override
  public void consumed(int bytes) {
    if (over || !incoming.consumed(bytes)) return;
    tellLimit();
    flushPaths();
  }

  @Override
  public void closeWrite() {
    if (over) return;
    outgoing.end();
    flush();
    closeIfDone();
  }

  private void closeIfDone() {
    if (over || !incoming.isDone() || !outgoing.isDone()) return;
    over = true;
    outgoing.close();
    for (BondPath path : paths) {
      path.gone = true;
      path.link().closeWrite();
      path.link().flush();
    }
    paths.clear();
    listener.onClosed("both ends are done");
  }

  @Override
  public void reset() {
    if (over) return;
    List<BondPath> all = List.copyOf(paths);
    end();
    for (BondPath path : all) {
      path.gone = true;
      path.link().reset();
    }
  }

  private void end() {
    over = true;
    outgoing.close();
    incoming.close();
    paths.clear();
  }

  /** Whether it has ended. */
  public boolean isOver() {
    return over;
  }

  Outgoing outgoing() {
    return outgoing;
  }

  Incoming incoming() {
    return incoming;
  }

  @Override
  public String toString() {
    return "bond " + Long.toHexString(id) + (over ? ", over, " : ", ") + paths + "; " + outgoing
        + "; " + incoming;
  }
}
