package org.openagi.p2p.overlay.node;

import java.time.Duration;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.broadcast.BroadcastConfig;
import org.openagi.p2p.overlay.health.HealthConfig;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.overlay.membership.MembershipConfig;
import org.openagi.p2p.overlay.relay.RelayConfig;
import org.openagi.p2p.overlay.reputation.ReputationConfig;

/** The configuration of all machines. */
public record OverlayConfig(
    HealthConfig health,
    MembershipConfig membership,
    BroadcastConfig broadcast,
    LinkStateConfig linkState,
    RelayConfig relay,
    ReputationConfig reputation) {
  /**
   * What a node does that is told nothing else.
   *
   * @param name what people call it; empty if it has no name
   * @param type what it is for
   * @param heartbeat silence after which a neighbour is probed
   */
  public static OverlayConfig of(String name, NodeType type, Duration heartbeat) {
    return new OverlayConfig(
        HealthConfig.of(heartbeat),
        MembershipConfig.defaults(),
        BroadcastConfig.defaults().withRelays(type != NodeType.LIGHT),
        LinkStateConfig.defaults(type).withName(name),
        RelayConfig.defaults(type != NodeType.LIGHT),
        ReputationConfig.defaults());
  }

  /** The same with another membership. */
  public OverlayConfig withMembership(MembershipConfig value) {
    return new OverlayConfig(health, value, broadcast, linkState, relay, reputation);
  }

  /** The same with room for the adverts of another number of nodes. */
  public OverlayConfig withKnownNodes(int most) {
    LinkStateConfig links = linkState.withMaxAdverts(most);
    return new OverlayConfig(health, membership, broadcast, links, relay, reputation);
  }
}
