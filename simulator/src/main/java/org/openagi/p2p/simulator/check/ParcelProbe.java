package org.openagi.p2p.simulator.check;

import java.util.List;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.SimulatedNode;

/** Sends parcels over several hops, so that there is something to be looked at. */
public final class ParcelProbe {
  private static final int HOPS = 8;
  private static final long LIFETIME_MILLIS = 60_000;
  private static final int CONTENT_BYTES = 200;

  private final NodeGround ground;
  private final RandomGenerator random;
  private int sent;

  /** A probe that has sent nothing yet. */
  public ParcelProbe(NodeGround ground) {
    this.ground = ground;
    this.random = ground.world().randomOf("parcels");
  }

  /** A node sends a parcel to another. */
  public void send() {
    List<SimulatedNode> nodes = ground.nodes();
    SimulatedNode from = nodes.get(random.nextInt(nodes.size()));
    SimulatedNode to = nodes.get(random.nextInt(nodes.size()));
    if (from == to || !from.isRunning()) return;
    byte[] id = new byte[Parcel.ID_BYTES];
    byte[] content = new byte[CONTENT_BYTES];
    random.nextBytes(id);
    random.nextBytes(content);
    Parcel parcel = new Parcel(
        Bytes.wrap(id),
        to.peerId(),
        HOPS,
        LIFETIME_MILLIS,
        random.nextBoolean(),
        List.of(),
        Bytes.wrap(content));
    ground.trace().add(from.index(), "sends a parcel to", to.index(), sent++);
    from.withCourier(courier -> courier.send(parcel, null));
  }

  /** Parcels that were sent. */
  public int sent() {
    return sent;
  }
}
