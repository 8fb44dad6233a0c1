package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import org.openagi.p2p.messaging.bond.BondListener;
import org.openagi.p2p.testkit.VirtualWorld;

/** A {@link SimBond} as a stream between two engines. */
public final class SimBondedStream {
  private static final class Events implements BondListener {
    SimStream.Receiver receiver;

    @Override
    public void onData(ByteBuf data) {
      receiver.onData(data);
      data.release();
    }

    @Override
    public void onReadComplete() {
      receiver.onReadComplete();
    }

    @Override
    public void onWritable() {
      receiver.onWritable();
    }

    @Override
    public void onRemoteClosed() {
      receiver.onRemoteClosed();
    }

    @Override
    public void onWelcome() {}

    @Override
    public void onClosed(String why) {
      receiver.onClosed();
    }
  }

  private final Events atOpener = new Events();
  private final Events atAcceptor = new Events();
  public final SimBond bond;
  private boolean cut;

  public SimBondedStream(VirtualWorld world) {
    bond = new SimBond(world, atOpener, atAcceptor);
  }

  public void setOpenerReceiver(SimStream.Receiver receiver) {
    atOpener.receiver = receiver;
  }

  public void setAcceptorReceiver(SimStream.Receiver receiver) {
    atAcceptor.receiver = receiver;
  }

  /** All paths go at once. */
  public void cut() {
    if (cut) return;
    cut = true;
    boolean openerLived = !bond.opener.isOver();
    boolean acceptorLived = !bond.acceptor.isOver();
    bond.paths.forEach(SimPath::kill);
    bond.opener.reset();
    bond.acceptor.reset();
    if (openerLived) atOpener.receiver.onClosed();
    if (acceptorLived) atAcceptor.receiver.onClosed();
  }
}
