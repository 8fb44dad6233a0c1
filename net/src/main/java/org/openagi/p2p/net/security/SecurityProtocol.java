package org.openagi.p2p.net.security;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;

/**
 * A way to authenticate and encrypt a channel. Safe for any thread; one instance serves all
 * connections of a host.
 */
public interface SecurityProtocol {
  /** The id this protocol is negotiated by, for example {@code /noise}. */
  String protocolId();

  /**
   * Adds handlers at the end of the channel's pipeline and starts the handshake. May be called on any
   * thread; on the channel's event loop, the handlers are in place when it returns.
   *
   * <p>The future completes on the channel's event loop. On success the end of the pipeline carries
   * plaintext {@link io.netty.buffer.ByteBuf}s; those that arrive together with the end of the
   * handshake are held back until the future's listeners have run, so a listener that adds the next
   * handler misses nothing. On failure the channel is closed, and the cause is always a {@link
   * SecurityHandshakeException}. Cancelling the future has no effect: close the channel instead.
   *
   * <p>Writes are packed into as few and as large frames as the protocol allows, at flush. Do not
   * write before the future has succeeded.
   *
   * @param channel active and registered; call this on its event loop before it reads, for example from
   *     its initializer, because bytes that arrive before the handlers are in place are lost
   * @param role the side we are on
   * @param expectedPeer if present, any other peer is refused as {@link
   *     SecurityHandshakeException.Cause#WRONG_PEER}
   * @param muxers ids of our stream multiplexers, best first, for the early negotiation; empty to
   *     leave that to multistream-select
   */
  Future<SecuredChannel> secure(
      Channel channel, Role role, Optional<PeerId> expectedPeer, List<String> muxers);
}
