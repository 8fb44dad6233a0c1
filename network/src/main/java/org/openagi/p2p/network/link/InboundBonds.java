package org.openagi.p2p.network.link;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bond.BondFrame;
import org.openagi.p2p.messaging.bond.BondLimits;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.mux.MuxedStream;

/**
 * The bonds that peers opened, by peer and id: a path joins a bond of its own peer only. Safe for any thread.
 *
 * @see "docs/wire/bond-1.0.md"
 */
final class InboundBonds {
  private final MessageService service;
  private final Map<PeerId, Map<Long, InboundBond>> bonds = new ConcurrentHashMap<>();

  InboundBonds(MessageService service) {
    this.service = service;
  }

  /** A peer opened a path. On the connection's event loop. */
  void onStream(Connection connection, MuxedStream stream) {
    stream.setListener(new PathStream(service, connection, stream, this::onGreeting));
  }

  private void onGreeting(PathStream path, int type, byte[] body)
      throws ProtocolViolationException {
    if (!(BondFrame.decode(type, body) instanceof BondFrame.Greeting greeting)) {
      throw WireReader.violation("frame of type " + type + " before a greeting");
    }
    InboundBond bond = greeting.joins()
        ? find(path.connection(), greeting.id())
        : make(path.connection(), greeting.id());
    if (bond == null) path.refuse();
    else bond.take(path, greeting.path());
  }

  /** One that is not known has ended here: its opener takes the path for lost. */
  private @Nullable InboundBond find(Connection connection, long id) {
    Map<Long, InboundBond> ofPeer = bonds.get(connection.remotePeer());
    InboundBond found = ofPeer == null ? null : ofPeer.get(id);
    if (found == null) service.bondCounters().onPathRefused();
    return found;
  }

  private @Nullable InboundBond make(Connection connection, long id) {
    InboundBond[] made = new InboundBond[1];
    bonds.compute(connection.remotePeer(), (peer, known) -> {
      Map<Long, InboundBond> ofPeer = known == null ? new ConcurrentHashMap<>() : known;
      if (ofPeer.size() < BondLimits.MAX_BONDS && !ofPeer.containsKey(id)) {
        made[0] = new InboundBond(service, this, connection, id);
        ofPeer.put(id, made[0]);
      }
      return ofPeer;
    });
    if (made[0] == null) service.bondCounters().onBondRefused();
    else service.onInbound(made[0].messages());
    return made[0];
  }

  void remove(InboundBond bond) {
    bonds.computeIfPresent(bond.peer(), (peer, ofPeer) -> {
      ofPeer.remove(bond.id(), bond);
      return ofPeer.isEmpty() ? null : ofPeer;
    });
  }
}
