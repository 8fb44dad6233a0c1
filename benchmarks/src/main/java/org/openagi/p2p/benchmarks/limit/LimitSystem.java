package org.openagi.p2p.benchmarks.limit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.Settings;

/** Plain Netty with BoringSSL, mutual TLS 1.3. Its address is a port of 127.0.0.1. */
public final class LimitSystem implements BenchSystem {
  /** Handshakes in flight at a time when many connections are opened, below the listen backlog. */
  private static final int DIALS_AT_A_TIME = 32;

  private static final int DIAL_TIMEOUT_SECONDS = 60;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

  @Override
  public Receiver receive(Settings settings, boolean echo) throws Exception {
    SslContext tls = LimitTls.server();
    var connections = new AtomicInteger();
    var received = new LongAdder();
    Channel channel = new ServerBootstrap()
        .group(group())
        .channel(
            Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(pipeline(tls, () -> new LimitReceiver(echo, received, connections)))
        .bind(InetAddress.getLoopbackAddress(), 0)
        .sync()
        .channel();
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    return new Receiver() {
      @Override
      public String address() {
        return Integer.toString(port);
      }

      @Override
      public long received() {
        return received.sum();
      }

      @Override
      public int connections() {
        return connections.get();
      }
    };
  }

  @Override
  public Flow send(Settings settings, String address) throws Exception {
    var sender = new LimitSender(new Payloads(settings.sizeBytes()), settings);
    connect(bootstrap(LimitTls.client(), () -> sender), address);
    return sender::acknowledged;
  }

  @Override
  public PingPong pingPong(Settings settings, String address) throws Exception {
    var caller = new LimitCaller(new Payloads(settings.sizeBytes()), settings.sizeBytes());
    connect(bootstrap(LimitTls.client(), () -> caller), address);
    return caller;
  }

  @Override
  public Dialer dialer(Settings settings, String address) throws Exception {
    var permits = new Semaphore(DIALS_AT_A_TIME);
    var secured = new AtomicInteger();
    Bootstrap bootstrap =
        bootstrap(LimitTls.client(), () -> new LimitIdle(secured::incrementAndGet, permits));
    return count -> {
      int goal = secured.get() + count;
      for (int i = 0; i < count; i++) {
        if (!permits.tryAcquire(DIAL_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException("a TLS handshake takes too long");
        }
        bootstrap.connect(InetAddress.getLoopbackAddress(), Integer.parseInt(address));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DIAL_TIMEOUT_SECONDS);
      while (secured.get() < goal) {
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("only " + secured.get() + " of " + goal + " secured");
        }
        Thread.sleep(1);
      }
    };
  }

  private static EventLoopGroup group() {
    return new MultiThreadIoEventLoopGroup(
        1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  private static Bootstrap bootstrap(SslContext tls, Supplier<ChannelHandler> handler) {
    return new Bootstrap()
        .group(group())
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .handler(pipeline(tls, handler));
  }

  private static ChannelHandler pipeline(SslContext tls, Supplier<ChannelHandler> handler) {
    return new ChannelInitializer<SocketChannel>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel
            .pipeline()
            .addLast(tls.newHandler(channel.alloc()), FrameReader.decoder(), handler.get());
      }
    };
  }

  private static void connect(Bootstrap bootstrap, String port) throws InterruptedException {
    bootstrap.connect(InetAddress.getLoopbackAddress(), Integer.parseInt(port)).sync();
  }
}
