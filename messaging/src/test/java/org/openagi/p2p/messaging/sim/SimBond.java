package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.bond.Bond;
import org.openagi.p2p.messaging.bond.BondCounters;
import org.openagi.p2p.messaging.bond.BondFrame;
import org.openagi.p2p.messaging.bond.BondListener;
import org.openagi.p2p.messaging.bond.BondPath;
import org.openagi.p2p.messaging.bond.PathMeter;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.testkit.VirtualWorld;

/** Both ends of a bond over paths that come and go. */
public final class SimBond {
  private final VirtualWorld world;
  public final BondCounters counters = new BondCounters();
  public final Bond opener;
  public final Bond acceptor;
  public final List<SimPath> paths = new ArrayList<>();
  public final List<ProtocolViolationException> violations = new ArrayList<>();

  public SimBond(VirtualWorld world, BondListener atOpener, BondListener atAcceptor) {
    this.world = world;
    long id = world.random().nextLong();
    opener = new Bond(id, true, atOpener, counters, world.time(), UnpooledByteBufAllocator.DEFAULT);
    acceptor =
        new Bond(id, false, atAcceptor, counters, world.time(), UnpooledByteBufAllocator.DEFAULT);
  }

  /** Adds a path, if the opener may. */
  public SimPath add(long delayNanos, double nanosPerByte) {
    return add(delayNanos, nanosPerByte, new PathMeter());
  }

  /** Adds a path over a connection that has a meter already. */
  public SimPath add(long delayNanos, double nanosPerByte, PathMeter meter) {
    SimPath path = new SimPath(world, delayNanos, nanosPerByte);
    if (!opener.mayJoin()) return path;
    paths.add(path);
    EndOfPath accepting = new EndOfPath(acceptor, path.acceptor);
    path.acceptor.setReceiver(accepting);
    EndOfPath opening = new EndOfPath(opener, path.opener);
    path.opener.setReceiver(opening);
    opening.path = opener.addPath(path.opener, meter);
    opening.arm();
    return path;
  }

  private final class EndOfPath implements SimPath.Receiver, FrameAssembler.Sink {
    private final Bond bond;
    private final SimPath.End end;
    private final FrameAssembler assembler = new FrameAssembler(this);
    private BondPath path;
    private long armedNanos = Bond.NEVER;

    EndOfPath(Bond bond, SimPath.End end) {
      this.bond = bond;
      this.end = end;
    }

    @Override
    public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
      if (path == null) {
        BondFrame.Greeting greeting = (BondFrame.Greeting) BondFrame.decode(type, body);
        try {
          path = bond.addPath(end, new PathMeter(), greeting.path());
        } catch (ProtocolViolationException refused) {
          end.reset();
          return false;
        }
      } else {
        bond.onFrame(path, type, body);
      }
      return true;
    }

    @Override
    public void onBytes(ByteBuf data) {
      try {
        assembler.onBytes(data);
      } catch (ProtocolViolationException e) {
        violations.add(e);
      }
    }

    @Override
    public void onReadComplete() {
      if (path != null) bond.onReadComplete(path);
      arm();
    }

    @Override
    public void onGone() {
      if (path != null) bond.removePath(path, "cut");
    }

    void arm() {
      long due = bond.nextDeadlineNanos();
      if (due >= armedNanos) return;
      armedNanos = due;
      world.after(Math.max(0, due - world.time().nanoTime()), () -> {
        if (armedNanos != due) return;
        armedNanos = Bond.NEVER;
        bond.onTimer();
        arm();
      });
    }
  }
}
