package org.openagi.p2p.net.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of one host: native epoll where it can be loaded, NIO else. Safe for any thread.
 */
public final class IoThreads {
  /** More loops than this only spread few connections over many caches. */
  private static final int MAX_DEFAULT_THREADS = 4;

  private final MultiThreadIoEventLoopGroup group;
  private final boolean epoll;

  /**
   * Starts nothing yet: threads start with their first task.
   *
   * @param threads number of loops; 0 = number of processors, at most 4
   */
  public IoThreads(int threads) {
    this(threads, Epoll.isAvailable());
  }

  IoThreads(int threads, boolean epoll) {
    this.epoll = epoll;
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    int count = threads > 0
        ? threads
        : Math.min(MAX_DEFAULT_THREADS, Runtime.getRuntime().availableProcessors());
    group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("net-io", true), io);
  }

  /** The group, for bootstraps. */
  public MultiThreadIoEventLoopGroup group() {
    return group;
  }

  /** Whether native epoll is used. */
  public boolean isEpoll() {
    return epoll;
  }

  /** All loops. */
  public List<EventLoop> loops() {
    List<EventLoop> loops = new ArrayList<>();
    for (EventExecutor e : group) if (e instanceof IoEventLoop loop) loops.add(loop);
    return loops;
  }

  /** Stops all threads after their running tasks. */
  public Future<?> shutdown() {
    return group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
  }
}
