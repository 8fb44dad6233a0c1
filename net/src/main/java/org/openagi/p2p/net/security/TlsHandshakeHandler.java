package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;
import org.openagi.p2p.wire.tls.PeerCertificateException;

/**
 * Stands behind the TLS handler during the handshake, judges its end, and holds plaintext back until
 * the listeners of the handshake have run; then it leaves.
 *
 * <p>Buffer ownership: takes over plaintext that arrives early, at most what one turn of the event
 * loop brings, and passes it on or releases it. Confined to the channel's event loop.
 */
final class TlsHandshakeHandler extends ChannelInboundHandlerAdapter {
  /** Most plaintext held back; see {@link NoiseTransportHandler#MAX_HELD_BYTES}. */
  static final int MAX_HELD_BYTES = NoiseTransportHandler.MAX_HELD_BYTES;

  private final SslHandler ssl;
  private final PeerVerification verification;
  private final HandshakeOutcome outcome;
  private final List<String> muxers;
  private final Deque<ByteBuf> held = new ArrayDeque<>(2);
  private int heldBytes;
  private boolean succeeded;

  TlsHandshakeHandler(
      SslHandler ssl,
      PeerVerification verification,
      HandshakeOutcome outcome,
      List<String> muxers) {
    this.ssl = ssl;
    this.verification = verification;
    this.outcome = outcome;
    this.muxers = muxers;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (!ctx.channel().isOpen()) outcome.failRemoteClosed();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent completion && !outcome.isDone()) {
      if (completion.isSuccess()) {
        onHandshake(ctx);
      } else {
        fail(completion.cause());
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void onHandshake(ChannelHandlerContext ctx) {
    Optional<PublicKey> key = verification.remoteKey();
    String alpn = ssl.applicationProtocol();
    if (key.isEmpty()) {
      outcome.fail(Cause.INTERNAL, "TLS finished without a verified certificate", null);
    } else if (alpn == null) {
      outcome.fail(
          Cause.MALFORMED,
          "the remote supports none of the application protocols " + muxers + " and libp2p",
          null);
    } else {
      succeeded = true;
      ctx.executor().execute(() -> leave(ctx));
      outcome.succeed(new SecuredChannel(
          key.get().toPeerId(),
          key.get(),
          TlsSecurity.PROTOCOL_ID,
          Optional.of(alpn).filter(muxers::contains)));
    }
  }

  /** Runs after the listeners of the handshake: passes on what was held back. */
  private void leave(ChannelHandlerContext ctx) {
    if (ctx.isRemoved()) return;
    boolean any = !held.isEmpty();
    for (ByteBuf data = held.poll(); data != null; data = held.poll()) ctx.fireChannelRead(data);
    if (any) ctx.fireChannelReadComplete();
    if (ctx.isRemoved()) return;
    ctx.pipeline().remove(TlsSecurity.SCOPE_HANDLER_NAME);
    ctx.pipeline().remove(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    heldBytes += data.readableBytes();
    held.add(data);
    if (heldBytes > MAX_HELD_BYTES) {
      release();
      ctx.fireExceptionCaught(new IllegalStateException(
          "more than " + MAX_HELD_BYTES + " bytes held back behind the handshake"));
      ctx.close();
    }
  }

  private void fail(Throwable cause) {
    Optional<PeerCertificateException> refused = verification.failure();
    if (refused.isPresent()) {
      PeerCertificateException reason = refused.get();
      outcome.fail(causeOf(reason.reason()), String.valueOf(reason.getMessage()), reason);
    } else if (cause instanceof ClosedChannelException) {
      outcome.failRemoteClosed();
    } else if (cause instanceof SSLException && isAlert(cause)) {
      outcome.fail(Cause.REFUSED_BY_REMOTE, String.valueOf(cause.getMessage()), cause);
    } else if (cause instanceof SSLException) {
      outcome.fail(Cause.MALFORMED, String.valueOf(cause.getMessage()), cause);
    } else {
      outcome.fail(Cause.IO, cause.toString(), cause);
    }
  }

  private static boolean isAlert(Throwable cause) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("alert");
  }

  private static Cause causeOf(PeerCertificateException.Reason reason) {
    return switch (reason) {
      case WRONG_PEER -> Cause.WRONG_PEER;
      case BAD_SELF_SIGNATURE, BAD_HOST_SIGNATURE -> Cause.BAD_SIGNATURE;
      case EXPIRED -> Cause.CERTIFICATE_EXPIRED;
      case CHAIN_LENGTH, MALFORMED, UNKNOWN_CRITICAL_EXTENSION, UNSUPPORTED_ALGORITHM ->
        Cause.MALFORMED;
    };
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (succeeded) {
      ctx.fireExceptionCaught(cause);
    } else if (!outcome.isDone()) {
      fail(unwrap(cause));
    } // else: an echo of the failure that was reported already
  }

  /** What the TLS handler throws while decoding is wrapped once. */
  private static Throwable unwrap(Throwable cause) {
    @Nullable Throwable inner = cause.getCause();
    return cause instanceof DecoderException && inner != null ? inner : cause;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    outcome.failRemoteClosed();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    outcome.failRemoteClosed();
    release();
  }

  private void release() {
    for (ByteBuf data = held.poll(); data != null; data = held.poll()) {
      ReferenceCountUtil.release(data);
    }
  }
}
