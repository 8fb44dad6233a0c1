package org.openagi.p2p.net.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.openagi.p2p.core.multiaddr.AddressProtocol;
import org.openagi.p2p.core.multiaddr.Component;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * TCP over IPv4 and IPv6, with names ({@code /dns}, {@code /dns4}, {@code /dns6}) for dialing. A
 * socket that listens on {@code /ip6/::} takes IPv6 only, so that {@code /ip4/0.0.0.0} can have the
 * same port. Safe for any thread.
 *
 * @see "libp2p specs: addressing/README.md, TCP"
 */
public final class TcpTransport implements Transport {
  /** Connections the kernel holds for us between two rounds of the accepting loop. */
  private static final int BACKLOG = 1024;

  /**
   * Bytes that the kernel takes before it has sent those it has. What lies there can't be overtaken any
   * more, so it is little: enough to fill the time until the event loop writes again.
   */
  private static final long NOT_SENT_BYTES = 128 << 10;

  /** {@code IPPROTO_IPV6} and {@code IPV6_V6ONLY} of Linux. */
  private static final IntegerUnixChannelOption V6_ONLY =
      new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

  private final IoThreads io;

  /** Creates a transport on these event loops. */
  public TcpTransport(IoThreads io) {
    this.io = io;
  }

  @Override
  public String name() {
    return "tcp";
  }

  @Override
  public boolean canDial(Multiaddr address) {
    return address.isTcp() || Name.of(address).isPresent();
  }

  @Override
  public boolean canListen(Multiaddr address) {
    return address.isTcp();
  }

  @Override
  public CompletionStage<List<Multiaddr>> resolve(Multiaddr address) {
    Optional<Name> name = Name.of(address);
    if (name.isEmpty()) return CompletableFuture.completedFuture(List.of(address));
    Name target = name.get();
    CompletableFuture<List<Multiaddr>> result = new CompletableFuture<>();
    // The resolver of the JDK blocks; dials in flight are bounded, so these threads are, too.
    Thread.ofVirtual().name("dns-" + target.host).start(() -> {
      try {
        result.complete(target.resolve());
      } catch (IOException | RuntimeException e) {
        result.completeExceptionally(e);
      }
    });
    return result;
  }

  @Override
  public Future<Channel> dial(Multiaddr address, Duration timeout) {
    InetSocketAddress remote = socketAddress(address);
    Bootstrap bootstrap = new Bootstrap()
        .group(io.group())
        .channel(io.isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
        .handler(new NoHandler());
    if (io.isEpoll()) bootstrap.option(EpollChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES);
    ChannelFuture connecting = bootstrap.connect(remote);
    Promise<Channel> result = connecting.channel().eventLoop().newPromise();
    connecting.addListener(f -> {
      if (!f.isSuccess()) {
        result.tryFailure(TcpErrors.ofDial(f.cause(), timeout));
      } else if (!result.trySuccess(connecting.channel())) {
        connecting.channel().close();
      }
    });
    result.addListener(f -> {
      if (f.isCancelled()) connecting.channel().close();
    });
    return result;
  }

  @Override
  public CompletionStage<TransportListener> listen(
      Multiaddr address, Consumer<Channel> onAccepted) {
    InetSocketAddress local = socketAddress(address);
    boolean v6 = local.getAddress() instanceof Inet6Address;
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(io.group(), io.group())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childHandler(new AcceptedHandler(onAccepted));
    if (io.isEpoll()) bootstrap.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES);
    bootstrap.channelFactory(() -> server(v6));
    if (io.isEpoll() && v6) bootstrap.option(V6_ONLY, 1);
    CompletableFuture<TransportListener> result = new CompletableFuture<>();
    ChannelFuture binding = bootstrap.bind(local);
    binding.addListener(f -> {
      if (f.isSuccess()) result.complete(new TcpListener(binding.channel()));
      else result.completeExceptionally(TcpErrors.ofListen(address, local, f.cause()));
    });
    return result;
  }

  private ServerChannel server(boolean v6) {
    // Named, because a socket without a family takes IPv4 through its IPv6 side.
    SocketProtocolFamily family = v6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
    return io.isEpoll()
        ? new EpollServerSocketChannel(family)
        : new NioServerSocketChannel(SelectorProvider.provider(), family);
  }

  private static InetSocketAddress socketAddress(Multiaddr address) {
    return address
        .withoutPeerId()
        .toTcpSocketAddress()
        .orElseThrow(() -> new IllegalArgumentException(address + " is no TCP address"));
  }

  @Override
  public Multiaddr remoteAddress(Channel channel) {
    return Multiaddr.ofTcp((InetSocketAddress) channel.remoteAddress());
  }

  @Override
  public Multiaddr localAddress(Channel channel) {
    return Multiaddr.ofTcp((InetSocketAddress) channel.localAddress());
  }

  /** An accepted channel is configured by who accepts it; this runs once and goes. */
  private static final class AcceptedHandler extends ChannelInitializer<Channel> {
    private final Consumer<Channel> onAccepted;

    AcceptedHandler(Consumer<Channel> onAccepted) {
      this.onAccepted = onAccepted;
    }

    @Override
    protected void initChannel(Channel channel) {
      onAccepted.accept(channel);
    }
  }

  /** A bootstrap insists on a handler; the dialer adds its own when the channel is connected. */
  private static final class NoHandler extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      // Nothing yet: handlers follow once the channel is connected.
    }
  }

  private record TcpListener(Channel channel) implements TransportListener {
    @Override
    public Multiaddr address() {
      return Multiaddr.ofTcp((InetSocketAddress) channel.localAddress());
    }

    @Override
    public CompletionStage<Void> close() {
      CompletableFuture<Void> closed = new CompletableFuture<>();
      channel.close().addListener(f -> closed.complete(null));
      return closed;
    }
  }

  /** A parsed name address: {@code /<kind>/<host>/tcp/<port>}. */
  private record Name(String kind, String host, int port) {
    private static final List<String> KINDS = List.of("dns", "dns4", "dns6");

    static Optional<Name> of(Multiaddr address) {
      List<Component> parts = address.withoutPeerId().components();
      if (parts.size() != 2 || parts.get(1).protocol() != AddressProtocol.TCP) {
        return Optional.empty();
      }
      String kind = parts.getFirst().protocol().text();
      if (!KINDS.contains(kind)) return Optional.empty();
      int port = Integer.parseInt(parts.get(1).valueText());
      return Optional.of(new Name(kind, parts.getFirst().valueText(), port));
    }

    List<Multiaddr> resolve() throws IOException {
      InetAddress[] all;
      try {
        all = InetAddress.getAllByName(host);
      } catch (UnknownHostException e) {
        throw new IOException("the name " + host + " is unknown", e);
      }
      List<Multiaddr> usable = Stream.of(all)
          .filter(a -> kind.equals("dns") || kind.equals("dns6") == a instanceof Inet6Address)
          .limit(MAX_RESOLVED)
          .map(a -> Multiaddr.ofTcp(new InetSocketAddress(a, port)))
          .toList();
      if (usable.isEmpty()) {
        throw new IOException("the name " + host + " has no address for /" + kind);
      }
      return usable;
    }
  }
}
