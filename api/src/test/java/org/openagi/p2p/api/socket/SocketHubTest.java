package org.openagi.p2p.api.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.testkit.Await;

/** When clients are asked for a sign of life, forgotten and cut off. */
class SocketHubTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SocketHub hub = new SocketHub(TimeSource.system());
  private final long start = System.nanoTime();

  @AfterEach
  void close() {
    hub.close();
  }

  /** A client that takes what it is told, as long as it has permits. */
  private static final class Client implements Subscriber.Wire {
    final BlockingQueue<String> got = new LinkedBlockingQueue<>();
    final Semaphore permits = new Semaphore(1000);
    volatile boolean isOpen = true;
    volatile boolean isBroken;
    final Subscriber subscriber = new Subscriber(this);

    private void take(String what) {
      if (isBroken) throw new UncheckedIOException(new SocketException("broken pipe"));
      try {
        permits.acquire();
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new SocketException("closed by interrupt"));
      }
      got.add(what);
    }

    @Override
    public void send(String text) {
      take(text);
    }

    @Override
    public void ping() {
      take("PING");
    }

    @Override
    public void pong(byte[] payload) {
      take("PONG " + new String(payload, StandardCharsets.US_ASCII));
    }

    @Override
    public boolean isOpen() {
      return isOpen;
    }

    @Override
    public void close() {
      got.add("CLOSE");
    }

    /** What it took next, once nothing is being written to it. */
    String next() throws InterruptedException {
      String next = String.valueOf(got.poll(20, TimeUnit.SECONDS));
      if (isOpen && permits.availablePermits() > 0) {
        Await.until(PATIENCE, "idle", () -> subscriber.stalledNanos(Long.MAX_VALUE) == 0);
      }
      return next;
    }
  }

  private Client add() {
    Client client = new Client();
    client.subscriber.subscribe(EnumSet.allOf(Channel.class));
    assertTrue(hub.add(client.subscriber));
    return client;
  }

  private void after(Duration time) {
    hub.upkeep(start + time.toNanos());
  }

  private void tell() {
    hub.tell(Channel.MESSAGES, "message", new JsonObject());
  }

  @Test
  void whoOnlyListensIsAskedForASignOfLife() throws Exception {
    Client client = add();
    after(SocketHub.PING_EVERY.minusSeconds(1));
    after(SocketHub.PING_EVERY.plusSeconds(1));
    assertEquals("PING", client.next());
    after(SocketHub.PING_EVERY.plusSeconds(2));
    tell();
    assertTrue(client.next().startsWith("{"), "asked once only");
    after(SocketHub.PING_EVERY.multipliedBy(3));
    assertEquals("PING", client.next());
    assertEquals(1, hub.stats().subscribers());
  }

  @Test
  void whoseConnectionHasEndedIsForgotten() throws Exception {
    Client client = add();
    client.isOpen = false;
    after(Duration.ofSeconds(1));
    assertEquals(0, hub.stats().subscribers());
    assertEquals(0, hub.stats().cut());
    assertEquals("CLOSE", client.next());
  }

  @Test
  void whoCannotBeWrittenToIsForgottenAtOnce() {
    Client client = add();
    client.isBroken = true;
    tell();
    Await.until(PATIENCE, "it is forgotten", () -> hub.stats().subscribers() == 0);
  }

  @Test
  void whoTakesNothingIsCutOffAfterAWhileAndOthersAreNot() throws Exception {
    Client stalled = add();
    Client other = add();
    stalled.permits.drainPermits();
    tell();
    assertTrue(other.next().startsWith("{"));
    Await.until(PATIENCE, "it is being written to", () -> hub.stats().waiting() == 0);
    after(Duration.ofSeconds(1));
    assertEquals(2, hub.stats().subscribers());
    hub.upkeep(System.nanoTime() + SocketHub.STALL_MAX.toNanos());
    assertEquals(1, hub.stats().subscribers());
    assertEquals(1, hub.stats().cut());
    tell();
    String next = other.next();
    assertTrue(next.startsWith("{") || next.equals("PING"), next);
  }

  @Test
  void whatWaitsIsBoundedInNumberAndLengthAndItsLossIsTold() throws Exception {
    Client stalled = add();
    stalled.permits.drainPermits();
    tell();
    Await.until(PATIENCE, "it is being written to", () -> hub.stats().waiting() == 0);
    for (int i = 0; i < 3 * Subscriber.MAX_WAITING; i++) tell();
    assertEquals(Subscriber.MAX_WAITING, hub.stats().waiting());
    long missed = hub.stats().missed();
    assertTrue(missed >= 2 * Subscriber.MAX_WAITING - 1, "missed " + missed);
    JsonObject large = new JsonObject().put("text", "x".repeat(1 << 20));
    for (int i = 0; i < 10; i++) hub.tell(Channel.MESSAGES, "message", large);
    assertEquals(3, hub.stats().waiting());
    long characters = hub.stats().waitingCharacters();
    assertTrue(characters <= Subscriber.MAX_CHARACTERS, "waiting " + characters);
    stalled.permits.release(1000);
    stalled.next();
    String told = stalled.next();
    assertTrue(told.contains("\"missed\"") && told.contains("" + hub.stats().missed()), told);
  }

  @Test
  void ofManyPingsThatWaitTheLastIsAnswered() throws Exception {
    Client stalled = add();
    stalled.permits.drainPermits();
    tell();
    Await.until(PATIENCE, "it is being written to", () -> hub.stats().waiting() == 0);
    for (int i = 0; i <= 100_000; i++) {
      stalled.subscriber.pong(("" + i).getBytes(StandardCharsets.US_ASCII));
    }
    tell();
    stalled.permits.release(1000);
    assertTrue(stalled.next().startsWith("{"));
    assertEquals("PONG 100000", stalled.next());
    assertTrue(stalled.next().startsWith("{"));
  }
}
