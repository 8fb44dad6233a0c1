package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.security.SecuredChannel;
import org.openagi.p2p.net.transport.Transport;

/** Makes a connection of an upgraded channel that the limits have let in. */
@FunctionalInterface
interface ConnectionOpener {
  /** To be called on the channel's event loop, at the end of the upgrade. */
  void open(
      Channel channel,
      Transport transport,
      TrafficCounter traffic,
      SecuredChannel secured,
      Direction direction,
      @Nullable DialAttempt attempt,
      long setUpNanos);
}
