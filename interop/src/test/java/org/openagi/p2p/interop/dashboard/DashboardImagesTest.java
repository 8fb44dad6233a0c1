package org.openagi.p2p.interop.dashboard;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.api.ApiServer;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.testkit.Await;

/**
 * Draws the pictures of the dashboard that the documentation shows, of a small network with some traffic and a lost node. Only
 * when asked for: see docs/dashboard.md.
 */
@EnabledIfSystemProperty(named = "dashboard.images", matches = ".+")
class DashboardImagesTest {
  private static final List<String> VIEWS =
      List.of("overview", "topology", "peers", "messages", "events", "settings");
  private static final List<String> NAMES =
      List.of("ada", "bob", "cyd", "dora", "emil", "fritz", "gina");
  private static final List<String> TYPES =
      List.of("full", "full", "light", "bootstrap", "storage", "validator", "full");
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Until the charts show something. */
  private static final Duration WATCHED = Duration.ofSeconds(45);

  @TempDir
  Path folder;

  private final List<P2PNetworkManager> nodes = new ArrayList<>();
  private final AtomicInteger count = new AtomicInteger();

  @Test
  void draw() throws Exception {
    Path images = Path.of(System.getProperty("dashboard.images")).toAbsolutePath();
    Files.createDirectories(images);
    ScheduledExecutorService traffic = Executors.newSingleThreadScheduledExecutor();
    P2PNetworkManager ada = node(0);
    Path data = folder.resolve("ada");
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", 0);
    ApiConfig config = new ApiConfig(address, true, List.of(), data, "0.1.0");
    try (Browser browser = Browser.start();
        ApiServer api = ApiServer.open(ada, config, false)) {
      start(ada);
      for (int i = 1; i < NAMES.size(); i++) start(node(i));
      Await.until(
          PATIENCE, "all are connected", () -> ada.connectedPeers().size() == NAMES.size() - 1);
      traffic.scheduleAtFixedRate(this::talk, 0, 150, TimeUnit.MILLISECONDS);
      browser.size(1280, 800);
      browser.open(api.url() + "/#token=" + Secrets.read(data.resolve(Secrets.TOKEN_FILE)));
      browser.awaitText("header", "Live");
      browser.view("messages");
      browser.find("#send-to").sendKeys("emil");
      browser.find("#send-text").sendKeys("Is the archive complete?");
      browser.find(".send button[type=submit]").click();
      browser.awaitText(".trace .steps", "Acknowledged");
      nodes.getLast().close();
      for (int i = 0; i < 3; i++) {
        ada.submit(NetworkMessage.builder()
            .recipientId("gina")
            .payload("Kept for later, " + i)
            .build());
      }
      Await.quiet(WATCHED, () -> 0);
      draw(browser, images);
    } finally {
      traffic.shutdownNow();
      for (P2PNetworkManager each : nodes) each.close();
    }
  }

  private P2PNetworkManager node(int index) throws IOException {
    String peers =
        nodes.isEmpty() ? "" : nodes.getFirst().addresses().getFirst().toString();
    P2PNetworkManager made = P2PNetworkManager.builder()
        .nodeId(NAMES.get(index))
        .dataFolder(folder.resolve(NAMES.get(index)))
        .set("node_type", TYPES.get(index))
        .set("discovery", "manual")
        .set("listen", "/ip4/127.0.0.1/tcp/0")
        .set("stop_timeout", "1")
        .set("peers", peers)
        .build();
    made.registerMessageHandler(message -> {});
    nodes.add(made);
    return made;
  }

  private static void start(P2PNetworkManager node) {
    node.startServer().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Somebody says something to ada, or she to somebody. */
  private void talk() {
    int number = count.incrementAndGet();
    P2PNetworkManager other = nodes.get(1 + number % (NAMES.size() - 2));
    if (number % 20 == 0) say(other, "ada", "Report " + number / 20 + ": nothing unusual.");
    else if (number % 3 == 0)
      say(nodes.getFirst(), other.nodeId(), "x".repeat(200 + number % 7 * 90));
    else say(other, "bob", "y".repeat(120));
  }

  private static void say(P2PNetworkManager from, String to, String text) {
    from.submit(NetworkMessage.builder().recipientId(to).payload(text).build());
  }

  private static void draw(Browser browser, Path images) throws IOException {
    for (String view : VIEWS) {
      browser.view(view);
      for (boolean isPhone : List.of(false, true)) {
        browser.size(isPhone ? 390 : 1280, isPhone ? 844 : 800);
        for (boolean isDark : List.of(false, true)) {
          browser.isDark(isDark);
          browser.script("scrollTo(0, 0)");
          // Charts and graph are drawn anew with the next sample.
          Await.quiet(Duration.ofMillis(1500), () -> 0);
          String name = "dashboard-" + view + (isPhone ? "-phone" : "") + (isDark ? "-dark" : "");
          browser.screenshot(images.resolve(name + ".png"));
        }
      }
    }
  }
}
