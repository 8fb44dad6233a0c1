package org.openagi.p2p.net.security;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands in front of the TLS handler during the handshake and makes its connection's {@link
 * PeerVerification} the current one while bytes are processed. Confined to the channel's event loop.
 */
final class PeerVerificationHandler extends ChannelInboundHandlerAdapter {
  private final PeerVerification verification;

  PeerVerificationHandler(PeerVerification verification) {
    this.verification = verification;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    verification.during(() -> ctx.fireChannelRead(message));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    verification.during(ctx::fireChannelInactive); // the TLS handler decodes what is left
  }
}
