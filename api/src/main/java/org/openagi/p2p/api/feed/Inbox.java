package org.openagi.p2p.api.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.view.MessageJson;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.NetworkMessage;

/**
 * The messages that arrive, for clients of the local API. Safe for any thread.
 *
 * <p>Without holding, a message counts as handled when it is in here, and the last ones are kept to be looked at. With holding
 * it counts as handled only when a client says so: until then it is not acknowledged, those behind it of the same sender and
 * lane wait with it, and if the node stops it comes again.
 */
public final class Inbox implements MessageHandler {
  /** Messages that are kept, and characters of their JSON. */
  public static final int MAX_MESSAGES = 1000;

  public static final long MAX_CHARACTERS = 16L << 20;

  private final RecentLog log = new RecentLog(MAX_MESSAGES, MAX_CHARACTERS);
  private final boolean holds;
  private final Consumer<JsonObject> listener;

  /** Guarded by this; one for each sender and lane at most, since those behind it wait. */
  private final Map<Long, Held> held = new LinkedHashMap<>();

  private record Held(String json, CompletableFuture<Void> taken) {}

  /**
   * Empty.
   *
   * @param holds whether a message waits for a client that says it is handled
   * @param listener told of each message
   */
  public Inbox(boolean holds, Consumer<JsonObject> listener) {
    this.holds = holds;
    this.listener = listener;
  }

  public boolean holds() {
    return holds;
  }

  @Override
  public void onMessage(NetworkMessage message) throws Exception {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    long number;
    JsonObject json;
    synchronized (this) {
      number = log.nextNumber();
      json = MessageJson.received(number, message);
      log.add(json.toString());
      if (holds) held.put(number, new Held(json.toString(), taken));
    }
    listener.accept(json);
    if (!holds) return;
    try {
      taken.get();
    } finally {
      synchronized (this) {
        held.remove(number);
      }
    }
  }

  /**
   * A client has handled a message.
   *
   * @return false if none of this number is held
   */
  public boolean handled(long number) {
    return finish(number, null);
  }

  /**
   * A client could not handle a message: its sender hears no acknowledgement, and it comes again after a pause.
   *
   * @return false if none of this number is held
   */
  public boolean failed(long number, String why) {
    return finish(number, why);
  }

  private synchronized boolean finish(long number, @Nullable String failure) {
    Held found = held.remove(number);
    if (found == null) return false;
    if (failure == null) found.taken.complete(null);
    else found.taken.completeExceptionally(new IllegalStateException(failure));
    return true;
  }

  /** The messages that wait for a client, the oldest first. */
  public synchronized List<String> waiting() {
    List<String> all = new ArrayList<>();
    held.values().forEach(each -> all.add(each.json));
    return all;
  }

  /** How many wait for a client. */
  public synchronized int waitingCount() {
    return held.size();
  }

  /** What came after a number; see {@link RecentLog#after}. */
  public RecentLog.Page after(long number, int limit, long waitMillis) throws InterruptedException {
    return log.after(number, limit, waitMillis);
  }

  /** The number of the message that came last, if any came. */
  public Optional<Long> lastNumber() {
    long next = log.nextNumber();
    return next == 1 ? Optional.empty() : Optional.of(next - 1);
  }
}
