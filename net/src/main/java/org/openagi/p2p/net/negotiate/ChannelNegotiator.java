package org.openagi.p2p.net.negotiate;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.wire.multistream.MultistreamResponder;
import org.openagi.p2p.wire.multistream.NegotiationState;

/**
 * Agrees on a protocol for a whole channel (security, multiplexer), then leaves the pipeline. Bytes
 * behind the negotiation go on to the handlers that the callback added. Never holds more than one
 * incomplete line. Confined to the channel's event loop.
 *
 * @see "libp2p specs: connections/README.md, multistream-select"
 */
public final class ChannelNegotiator extends ByteToMessageDecoder {
  /** Hears how the negotiation ended; exactly one method is called, once, on the event loop. */
  public interface Outcome {
    /** Agreed. Handlers added now to the end of the pipeline get all bytes that follow. */
    void onAgreed(String protocol);

    /** Failed; the channel is still open unless the peer closed it. */
    void onFailed(IOException cause);
  }

  private final Negotiation negotiation;
  private final String purpose;
  private final Outcome outcome;
  private boolean done;

  private ChannelNegotiator(Negotiation negotiation, String purpose, Outcome outcome) {
    this.negotiation = negotiation;
    this.purpose = purpose;
    this.outcome = outcome;
  }

  /**
   * Proposes protocols to the other side.
   *
   * @param purpose what is negotiated, for messages, e.g. {@code security}
   */
  public static void propose(
      Channel channel, List<String> protocols, String purpose, Outcome outcome) {
    ChannelNegotiator handler =
        new ChannelNegotiator(new Negotiation.Proposing(protocols), purpose, outcome);
    channel.pipeline().addLast(handler);
  }

  /** Answers proposals of the other side. */
  public static void answer(
      Channel channel, List<String> protocols, String purpose, Outcome outcome) {
    Negotiation negotiation = new Negotiation.Answering(new MultistreamResponder(protocols));
    channel.pipeline().addLast(new ChannelNegotiator(negotiation, purpose, outcome));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ByteBuf out = ctx.alloc().buffer();
    negotiation.start(out);
    send(ctx, out);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> ignored) {
    if (done) return;
    ByteBuf out = ctx.alloc().buffer();
    try {
      NegotiationState state = negotiation.onData(in, out);
      send(ctx, out);
      switch (state) {
        case NEGOTIATING -> {}
        case AGREED -> agreed(ctx);
        case REFUSED ->
          fail(new IOException(
              "the peer does not speak " + negotiation.describe() + " for " + purpose));
      }
    } catch (ProtocolViolationException e) {
      out.release();
      in.skipBytes(in.readableBytes());
      fail(new IOException(
          "the peer does not speak libp2p (" + purpose + "): " + e.getMessage(), e));
    }
  }

  private static void send(ChannelHandlerContext ctx, ByteBuf out) {
    if (out.isReadable()) ctx.writeAndFlush(out, ctx.voidPromise());
    else out.release();
  }

  private void agreed(ChannelHandlerContext ctx) {
    done = true;
    outcome.onAgreed(negotiation.agreed().orElseThrow());
    ctx.pipeline().remove(this); // hands on what is left of the input
  }

  private void fail(IOException cause) {
    if (done) return;
    done = true;
    outcome.onFailed(cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    fail(new IOException("closed by remote during " + purpose + " negotiation"));
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(new IOException(purpose + " negotiation: " + cause.getMessage(), cause));
  }
}
