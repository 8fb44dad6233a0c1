package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.event.NetworkEvent.PeerIdentified;
import org.openagi.p2p.network.event.NetworkEvent.SecurityEvent;
import org.openagi.p2p.network.event.NetworkEvent.Threat;
import org.openagi.p2p.network.keystore.DataFolderException;
import org.openagi.p2p.network.node.Judgement;
import org.openagi.p2p.network.node.NodeExchangeService;
import org.openagi.p2p.network.node.Verdict;
import org.openagi.p2p.network.pins.Claim;
import org.openagi.p2p.network.pins.PinStore;

/**
 * Believes or refuses the names that peers claim, by the pins. Every refusal becomes an event that
 * says how to resolve it. Safe for any thread that may touch the disk.
 */
final class NameKeeper implements NodeExchangeService.Listener {
  private final Identity self;
  private final Host host;
  private final PinStore pins;
  private final PeerDirectory directory;
  private final PeerKeeper keeper;
  private final EventBus events;
  private final TimeSource time;
  private final BiConsumer<Connection, NodeType> accepted;

  /**
   * Judges for a node.
   *
   * @param accepted is told of each connection whose peer is believed
   */
  NameKeeper(
      Identity self,
      Host host,
      PinStore pins,
      PeerDirectory directory,
      PeerKeeper keeper,
      EventBus events,
      TimeSource time,
      BiConsumer<Connection, NodeType> accepted) {
    this.self = self;
    this.host = host;
    this.pins = pins;
    this.directory = directory;
    this.keeper = keeper;
    this.events = events;
    this.time = time;
    this.accepted = accepted;
  }

  @Override
  public Judgement judge(Connection connection, NodeRecord record) {
    Judgement judgement = judge(record);
    if (!judgement.verdict().keepsConnection())
      directory.onRefused(connection, judgement.verdict() + ": " + judgement.reason());
    return judgement;
  }

  private Judgement judge(NodeRecord record) {
    String alias = record.alias();
    if (PeerNames.looksLikePeerId(alias).isPresent())
      return new Judgement(Verdict.RECORD_INVALID, "the name " + alias + " is a peer id");
    if (alias.equals(self.nodeId()))
      return new Judgement(
          Verdict.NAME_IS_MINE, "'" + alias + "' is the name of this node; choose another --name");
    try {
      return judge(record, pins.claim(alias, record.peerId(), now()));
    } catch (DataFolderException e) {
      events.publish(new FaultEvent(
          now(),
          Fault.STORAGE_FAILED,
          Optional.of(record.peerId()),
          String.valueOf(e.getMessage()),
          "no new name is believed until the file is repaired"));
      return new Judgement(Verdict.NO_ROOM, "names cannot be kept at the moment");
    }
  }

  private Judgement judge(NodeRecord record, Claim claim) {
    return switch (claim) {
      case Claim.Pinned pinned -> Judgement.ACCEPTED;
      case Claim.Known known -> Judgement.ACCEPTED;
      case Claim.Renamed renamed -> {
        publishThreat(
            Threat.NAME_CHANGED,
            record.peerId(),
            "was called '" + renamed.formerAlias() + "' and is now '" + record.alias() + "'",
            "nothing to do; its key is the same");
        yield Judgement.ACCEPTED;
      }
      case Claim.Taken taken ->
        new Judgement(
            Verdict.NAME_TAKEN,
            "'" + record.alias() + "' is pinned here to " + taken.owner() + "; choose another"
                + " --name, or have that pin removed here");
      case Claim.Full full ->
        new Judgement(Verdict.NO_ROOM, "no more than " + PinStore.PINS_MAX + " names are kept");
    };
  }

  @Override
  public void onAccepted(Connection connection, NodeRecord record) {
    PeerId peer = record.peerId();
    boolean news = directory.onIdentified(peer, record.alias(), record.nodeType());
    if (host.connections(peer).isEmpty()) directory.onDisconnected(peer); // it ended meanwhile
    accepted.accept(connection, record.nodeType());
    if (news)
      events.publish(new PeerIdentified(now(), record.peerId(), record.alias(), record.nodeType()));
  }

  @Override
  public void onRefused(Connection connection, Optional<NodeRecord> record, Judgement judgement) {
    PeerId peer = connection.remotePeer();
    keeper.onNameRefused(peer);
    String alias = record.map(NodeRecord::alias).orElse("");
    switch (judgement.verdict()) {
      case NAME_TAKEN ->
        publishThreat(
            Threat.NAME_TAKEN,
            peer,
            "claims the name '" + alias + "', which is pinned to "
                + directory.peer(alias).map(PeerId::toString).orElse("another key")
                + "; the connection is closed",
            "if it is the same node with a new key: p2p peers --data "
                + pins.file().getParent()
                + " --forget "
                + alias
                + ", or delete its line in "
                + pins.file());
      case NAME_IS_MINE ->
        publishThreat(
            Threat.OWN_NAME_CLAIMED,
            peer,
            "claims '" + alias + "', the name of this node; the connection is closed",
            "give one of the two another --name");
      default ->
        publishThreat(
            Threat.RECORD_INVALID,
            peer,
            judgement.reason() + "; the connection is closed",
            "nothing to do here; the peer is faulty or hostile");
    }
  }

  @Override
  public void onRefusedByPeer(Connection connection, Judgement judgement) {
    keeper.onNameRefused(connection.remotePeer());
    directory.onRefused(connection, judgement.verdict() + ": " + judgement.reason());
    publishThreat(
        Threat.NAME_REFUSED_BY_PEER,
        connection.remotePeer(),
        "refuses the name '" + self.nodeId() + "' of this node (" + judgement.verdict() + "): "
            + judgement.reason(),
        "choose another --name, or have the name forgotten there: p2p peers --forget "
            + self.nodeId());
  }

  private void publishThreat(Threat what, PeerId who, String cause, String remedy) {
    events.publish(new SecurityEvent(now(), what, who, cause, remedy));
  }

  private Instant now() {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
