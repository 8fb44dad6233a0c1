package org.openagi.p2p.net.swarm;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Direction;
import org.openagi.p2p.net.Refusal;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.limits.ConnectionLimiter;
import org.openagi.p2p.net.limits.ConnectionLimiter.Admission;
import org.openagi.p2p.net.limits.ConnectionLimiter.Verdict;
import org.openagi.p2p.net.security.Role;
import org.openagi.p2p.net.security.SecuredChannel;
import org.openagi.p2p.net.transport.Transport;
import org.openagi.p2p.net.upgrade.UpgradeException;
import org.openagi.p2p.net.upgrade.Upgrader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets accepted sockets in, or tells them why not: within limits they are upgraded; beyond, as long
 * as there is budget, they are upgraded only to be told the reason; beyond that they are closed
 * before any cryptography. Safe for any thread; each socket is handled on its event loop.
 */
final class InboundGate {
  private static final Logger log = LoggerFactory.getLogger(InboundGate.class);

  /** Time for a refused peer to read the reason and close. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  /** Refusals reported to listeners at once, and per second; all are counted. */
  private static final int REPORTS = 16;

  private final SwarmContext swarm;
  private final Upgrader upgrader;
  private final ConnectionOpener opener;
  private final TokenBucket reports;

  InboundGate(SwarmContext swarm, Upgrader upgrader, ConnectionOpener opener) {
    this.swarm = swarm;
    this.upgrader = upgrader;
    this.opener = opener;
    this.reports = new TokenBucket(REPORTS, REPORTS, swarm.time().nanoTime());
  }

  void onAccepted(Transport transport, Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      channel.close(); // gone before we looked at it
      return;
    }
    InetAddress host = remote.getAddress();
    Admission admission = swarm.limiter().onAccepted(host);
    Multiaddr address = transport.remoteAddress(channel);
    if (admission.verdict() == Verdict.DROP) {
      channel.close();
      report(admission.cause(), Optional.empty(), address, null);
      return;
    }
    new Entry(transport, channel, host, address, admission).start();
  }

  private void report(
      @Nullable RefusalCause cause,
      Optional<PeerId> peer,
      Multiaddr address,
      @Nullable String detail) {
    if (cause == null) return;
    synchronized (reports) {
      if (!reports.tryTake(1, swarm.time().nanoTime())) return;
    }
    String who = peer.map(p -> "peer " + p).orElse("a connection") + " from " + address;
    String text = "refused " + who + ": "
        + (detail == null
            ? "this node is " + cause.describe(swarm.limiter().limitOf(cause))
            : detail);
    Refusal refusal = new Refusal(cause, peer, address, text);
    log.atDebug().addKeyValue("cause", cause).log(text);
    if (!swarm.control().isShuttingDown()) swarm.events().fire(l -> l.onRefused(refusal));
  }

  /** One accepted socket until it is a connection or refused. Confined to its event loop. */
  private final class Entry implements Upgrader.Outcome {
    private final Transport transport;
    private final Channel channel;
    private final InetAddress host;
    private final Multiaddr address;
    private final Admission admission;
    private final TrafficCounter traffic = new TrafficCounter();
    private final long startNanos = swarm.time().nanoTime();

    Entry(
        Transport transport,
        Channel channel,
        InetAddress host,
        Multiaddr address,
        Admission admission) {
      this.transport = transport;
      this.channel = channel;
      this.host = host;
      this.address = address;
      this.admission = admission;
    }

    void start() {
      channel.pipeline().addLast(traffic);
      upgrader.upgrade(channel, Role.LISTENER, Optional.empty(), this);
    }

    @Override
    public void onUpgraded(SecuredChannel secured, String muxer) {
      ConnectionLimiter limiter = swarm.limiter();
      limiter.onHandshakeResult(true);
      Optional<RefusalCause> cause = secured.remotePeer().equals(swarm.self())
          ? Optional.of(RefusalCause.SELF)
          : limiter.tryEstablish(Direction.INBOUND, secured.remotePeer(), host);
      if (cause.isPresent()) {
        refuse(secured.remotePeer(), cause.get());
        return;
      }
      limiter.onHandshakeEnded(host, admission);
      opener.open(
          channel,
          transport,
          traffic,
          secured,
          Direction.INBOUND,
          null,
          swarm.time().nanoTime() - startNanos);
    }

    /** The place among the handshakes is given back only when the socket is closed. */
    private void refuse(PeerId peer, RefusalCause cause) {
      swarm.limiter().onRefused(cause);
      channel.closeFuture().addListener(f -> swarm.limiter().onHandshakeEnded(host, admission));
      byte[] reason = RefusalCode.frame(cause, swarm.limiter().limitOf(cause));
      channel.pipeline().addLast(new Sink());
      // Half-closed, because closing with unread input would make the system drop the reason.
      channel.writeAndFlush(Unpooled.wrappedBuffer(reason)).addListener(f -> {
        if (channel instanceof DuplexChannel duplex) duplex.shutdownOutput();
        else channel.close();
      });
      var timer = channel
          .eventLoop()
          .schedule(() -> channel.close(), LINGER.toNanos(), TimeUnit.NANOSECONDS);
      channel.closeFuture().addListener(f -> timer.cancel(false));
      report(cause, Optional.of(peer), address, null);
    }

    @Override
    public void onFailed(UpgradeException failure) {
      ConnectionLimiter limiter = swarm.limiter();
      limiter.onHandshakeEnded(host, admission);
      limiter.onHandshakeResult(false);
      RefusalCause cause = failure.kind() == UpgradeException.Kind.TIMEOUT
          ? RefusalCause.HANDSHAKE_TIMEOUT
          : RefusalCause.HANDSHAKE_FAILED;
      limiter.onRefused(cause);
      report(cause, Optional.empty(), address, String.valueOf(failure.getMessage()));
    }
  }

  /** Drops what a refused peer still sends. */
  private static final class Sink extends ChannelInboundHandlerAdapter {
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
