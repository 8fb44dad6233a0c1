package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.client.ApiAnswer;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.ApiNews;
import org.openagi.p2p.node.client.NobodyThereException;
import org.openagi.p2p.node.client.Values;

/** Prints what a node tells, and waits for it when it is restarted. Confined to one thread. */
final class LiveNews {
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final P2PConfig config;
  private final List<String> channels;
  private final Output out;

  LiveNews(P2PConfig config, List<String> channels, Output out) {
    this.config = config;
    this.channels = channels;
    this.out = out;
  }

  /** Until nobody reads the output any more. */
  void follow() throws IOException, InterruptedException {
    follow(Long.MAX_VALUE);
  }

  /**
   * Until so many were printed.
   *
   * @throws IOException if no node runs at the beginning
   */
  void follow(long count) throws IOException, InterruptedException {
    long left = count;
    try (ApiClient node = ApiClient.require(config.dataFolder())) {
      left = follow(node, left);
    }
    while (left > 0 && !out.isClosed()) {
      try (ApiClient node = again()) {
        if (node == null) TimeUnit.MILLISECONDS.sleep(PATIENCE.toMillis());
        else left = follow(node, left);
      }
    }
  }

  private @Nullable ApiClient again() {
    try {
      return ApiClient.find(config.dataFolder()).orElse(null);
    } catch (IOException e) {
      return null; // it is just starting, or ending
    }
  }

  /** Returns how many are wanted still. */
  private long follow(ApiClient node, long wanted) throws InterruptedException {
    long left = wanted;
    try (ApiNews news = ApiNews.of(node, channels)) {
      while (left > 0 && !out.isClosed()) {
        ApiAnswer next = news.next(PATIENCE);
        if (next != null && print(next)) left--;
      }
    } catch (NobodyThereException e) {
      out.remark(e.getMessage() + "; waiting for it");
    } catch (IOException e) {
      out.remark(SafeText.of(String.valueOf(e.getMessage())));
    }
    return left;
  }

  /** Whether it was news, and not a word about this connection. */
  private boolean print(ApiAnswer told) {
    Values values = told.values();
    String type = values.text("type").orElse("");
    switch (type) {
      case "welcome", "subscribed", "pong" -> {
        return false;
      }
      case "missed" -> {
        out.remark(
            values.object("data").whole("count") + " were missed: this was too slow to take them");
        return false;
      }
      case "error" -> {
        out.remark(SafeText.of(values.object("data").text("message").orElse(told.line())));
        return false;
      }
      default -> {
        if (out.isJson()) out.tellLine(told.line());
        else
          out.say(
              NewsLines.line(values.whole("timestamp"), type, values.object("data"), out.style()));
        return true;
      }
    }
  }
}
