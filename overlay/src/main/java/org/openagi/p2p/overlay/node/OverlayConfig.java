package org.openagi.p2p.overlay.node;

import java.time.Duration;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.health.HealthConfig;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.overlay.membership.MembershipConfig;

/** The configuration of all machines. */
public record OverlayConfig(
    HealthConfig health, MembershipConfig membership, LinkStateConfig linkState) {
  /**
   * What a node does that is told nothing else.
   *
   * @param type what it is for
   * @param heartbeat silence after which a neighbour is probed
   */
  public static OverlayConfig of(NodeType type, Duration heartbeat) {
    return new OverlayConfig(
        HealthConfig.of(heartbeat), MembershipConfig.defaults(), LinkStateConfig.defaults(type));
  }
}
