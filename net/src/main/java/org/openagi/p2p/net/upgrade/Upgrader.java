package org.openagi.p2p.net.upgrade;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.negotiate.ChannelNegotiator;
import org.openagi.p2p.net.security.Role;
import org.openagi.p2p.net.security.SecuredChannel;
import org.openagi.p2p.net.security.SecurityHandshakeException;
import org.openagi.p2p.net.security.SecurityProtocol;

/**
 * Turns a raw channel into a secured one with an agreed multiplexer, within one deadline. Three
 * round trips from the dial to the first stream: TCP, the choice of the secure channel, and its
 * handshake, which carries the choice of the multiplexer. A peer that can't do the latter costs one
 * more. Safe for any thread; each upgrade is confined to its channel's event loop.
 *
 * @see "libp2p specs: connections/README.md, Upgrading connections; inlined-muxer-negotiation.md"
 */
public final class Upgrader {
  /** Hears how an upgrade ended; exactly one method is called, once, on the event loop. */
  public interface Outcome {
    /**
     * Done. The multiplexer's handler must be added to the end of the pipeline before this returns.
     */
    void onUpgraded(SecuredChannel secured, String muxer);

    /** Failed; the channel is closed. */
    void onFailed(UpgradeException cause);
  }

  private final Map<String, SecurityProtocol> security = new LinkedHashMap<>();
  private final List<String> muxers;
  private final Duration deadline;

  /**
   * Creates an upgrader.
   *
   * @param security in order of preference
   * @param muxers protocol ids in order of preference
   * @param deadline for each whole upgrade
   */
  public Upgrader(List<SecurityProtocol> security, List<String> muxers, Duration deadline) {
    for (SecurityProtocol s : security) this.security.put(s.protocolId(), s);
    this.muxers = List.copyOf(muxers);
    this.deadline = deadline;
  }

  /** Starts an upgrade. To be called on the channel's event loop, before anything was read. */
  public void upgrade(Channel channel, Role role, Optional<PeerId> expectedPeer, Outcome outcome) {
    new Upgrade(channel, role, expectedPeer, outcome).start();
  }

  private final class Upgrade {
    private final Channel channel;
    private final Role role;
    private final Optional<PeerId> expectedPeer;
    private final Outcome outcome;
    private final ScheduledFuture<?> timer;
    private final Tail tail = new Tail();
    private final @Nullable HandshakeEvent event = HandshakeEvent.begun();
    private String stage = "security negotiation";
    private boolean done;

    Upgrade(Channel channel, Role role, Optional<PeerId> expectedPeer, Outcome outcome) {
      this.channel = channel;
      this.role = role;
      this.expectedPeer = expectedPeer;
      this.outcome = outcome;
      this.timer =
          channel.eventLoop().schedule(this::onDeadline, deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    void start() {
      List<String> ids = new ArrayList<>(security.keySet());
      negotiate(ids, "security", this::secure);
    }

    private void negotiate(
        List<String> ids, String purpose, java.util.function.Consumer<String> next) {
      ChannelNegotiator.Outcome negotiated = new ChannelNegotiator.Outcome() {
        @Override
        public void onAgreed(String protocol) {
          if (!done) next.accept(protocol);
        }

        @Override
        public void onFailed(IOException cause) {
          fail(
              channel.isActive() ? UpgradeException.Kind.FAILED : UpgradeException.Kind.CLOSED,
              String.valueOf(cause.getMessage()),
              cause);
        }
      };
      if (role == Role.DIALER) ChannelNegotiator.propose(channel, ids, purpose, negotiated);
      else ChannelNegotiator.answer(channel, ids, purpose, negotiated);
    }

    private void secure(String id) {
      stage = id + " handshake";
      SecurityProtocol protocol = security.get(id);
      if (protocol == null) throw new IllegalStateException("agreed on unknown " + id);
      Future<SecuredChannel> securing = protocol.secure(channel, role, expectedPeer, muxers);
      channel.pipeline().addLast(tail);
      securing.addListener(this::onSecured);
    }

    private void onSecured(Future<? super SecuredChannel> future) {
      if (done) return;
      if (!future.isSuccess()) {
        failSecurity(future.cause());
        return;
      }
      channel.pipeline().remove(tail);
      SecuredChannel secured = (SecuredChannel) future.getNow();
      if (secured.muxer().isPresent()) {
        succeed(secured, secured.muxer().get());
        return;
      }
      stage = "multiplexer negotiation";
      negotiate(muxers, "multiplexer", muxer -> succeed(secured, muxer));
    }

    private void failSecurity(Throwable cause) {
      UpgradeException.Kind kind = UpgradeException.Kind.FAILED;
      if (cause instanceof SecurityHandshakeException e) {
        kind = switch (e.failure()) {
          case WRONG_PEER -> UpgradeException.Kind.WRONG_PEER;
          case TIMEOUT -> UpgradeException.Kind.TIMEOUT;
          case REMOTE_CLOSED, IO -> UpgradeException.Kind.CLOSED;
          default -> UpgradeException.Kind.FAILED;
        };
      }
      String message = kind == UpgradeException.Kind.CLOSED
          ? "closed by remote during " + stage
          : String.valueOf(cause.getMessage());
      fail(kind, message, cause);
    }

    private void succeed(SecuredChannel secured, String muxer) {
      done = true;
      timer.cancel(false);
      record(Optional.of(secured.remotePeer()), muxer, null);
      outcome.onUpgraded(secured, muxer);
    }

    private void onDeadline() {
      fail(
          UpgradeException.Kind.TIMEOUT,
          stage + " not finished within " + deadline.toMillis() + " ms",
          null);
    }

    private void fail(UpgradeException.Kind kind, String message, @Nullable Throwable cause) {
      if (done) return;
      done = true;
      timer.cancel(false);
      record(expectedPeer, null, message);
      channel.close();
      outcome.onFailed(new UpgradeException(kind, message, cause));
    }

    private void record(Optional<PeerId> peer, @Nullable String muxer, @Nullable String failure) {
      if (event == null || !event.shouldCommit()) return;
      event.address = String.valueOf(channel.remoteAddress());
      event.peer = peer.map(PeerId::toString).orElse(null);
      event.outgoing = role == Role.DIALER;
      event.stage = stage;
      event.muxer = muxer;
      event.failure = failure;
      event.commit();
    }
  }

  /** Ends what a failed handshake leaves over; its cause was told by the future. */
  private static final class Tail extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
