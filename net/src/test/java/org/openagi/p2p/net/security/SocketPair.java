package org.openagi.p2p.net.security;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.testkit.BufferLeaks;

/** Two connected sockets on the loopback interface, each on an event loop of its own. */
final class SocketPair implements AutoCloseable {
  enum Kind {
    NIO,
    EPOLL
  }

  final BufferLeaks buffers = new BufferLeaks();
  final Channel dialer;
  final Channel listener;
  private final EventLoopGroup group;
  private final Channel server;

  SocketPair(Kind kind) throws Exception {
    boolean epoll = kind == Kind.EPOLL && Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(2, io);
    Class<? extends ServerChannel> serverType =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    Class<? extends Channel> clientType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    server = new ServerBootstrap()
        .group(group)
        .channel(serverType)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            prepare(channel);
            accepted.complete(channel);
          }
        })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .sync()
        .channel();
    dialer = new Bootstrap()
        .group(group)
        .channel(clientType)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            prepare(channel);
          }
        })
        .connect(server.localAddress())
        .sync()
        .channel();
    listener = accepted.get(10, TimeUnit.SECONDS);
  }

  private void prepare(Channel channel) {
    channel.config().setAllocator(buffers.allocator());
    channel.config().setAutoRead(false); // nothing may be read before the handlers are there
  }

  /** Secures one of the two and lets it read from then on. */
  Future<SecuredChannel> secure(
      SecurityProtocol protocol, Channel channel, Role role, Optional<PeerId> peer) {
    return secure(protocol, channel, role, peer, List.of("/yamux/1.0.0"));
  }

  Future<SecuredChannel> secure(
      SecurityProtocol protocol,
      Channel channel,
      Role role,
      Optional<PeerId> peer,
      List<String> muxers) {
    Future<SecuredChannel> future = protocol.secure(channel, role, peer, muxers);
    channel.eventLoop().execute(() -> channel.config().setAutoRead(true));
    return future;
  }

  /** Closes everything, then asserts that no buffer is left. */
  @Override
  public void close() throws Exception {
    dialer.close().sync();
    listener.close().sync();
    server.close().sync();
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    buffers.assertAllReleased();
  }
}
