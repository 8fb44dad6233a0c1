package org.openagi.p2p.simulator.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * A connection between two processes. Each end knows only what reached it: after a silent death one end may be open for
 * long while the other is gone.
 */
public final class Connection {
  private static final Object END = new Object();

  private final Fabric fabric;
  private final long id;
  private final Machine[] machines;
  private final Endpoint[] owners;
  private final Half[] halves = {new Half(0), new Half(1)};
  private final List<List<MessageStream.End>> streams =
      List.of(new ArrayList<>(), new ArrayList<>());
  private final boolean[] open = {true, true};

  Connection(
      Fabric fabric,
      long id,
      Machine dialer,
      Endpoint dialing,
      Machine target,
      Endpoint accepting) {
    this.fabric = fabric;
    this.id = id;
    this.machines = new Machine[] {dialer, target};
    this.owners = new Endpoint[] {dialing, accepting};
  }

  private record Segment(Object payload, int bytes, long dueNanos) {}

  /** One direction. */
  private final class Half implements Runnable {
    private final int from;
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private long queuedBytes;
    private long sentBytes;
    private long arrivedBytes;
    private long lastDueNanos;
    private long stalledSinceNanos = -1;
    private long pauseNanos;
    private boolean planned;

    Half(int from) {
      this.from = from;
    }

    void send(Object payload, int bytes) {
      Machine sender = machines[from];
      int onWire = bytes + Fabric.HEADER_BYTES;
      sender.countSent(onWire);
      long arrival = fabric.departure(sender, onWire)
          + fabric.delayNanos(sender, machines[1 - from])
          + fabric.lateNanos();
      lastDueNanos = Math.max(lastDueNanos, arrival);
      segments.addLast(new Segment(payload, bytes, lastDueNanos));
      queuedBytes += bytes;
      sentBytes += onWire;
      if (!planned) plan(lastDueNanos);
    }

    private void plan(long nanos) {
      planned = true;
      fabric.world().at(nanos, this);
    }

    @Override
    public void run() {
      planned = false;
      Segment head = segments.peekFirst();
      if (head == null) return;
      VirtualWorld world = fabric.world();
      Machine target = machines[1 - from];
      if (fabric.isCut(machines[from], target) || !target.isPowered()) {
        stall(world.elapsedNanos());
        return;
      }
      if (target.isPaused()) {
        plan(target.pausedUntilNanos());
        return;
      }
      stalledSinceNanos = -1;
      segments.removeFirst();
      queuedBytes -= head.bytes;
      arrivedBytes += head.bytes + Fabric.HEADER_BYTES;
      Segment next = segments.peekFirst();
      if (next != null) plan(Math.max(next.dueNanos, world.elapsedNanos()));
      deliver(1 - from, head);
    }

    private void stall(long now) {
      if (stalledSinceNanos < 0) {
        stalledSinceNanos = now;
        pauseNanos = Fabric.FIRST_RETRANSMISSION_NANOS;
      } else {
        pauseNanos = Math.min(2 * pauseNanos, Fabric.LAST_RETRANSMISSION_NANOS);
      }
      if (now - stalledSinceNanos < Fabric.GIVE_UP_NANOS) plan(now + pauseNanos);
      else drop(from, LinkLoss.BROKEN);
    }

    void clear() {
      segments.clear();
      queuedBytes = 0;
    }
  }

  private void deliver(int side, Segment segment) {
    VirtualWorld world = fabric.world();
    fabric.countDelivered();
    world.note(id << 1 | side);
    world.note(segment.bytes);
    if (!open[side]) {
      answerWithReset(side);
    } else if (segment.payload == END) {
      drop(side, LinkLoss.CLOSED);
    } else {
      owners[side].onData(this, side, segment.payload, segment.bytes);
    }
  }

  /** The system answers for an end that is gone. */
  private void answerWithReset(int goneSide) {
    if (!open[1 - goneSide]) return;
    sendReset(goneSide, LinkLoss.BROKEN);
  }

  private void sendReset(int from, LinkLoss why) {
    Machine sender = machines[from];
    Machine target = machines[1 - from];
    fabric.world().after(fabric.delayNanos(sender, target), () -> {
      if (!fabric.isCut(sender, target) && target.isPowered()) drop(1 - from, why);
    });
  }

  /** An end learns that it is over. */
  private void drop(int side, LinkLoss why) {
    if (!open[side]) return;
    end(side);
    if (machines[side].process() == owners[side]) owners[side].onClosed(this, side, why);
  }

  private void end(int side) {
    open[side] = false;
    if (!open[1 - side]) {
      halves[0].clear();
      halves[1].clear();
      fabric.forget(this);
    }
  }

  /** Unique in a simulation. */
  public long id() {
    return id;
  }

  /** The machine at an end. */
  public Machine machine(int side) {
    return machines[side];
  }

  VirtualWorld world() {
    return fabric.world();
  }

  Endpoint owner(int side) {
    return owners[side];
  }

  /** Whether an end takes it for open. */
  public boolean isOpen(int side) {
    return open[side];
  }

  /** Bytes that arrived at an end. */
  public long bytesIn(int side) {
    return halves[1 - side].arrivedBytes;
  }

  /** Bytes that were sent from an end. */
  public long bytesOut(int side) {
    return halves[side].sentBytes;
  }

  /** Whether streams of bytes are open at an end. */
  public boolean hasStreams(int side) {
    streams.get(side).removeIf(MessageStream.End::isOver);
    return !streams.get(side).isEmpty();
  }

  /** Bytes sent from an end and not arrived. */
  public long queuedBytes(int side) {
    return halves[side].queuedBytes;
  }

  /** Opens a stream of bytes from an end. */
  public MessageStream.End openStream(int side) {
    MessageStream made = new MessageStream(this, side);
    add(side, made.opener());
    return made.opener();
  }

  /** Takes a stream that the other end opened, until the connection ends. */
  public void acceptStream(int side, MessageStream.End stream) {
    add(side, stream);
  }

  private void add(int side, MessageStream.End stream) {
    streams.get(side).removeIf(MessageStream.End::isOver);
    streams.get(side).add(stream);
  }

  /** Ends the streams of an end that knows that the connection has ended. */
  public void endStreams(int side) {
    for (MessageStream.End each : List.copyOf(streams.get(side))) each.onConnectionLost();
    streams.get(side).clear();
  }

  /** Sends from an end; nothing happens if that is closed. */
  public void send(int side, Object payload, int bytes) {
    if (open[side]) halves[side].send(payload, bytes);
  }

  /** Closes an end after what was sent; the other one hears of it. */
  public void close(int side) {
    if (!open[side]) return;
    halves[side].send(END, 0);
    end(side);
  }

  /** Breaks an end off: what was sent and did not arrive is lost. */
  public void reset(int side, LinkLoss why) {
    if (!open[side]) return;
    halves[side].clear();
    end(side);
    if (open[1 - side]) sendReset(side, why);
  }

  /** An end is gone and nobody says so. */
  void vanish(int side) {
    halves[side].clear();
    end(side);
  }

  /** The end of a process; -1 if it has none. */
  public int sideOf(@Nullable Endpoint process) {
    return owners[0] == process ? 0 : owners[1] == process ? 1 : -1;
  }
}
