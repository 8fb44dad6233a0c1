package org.openagi.p2p.node.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;

/**
 * What a node tells by the WebSocket of its API. At most {@link #WAITING_MAX} wait here; with that many the node is not read
 * from, and tells later how many were missed. {@link #next} is for one thread.
 */
public final class ApiNews implements AutoCloseable, WebSocket.Listener {
  /** News that wait here. */
  static final int WAITING_MAX = 256;

  /** Longest of the news, in characters; a message of 64 MiB comes as base64 and as text. */
  static final int CHARACTERS_MAX = 256 << 20;

  private static final String PATH = "/api/v1/ws";
  private static final ApiAnswer END = new ApiAnswer("", Values.NONE);

  private final BlockingQueue<ApiAnswer> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final StringBuilder partial = new StringBuilder();
  private @Nullable WebSocket socket;
  private volatile @Nullable WebSocket reading;

  private ApiNews() {}

  /**
   * Subscribes to channels.
   *
   * @throws IOException if the node does not let it
   */
  public static ApiNews of(ApiClient client, List<String> channels) throws IOException {
    ApiNews news = new ApiNews();
    try {
      news.socket = client
          .http()
          .newWebSocketBuilder()
          .connectTimeout(ApiClient.TIMEOUT)
          .header("Authorization", "Bearer " + client.token())
          .buildAsync(URI.create("ws" + client.url().substring("http".length()) + PATH), news)
          .get(ApiClient.TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      JsonObject subscribe = new JsonObject()
          .put("type", "subscribe")
          .put("data", new JsonObject().put("channels", channels));
      news.socket
          .sendText(subscribe.toString(), true)
          .get(ApiClient.TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      return news;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      news.close();
      throw new IOException("interrupted", e);
    } catch (Exception e) {
      news.close();
      throw new NobodyThereException("the node at " + client.url()
          + " does not open its WebSocket: "
          + (e.getCause() == null ? e : e.getCause()).getMessage());
    }
  }

  /**
   * The next of the news, or null after that time without any.
   *
   * @throws NobodyThereException once the connection has ended and all before has been taken
   */
  public @Nullable ApiAnswer next(Duration wait) throws IOException, InterruptedException {
    ApiAnswer next = waiting.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    WebSocket from = reading;
    if (next == null) return null;
    if (next.equals(END)) throw new NobodyThereException("the connection to the node has ended");
    if (from != null) from.request(1);
    return next;
  }

  @Override
  public void onOpen(WebSocket from) {
    reading = from;
    from.request(WAITING_MAX / 2);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    partial.append(data);
    if (partial.length() > CHARACTERS_MAX) {
      from.abort();
      end();
      return null;
    }
    if (!last) {
      from.request(1);
      return null;
    }
    String line = partial.toString();
    partial.setLength(0);
    Values values = Values.parse(line).orElse(Values.NONE);
    // There is room: no more is asked for than has been taken.
    if (!waiting.offer(new ApiAnswer(line, values))) from.abort();
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    end();
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    end();
  }

  /** Half of the room is never asked for, so that this finds a place. */
  private void end() {
    waiting.offer(END);
  }

  @Override
  public void close() {
    WebSocket open = socket;
    if (open == null) return;
    try {
      CompletableFuture<WebSocket> closing = open.sendClose(WebSocket.NORMAL_CLOSURE, "");
      closing.orTimeout(1, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      // It is gone already, which is what was wanted.
    } finally {
      open.abort();
    }
  }
}
