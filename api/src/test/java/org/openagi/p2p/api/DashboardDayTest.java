package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.api.resource.Events;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.outbox.SentMessages;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.testkit.Await;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;
import org.openagi.p2p.wire.tls.PeerCertificate;

/**
 * A day of a dashboard that is never closed, at a node that others use as well: nothing grows.
 *
 * <p>The API goes by a clock that is moved on by a second at a time, so its sessions end, its pings go out and its limits fill
 * up again as in a day; all that a day has of requests, samples, events, messages, peers and intruders happens, over real sockets,
 * as fast as this machine can. The node beneath goes by the machine's clock, since its peers do: what it keeps is bounded by
 * counts. Whatever keeps the last of something is filled first, so that from then on nothing may grow.
 */
class DashboardDayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HOUR = 3600;

  // How often things happen, in seconds.
  private static final int PEER_EVERY = 180;
  private static final int PEER_STAYS = 120;
  private static final int SENDS_EVERY = 20;
  private static final int ARRIVES_EVERY = 30;
  private static final int TRACED_EVERY = 300;
  private static final int SCRAPE_EVERY = 60;
  private static final int INTRUDER_EVERY = 600;
  private static final int RELOAD_EVERY = 900;
  private static final int BROWSER_EVERY = 1800;

  /** Certificates that the JDK remembers, of all that it has read. */
  private static final int CERTIFICATES_REMEMBERED = 750;

  /** Nothing else keeps more than this of what is sent and what arrives: the ids of what peers have acknowledged. */
  private static final int MESSAGES_REMEMBERED = SentMessages.MAX_ACKNOWLEDGED_IDS;

  @TempDir
  Path folder;

  private final VirtualTime time = new VirtualTime();
  private ApiNode alice;
  private ApiNode bob;
  private DashboardClient page;
  private Host passing;
  private int peers;
  private int submitted;

  @BeforeEach
  void start() throws Exception {
    alice = new ApiNode(
        folder, "alice", (manager, config) -> ApiServer.open(manager, config, false, time));
    bob = new ApiNode(folder, "bob", false, alice.manager);
    Await.until(
        PATIENCE,
        "names",
        () -> alice.manager.getPeerInfo("bob").isPresent()
            && bob.manager.getPeerInfo("alice").isPresent());
    page = new DashboardClient(alice, "bob");
  }

  @AfterEach
  void stop() throws IOException {
    if (passing != null) passing.close();
    bob.close();
    alice.close();
  }

  /** Three hours, of which the first is not measured. */
  @Test
  @Timeout(300)
  void nothingGrowsInHours() throws Exception {
    nothingGrows(1, 3, 512 << 10);
  }

  /** The whole day, in which the session ends once. */
  @Test
  @Tag("torture")
  @Timeout(900)
  void nothingGrowsInADay() throws Exception {
    nothingGrows(2, 24, 1 << 20);
    assertEquals(2, page.logins(), "the session of the first half day has ended");
  }

  /**
   * Plays hours, and compares what is held at the end with what was held when it was warm.
   *
   * @param heapMax bytes by which the heap may have grown, half of them for one class: of each peer that was ever there some
   *     hundred bytes stay, up to 4,096 peers
   */
  private void nothingGrows(int warmHours, int hours, long heapMax) throws Exception {
    fill();
    System.out.println(Reading.HEAD);
    pass(0, warmHours);
    Reading warm = read(warmHours);
    Reading last = warm;
    for (int hour = warmHours; hour < hours; hour++) {
      pass(hour, hour + 1);
      last = read(hour + 1);
    }
    String grown = last.footprint.growth(warm.footprint);
    System.out.println(grown);
    assertEquals(warm.structures(), last.structures());
    assertTrue(last.footprint.heapBytes() - warm.footprint.heapBytes() < heapMax, grown);
    assertTrue(last.footprint.worstGrowth(warm.footprint) < heapMax / 2, grown);
    assertTrue(last.footprint.threads() <= warm.footprint.threads() + 4, "threads");
    assertTrue(last.footprint.files() <= warm.footprint.files() + 8, "files");
  }

  /** Fills what keeps the last of something. */
  private void fill() throws Exception {
    SecureRandom random = new SecureRandom();
    CertificateFactory certificates = CertificateFactory.getInstance("X.509");
    for (int i = 0; i < CERTIFICATES_REMEMBERED; i++) {
      byte[] der = PeerCertificate.create(TestPeers.key(-1 - i), random, time.epochMillis())
          .der()
          .toArray();
      assertNotNull(certificates.generateCertificate(new ByteArrayInputStream(der)));
    }
    for (int i = 0; i < Secrets.SESSIONS_MAX; i++) logIn(alice.token());
    for (int i = 0; i < Events.MAX_EVENTS; i++) {
      alice
          .manager
          .events()
          .publish(new FaultEvent(
              Instant.now(), Fault.DIAL_FAILED, Optional.of(TestPeers.peer(-1)), "first", "none"));
    }
    for (int i = 0; i < MESSAGES_REMEMBERED; i++) {
      page.send("first " + i);
      arrives("first " + i);
      if (i % 100 == 0) time.advance(Duration.ofSeconds(1));
    }
  }

  private void pass(int fromHour, int toHour) throws Exception {
    for (int second = fromHour * HOUR + 1; second <= toHour * HOUR; second++) {
      others(second);
      if (second % SENDS_EVERY == 0) page.send("number " + second);
      if (second % TRACED_EVERY == 0) page.trace();
      if (second % ARRIVES_EVERY == 0) arrives("number " + second);
      time.advance(Duration.ofSeconds(1));
      alice.server.sample();
      page.second(second);
    }
  }

  /** Waits until the page was told of all messages. */
  private void settle() {
    page.awaitDelivered(page.sent());
    Await.until(PATIENCE, "all has arrived", () -> page.arrived() == submitted);
  }

  private void arrives(String text) {
    bob.manager.submit(
        NetworkMessage.builder().recipientId("alice").payload(text).build());
    submitted++;
  }

  /** Whatever else happens to a node. */
  private void others(int second) throws Exception {
    if (second % PEER_EVERY == 0) comes();
    if (second % PEER_EVERY == PEER_STAYS && passing != null) passing.close();
    if (second % SCRAPE_EVERY == 0) alice.get("/metrics");
    if (second % INTRUDER_EVERY == 0) intrude(second % HOUR == 0 ? 40 : 1);
    if (second % RELOAD_EVERY == 0) {
      settle(); // what is told while the page is not there is not heard
      page.reload(second % (2 * RELOAD_EVERY) == 0);
    }
    if (second % BROWSER_EVERY == 0) {
      logIn(alice.token());
      page.settings();
    }
  }

  /** A peer that was never there before. */
  private void comes() throws Exception {
    passing = Host.create(
        HostConfig.defaults().withListenAddresses(List.of()).withIoThreads(1),
        TestPeers.key(++peers));
    passing.start().toCompletableFuture().get(40, TimeUnit.SECONDS);
    passing
        .connect(alice.manager.addresses().getFirst())
        .toCompletableFuture()
        .get(40, TimeUnit.SECONDS);
  }

  private void intrude(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      int status = alice
          .send(HttpRequest.newBuilder(URI.create(alice.server.url() + "/api/v1/status"))
              .header("Authorization", "Bearer guess-" + peers + "-" + i)
              .build())
          .status();
      assertTrue(status == 401 || status == 429, () -> "answered by " + status);
    }
    logIn("guess");
    alice.send(
        alice.request("/api/v1/status").header("Origin", "http://evil.example").build());
    alice.send(alice.request("/nothing/" + peers).build());
  }

  /** Another browser, which never logs out. */
  private void logIn(String token) throws Exception {
    alice.send(HttpRequest.newBuilder(URI.create(alice.server.url() + "/api/v1/session"))
        .POST(BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
        .build());
  }

  /**
   * What is held at an hour.
   *
   * @param series of the metrics
   */
  private record Reading(
      int hour,
      long requests,
      Footprint footprint,
      int sessions,
      int subscribers,
      int waitingNews,
      int events,
      int inbox,
      int connectedPeers,
      int series) {
    static final String HEAD = "hour requests heap KiB threads files sessions subscribers waiting"
        + " events inbox peers series";

    /** Everything with a count. */
    List<Integer> structures() {
      return List.of(sessions, subscribers, waitingNews, events, inbox, connectedPeers, series);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%4d %8d %8d %7d %5d %s",
          hour,
          requests,
          footprint.heapBytes() >> 10,
          footprint.threads(),
          footprint.files(),
          structures());
    }
  }

  private Reading read(int hour) throws Exception {
    passing.close();
    settle();
    Await.until(
        PATIENCE, "only bob is left", () -> alice.manager.connectedPeers().size() == 1);
    int events = alice.get("/api/v1/events").list("events").size();
    int inbox = alice.get("/api/v1/inbox?limit=1000").list("messages").size();
    int series = (int) alice
        .get("/metrics")
        .response()
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .count();
    assertTrue(events <= Events.MAX_EVENTS, () -> events + " events");
    ApiStats api = alice.server.stats();
    assertTrue(api.sessions() <= Secrets.SESSIONS_MAX, () -> api.sessions() + " sessions");
    Reading now = new Reading(
        hour,
        page.requests(),
        Footprint.take(),
        api.sessions(),
        api.sockets().subscribers(),
        api.sockets().waiting(),
        events,
        inbox,
        alice.manager.connectedPeers().size(),
        series);
    System.out.println(now);
    return now;
  }
}
