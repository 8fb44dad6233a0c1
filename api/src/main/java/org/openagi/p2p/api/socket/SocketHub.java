package org.openagi.p2p.api.socket;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.time.TimeSource;

/** All clients of the WebSocket, and what is told to them. Safe for any thread; telling never blocks. */
public final class SocketHub implements AutoCloseable {
  /** Clients at a time; one more is refused. */
  public static final int SUBSCRIBERS_MAX = 256;

  /** A client that takes nothing for so long is cut off. */
  public static final Duration STALL_MAX = Duration.ofSeconds(30);

  /**
   * How often each client is asked for a sign of life. Those that only listen have nothing to say of their own, and the server
   * ends connections that are silent for minutes.
   */
  public static final Duration PING_EVERY = Duration.ofSeconds(30);

  private final TimeSource time;
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
  private final LongAdder refused = new LongAdder();
  private final LongAdder cut = new LongAdder();
  private final LongAdder missedByGone = new LongAdder();
  private long pingedNanos; // of the thread of upkeep

  /** Without clients yet. */
  public SocketHub(TimeSource time) {
    this.time = time;
    this.pingedNanos = time.nanoTime();
  }

  /** Told of something on a channel: {@code {"type":…,"channel":…,"data":…,"timestamp":…}}. */
  public void tell(Channel channel, String type, JsonObject data) {
    if (subscribers.isEmpty()) return;
    String text = null;
    for (Subscriber each : subscribers) {
      if (!each.wants(channel)) continue;
      if (text == null) text = envelope(type, channel, data);
      each.tell(text);
    }
  }

  /** Whether anybody listens to a channel. */
  public boolean isWanted(Channel channel) {
    for (Subscriber each : subscribers) if (each.wants(channel)) return true;
    return false;
  }

  static String envelope(String type, JsonObject data) {
    return new JsonObject()
        .put("type", type)
        .put("data", data)
        .put("timestamp", System.currentTimeMillis())
        .toString();
  }

  private static String envelope(String type, Channel channel, JsonObject data) {
    return new JsonObject()
        .put("type", type)
        .put("channel", channel.label())
        .put("data", data)
        .put("timestamp", System.currentTimeMillis())
        .toString();
  }

  /** Adds a client; false if there are too many. */
  synchronized boolean add(Subscriber subscriber) {
    if (subscribers.size() >= SUBSCRIBERS_MAX) {
      refused.increment();
      return false;
    }
    subscribers.add(subscriber);
    subscriber.start(time, () -> remove(subscriber));
    return true;
  }

  synchronized void remove(Subscriber subscriber) {
    if (!subscribers.remove(subscriber)) return;
    subscriber.close();
    missedByGone.add(subscriber.missed());
  }

  /** Forgets who has gone, and cuts off who takes nothing; to be called every second or so, by one thread. */
  public void upkeep(long nowNanos) {
    boolean pingIsDue = nowNanos - pingedNanos >= PING_EVERY.toNanos();
    if (pingIsDue) pingedNanos = nowNanos;
    for (Subscriber each : subscribers) {
      if (!each.isOpen()) {
        remove(each);
      } else if (each.stalledNanos(nowNanos) >= STALL_MAX.toNanos()) {
        cut.increment();
        remove(each);
        each.cut();
      } else if (pingIsDue) {
        each.ping();
      }
    }
  }

  /** Figures of the clients. */
  public Stats stats() {
    long missed = missedByGone.sum();
    int waiting = 0;
    long characters = 0;
    for (Subscriber each : subscribers) {
      missed += each.missed();
      waiting += each.waiting();
      characters += each.waitingCharacters();
    }
    return new Stats(subscribers.size(), waiting, characters, missed, refused.sum(), cut.sum());
  }

  /**
   * Figures of the clients.
   *
   * @param subscribers connected now
   * @param waiting news that wait for them
   * @param waitingCharacters of these news; of one that waits for several, each time
   * @param missed news dropped since a client did not keep up
   * @param refused clients refused since there were {@link #SUBSCRIBERS_MAX}
   * @param cut clients cut off since they took nothing for {@link #STALL_MAX}
   */
  public record Stats(
      int subscribers, int waiting, long waitingCharacters, long missed, long refused, long cut) {}

  /** Ends all connections. */
  @Override
  public void close() {
    for (Subscriber each : subscribers) {
      remove(each);
      each.cut();
    }
  }
}
