package org.openagi.p2p.net.mux;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxCounters;

/** Two muxers joined by a TCP connection on the loopback interface, each on its own event loop. */
public final class LoopbackMuxers implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final Channel server;
  public final YamuxHandler dialer;
  public final YamuxHandler listener;
  public final Channel dialerChannel;
  public final Channel listenerChannel;

  /** {@code onInbound} is called on the listener's event loop for each stream the dialer opens. */
  public LoopbackMuxers(YamuxConfig config, Consumer<MuxedStream> onInbound) throws Exception {
    CompletableFuture<YamuxHandler> accepted = new CompletableFuture<>();
    CompletableFuture<Channel> acceptedChannel = new CompletableFuture<>();
    server = new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            YamuxHandler muxer = muxer(false, config, onInbound);
            channel.pipeline().addLast(muxer);
            accepted.complete(muxer);
            acceptedChannel.complete(channel);
          }
        })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .sync()
        .channel();
    dialer = muxer(true, config, MuxedStream::reset);
    dialerChannel = new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(dialer);
          }
        })
        .connect(server.localAddress())
        .sync()
        .channel();
    listener = accepted.get(10, TimeUnit.SECONDS);
    listenerChannel = acceptedChannel.get(10, TimeUnit.SECONDS);
  }

  private static YamuxHandler muxer(
      boolean dialing, YamuxConfig config, Consumer<MuxedStream> onInbound) {
    return new YamuxHandler(
        dialing, config, new YamuxCounters(), TimeSource.system(), new MuxerListener() {
          @Override
          public void onInboundStream(MuxedStream stream) {
            onInbound.accept(stream);
          }

          @Override
          public void onMuxerClosed(@Nullable Throwable cause) {}
        });
  }

  /** Runs on the dialer's event loop. */
  public <T> T onDialer(Callable<T> task) throws Exception {
    return dialer.executor().submit(task).get(20, TimeUnit.SECONDS);
  }

  /** Runs on the listener's event loop. */
  public <T> T onListener(Callable<T> task) throws Exception {
    return listener.executor().submit(task).get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    dialerChannel.close().sync();
    listenerChannel.close().sync();
    server.close().sync();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
  }
}
