package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.socket.SocketHub;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.testkit.Await;

/** Clients of the WebSocket that take nothing, or go without a word. */
class StalledClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SUBSCRIBE =
      "{\"type\":\"subscribe\",\"data\":{\"channels\":[\"security_events\"]}}";
  private static final int LISTENERS = 100;

  /** So many that wait for one client, in characters, and how many more are told than that. */
  private static final long WAITING_MAX = 4 << 20;

  private static final long SURPLUS = 7_000_000;

  private static final String CAUSE = "x".repeat(10_000);

  @TempDir
  Path folder;

  private final List<RawClient> listeners = new ArrayList<>();
  private ApiNode node;
  private int told;

  @BeforeEach
  void start() throws IOException {
    node = new ApiNode(folder, "alice", false);
  }

  @AfterEach
  void stop() throws IOException {
    for (RawClient each : listeners) each.close();
    node.close();
  }

  /**
   * Goal: of 101 clients one reads nothing; the others hear all, at once, and what is kept for that one is bounded, in its
   * queue and on the heap. Method: clients that only count; more is told than may be kept.
   */
  @Test
  void manyListenAndOneThatStallsCostsBoundedMemory() throws Exception {
    for (int i = 0; i < LISTENERS; i++) {
      RawClient made = new RawClient(node).counting();
      listeners.add(made);
      made.say(SUBSCRIBE);
    }
    try (RawClient stalled = RawClient.stalled(node)) {
      stalled.say(SUBSCRIBE);
      awaitAllHeard(); // welcome and subscribed
      // The log of events and the buffers of connections have their full size before anything is
      // measured.
      for (int i = 0; i < 6; i++) tellAndAwait(20);
      long heapBefore = heap();
      long peak = 0;
      long surplus = 0;
      while (surplus < SURPLUS) {
        tellAndAwait(20);
        peak = Math.max(peak, sockets().waitingCharacters());
        if (sockets().missed() > 0) surplus += 20L * CAUSE.length();
        assertTrue(told < 2_000, "the one that stalls missed nothing: " + sockets());
      }
      assertTrue(peak <= WAITING_MAX, "what waits is bounded, but " + peak);
      assertTrue(peak > WAITING_MAX - 2 * CAUSE.length(), "the bound was reached, not " + peak);
      long grown = heap() - heapBefore;
      assertTrue(grown < 2 * WAITING_MAX, "the heap has grown by " + grown);
      ApiNode.Socket witness = node.socket();
      witness.say("{\"type\":\"ping\"}");
      witness.await("pong");
    }
    Await.until(PATIENCE, "the stalled one is gone", () -> sockets().subscribers() <= 101);
    assertEquals(0, sockets().cut(), "it went by itself");
  }

  @Test
  void whoGoesWithoutAWordIsForgottenAlsoIfNothingIsToldToIt() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (RawClient quiet = new RawClient(node)) {
        Await.until(PATIENCE, "it is there", () -> sockets().subscribers() > 0);
      }
    }
    Duration soon = SocketHub.PING_EVERY.minusSeconds(10);
    Await.until(soon, "nobody is left", () -> sockets().subscribers() == 0);
  }

  private void tellAndAwait(int count) {
    for (int i = 0; i < count; i++) {
      node.manager
          .events()
          .publish(new NetworkEvent.FaultEvent(
              Instant.now(), NetworkEvent.Fault.DIAL_FAILED, Optional.empty(), CAUSE, "nothing"));
    }
    told += count;
    awaitAllHeard();
  }

  private void awaitAllHeard() {
    for (RawClient each : listeners) {
      Await.until(PATIENCE, "all is heard", () -> each.texts() >= told + 2);
      assertEquals(told + 2, each.texts());
    }
  }

  private SocketHub.Stats sockets() {
    return node.server.stats().sockets();
  }

  /** Bytes in use after a collection. */
  private static long heap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(
          least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
