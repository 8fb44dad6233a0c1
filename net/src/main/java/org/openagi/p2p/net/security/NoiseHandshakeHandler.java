package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseHandshake;
import org.openagi.p2p.wire.noise.NoiseSession;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * Drives one Noise handshake, then puts a {@link NoiseTransportHandler} in its own place.
 *
 * <p>Buffer ownership: takes over inbound buffers and releases them; keeps at most one incomplete
 * message of {@link NoiseHandshake#MAX_MESSAGE_BYTES} and what arrived behind it in the same read.
 * Confined to the channel's event loop.
 */
final class NoiseHandshakeHandler extends ChannelInboundHandlerAdapter {
  /** First size of the buffer for messages cut by the end of a read. */
  private static final int MIN_BUFFER_BYTES = 256;

  private final Role role;
  private final NoiseHandshake handshake;
  private final HandshakeOutcome outcome;
  private @Nullable ByteBuf received;
  private boolean started;
  private boolean handedOver;

  NoiseHandshakeHandler(Role role, NoiseHandshake handshake, HandshakeOutcome outcome) {
    this.role = role;
    this.handshake = handshake;
    this.outcome = outcome;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      start(ctx);
    } else if (!ctx.channel().isOpen()) {
      outcome.failRemoteClosed();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    start(ctx);
    ctx.fireChannelActive();
  }

  private void start(ChannelHandlerContext ctx) {
    if (started) return;
    started = true;
    if (role != Role.DIALER) return;
    try {
      send(ctx, handshake.start());
    } catch (NoiseException e) {
      fail(e);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (outcome.isDone()) {
      in.release();
      return;
    }
    if (received == null)
      received = ctx.alloc().buffer(Math.max(MIN_BUFFER_BYTES, in.readableBytes()));
    received.writeBytes(in);
    in.release();
    try {
      readMessages(ctx);
    } catch (NoiseException e) {
      fail(e);
    } finally {
      releaseIfEmpty();
    }
  }

  private void readMessages(ChannelHandlerContext ctx) throws NoiseException {
    while (!handshake.isComplete() && received != null) {
      ByteBuf in = received;
      if (in.readableBytes() < NoiseTransport.LENGTH_BYTES) return;
      int length = in.getUnsignedShort(in.readerIndex());
      NoiseHandshake.requireLength(length);
      if (in.readableBytes() < NoiseTransport.LENGTH_BYTES + length) return;
      byte[] message = new byte[length];
      in.skipBytes(NoiseTransport.LENGTH_BYTES).readBytes(message);
      Optional<byte[]> reply = handshake.onMessage(message);
      if (reply.isPresent()) send(ctx, reply.get());
    }
    if (handshake.isComplete()) complete(ctx);
  }

  private void send(ChannelHandlerContext ctx, byte[] message) {
    ByteBuf frame = ctx.alloc().buffer(NoiseTransport.LENGTH_BYTES + message.length);
    frame.writeShort(message.length).writeBytes(message);
    ctx.writeAndFlush(frame).addListener(written -> {
      if (!written.isSuccess()) {
        outcome.fail(Cause.IO, "sending a message: " + written.cause(), written.cause());
      }
    });
  }

  /** Hands over to the transport handler: first what arrived early, then the good news. */
  private void complete(ChannelHandlerContext ctx) {
    NoiseSession session = handshake.finish();
    NoiseTransportHandler transport = new NoiseTransportHandler(session.transport());
    ByteBuf early = received;
    received = null;
    handedOver = true;
    ctx.pipeline().replace(this, NoiseSecurity.HANDLER_NAME, transport);
    transport.holdBack(early);
    outcome.succeed(new SecuredChannel(
        session.remotePeer(), session.remoteKey(), NoiseHandshake.PROTOCOL_ID, session.muxer()));
  }

  private void fail(NoiseException e) {
    Cause failure =
        switch (e.reason()) {
          case MALFORMED, BAD_TAG, WEAK_KEY -> Cause.MALFORMED;
          case BAD_SIGNATURE -> Cause.BAD_SIGNATURE;
          case WRONG_PEER -> Cause.WRONG_PEER;
          case NO_COMMON_MUXER -> Cause.NO_COMMON_MUXER;
          case NONCES_EXHAUSTED -> Cause.INTERNAL;
        };
    outcome.fail(failure, String.valueOf(e.getMessage()), e);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    outcome.failRemoteClosed();
    release();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    outcome.fail(Cause.IO, cause.toString(), cause);
    release();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (!handedOver) outcome.failRemoteClosed();
    release();
  }

  private void releaseIfEmpty() {
    if (outcome.isDone() || (received != null && !received.isReadable())) release();
  }

  private void release() {
    if (received != null) received.release();
    received = null;
  }
}
