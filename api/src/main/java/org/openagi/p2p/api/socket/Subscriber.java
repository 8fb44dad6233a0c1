package org.openagi.p2p.api.socket;

import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.time.TimeSource;

/**
 * One client. What it is told waits in a bounded queue; a virtual thread of its own writes it, and may block in that. If the
 * client does not keep up, the oldest news are dropped, and it is told how many. Safe for any thread.
 */
final class Subscriber {
  /** The way to the client. For the subscriber's own thread, which may be interrupted in it. */
  interface Wire {
    /** Writes a text; blocks while the client does not read. */
    void send(String text);

    /** Asks for a sign of life, in the WebSocket's own way; blocks as {@link #send} does. */
    void ping();

    /** Answers a sign of life that the client asked for, in the same way; blocks as {@link #send} does. */
    void pong(byte[] payload);

    /** Whether the connection is still served; for any thread. */
    boolean isOpen();

    /** Ends the connection. */
    void close();
  }

  /** Texts that wait for a client that does not keep up, and their characters. */
  static final int MAX_WAITING = 1024;

  static final long MAX_CHARACTERS = 4L << 20;

  private final Wire wire;
  private final Set<Channel> channels = EnumSet.noneOf(Channel.class);

  // Guarded by this.
  private final ArrayDeque<String> waiting = new ArrayDeque<>();
  private long characters;
  private long missed;
  private long missedTold;
  private long writingSinceNanos;
  private boolean writing;
  private boolean pingIsDue;
  private byte @Nullable [] pong;
  private boolean closed;
  private @Nullable Thread writer;

  Subscriber(Wire wire) {
    this.wire = wire;
  }

  /**
   * Begins to write.
   *
   * @param time by which it is seen how long the client takes nothing
   * @param whenGone called once by the subscriber's thread if it finds that the client has gone
   */
  synchronized void start(TimeSource time, Runnable whenGone) {
    writer = Thread.ofVirtual().name("api-subscriber").start(() -> write(time, whenGone));
  }

  synchronized void subscribe(Set<Channel> more) {
    channels.addAll(more);
  }

  synchronized void unsubscribe(Set<Channel> less) {
    channels.removeAll(less);
  }

  synchronized boolean wants(Channel channel) {
    return !closed && channels.contains(channel);
  }

  synchronized Set<Channel> channels() {
    return EnumSet.copyOf(channels);
  }

  /** Queues a text, whatever channel it is of. */
  synchronized void tell(String text) {
    if (closed) return;
    waiting.addLast(text);
    characters += text.length();
    while (waiting.size() > MAX_WAITING || (characters > MAX_CHARACTERS && waiting.size() > 1)) {
      characters -= waiting.removeFirst().length();
      missed++;
    }
    notifyAll();
  }

  /** Asks for a sign of life as soon as what is being written is written; at most one waits. */
  synchronized void ping() {
    pingIsDue = true;
    notifyAll();
  }

  /** Answers a ping. Of those that wait only the last is answered, as RFC 6455, 5.5.3 allows. */
  synchronized void pong(byte[] payload) {
    if (closed) return;
    pong = payload;
    notifyAll();
  }

  synchronized long missed() {
    return missed;
  }

  synchronized int waiting() {
    return waiting.size();
  }

  synchronized long waitingCharacters() {
    return characters;
  }

  boolean isOpen() {
    return wire.isOpen();
  }

  /** How long the client has not taken what is being written to it, in nanoseconds. */
  synchronized long stalledNanos(long now) {
    return writing ? now - writingSinceNanos : 0;
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
    characters = 0;
    notifyAll();
  }

  /** Ends the connection, also of a client that takes nothing: a virtual thread that is interrupted closes its socket. */
  synchronized void cut() {
    close();
    if (writer != null) writer.interrupt();
  }

  private void write(TimeSource time, Runnable whenGone) {
    try {
      for (Runnable next = next(time); next != null; next = next(time)) next.run();
      wire.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      wire.close();
    } catch (RuntimeException e) {
      whenGone.run(); // what cannot be written to is not read from either
    }
  }

  private synchronized @Nullable Runnable next(TimeSource time) throws InterruptedException {
    writing = false;
    while (waiting.isEmpty() && pong == null && !pingIsDue && !closed) wait();
    if (closed) return null;
    writing = true;
    writingSinceNanos = time.nanoTime();
    byte[] asked = pong;
    if (asked != null) {
      pong = null;
      return () -> wire.pong(asked);
    }
    if (pingIsDue) {
      pingIsDue = false;
      return wire::ping;
    }
    String text = nextText();
    return () -> wire.send(text);
  }

  private String nextText() {
    if (missed > missedTold) {
      long count = missed - missedTold;
      missedTold = missed;
      return SocketHub.envelope("missed", new JsonObject().put("count", count));
    }
    String text = waiting.removeFirst();
    characters -= text.length();
    return text;
  }
}
