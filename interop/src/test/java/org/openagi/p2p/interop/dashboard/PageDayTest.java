package org.openagi.p2p.interop.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.ApiConfig;
import org.openagi.p2p.api.ApiServer;
import org.openagi.p2p.network.P2PNetworkManager;

/**
 * A day of a dashboard that is never closed, in Chromium: what the page holds does not grow. The page is that of a node; its
 * clock, its WebSocket and its requests are played to it by {@code day.js}: a sample in each second, peers that come and go,
 * events, messages, connections that are lost, sessions that end, and someone who looks at every view in each hour.
 */
class PageDayTest {
  private static final int HOUR_SECONDS = 3600;

  private static final long HEAP_GROWTH_MAX = 768 << 10;
  private static final long NODES_GROWTH_MAX = 500;
  private static final long LISTENERS_GROWTH_MAX = 20;

  @TempDir
  Path folder;

  /** Two hours, in which the session ends once, after three in which all that keeps the last of something fills. */
  @Test
  @Timeout(300)
  void nothingGrowsInHours() throws Exception {
    nothingGrows(3, 5);
  }

  /** The whole day; it is warm later, since Chromium goes on for hours to keep what it has learned of the program. */
  @Test
  @Tag("torture")
  @Timeout(1200)
  void nothingGrowsInADay() throws Exception {
    nothingGrows(8, 24);
  }

  private void nothingGrows(int warmHours, int hours) throws Exception {
    try (Browser browser = Browser.start();
        P2PNetworkManager node =
            P2PNetworkManager.builder().nodeId("day").dataFolder(folder).build();
        ApiServer api = ApiServer.open(node, config(), false)) {
      browser.size(1280, 800);
      browser.beforePages(script());
      browser.open(api.url() + "/#token=first");
      System.out.println("hour   heap KiB  nodes listeners figures");
      Map<String, Long> warm = pass(browser, 0, warmHours);
      Map<String, Long> last = pass(browser, warmHours, hours);
      assertEquals(List.of(), browser.errors());
      assertTrue(grown(warm, last, "JSHeapUsedSize") < HEAP_GROWTH_MAX, "the heap has grown");
      assertTrue(grown(warm, last, "Nodes") < NODES_GROWTH_MAX, "the document has grown");
      assertTrue(grown(warm, last, "JSEventListeners") < LISTENERS_GROWTH_MAX, "listeners");
    }
  }

  private ApiConfig config() {
    var address = new InetSocketAddress("127.0.0.1", 0);
    return new ApiConfig(address, true, List.of(), folder, "test");
  }

  private static String script() throws IOException {
    try (InputStream in = PageDayTest.class.getResourceAsStream("day.js")) {
      if (in == null) throw new IOException("day.js is missing");
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, Long> pass(Browser browser, int fromHour, int toHour) {
    Map<String, Long> now = Map.of();
    for (int hour = fromHour; hour < toHour; hour++) {
      assertEquals(List.of(), browser.script("return day.play(arguments[0])", HOUR_SECONDS));
      now = browser.footprint();
      System.out.println(String.format(
          Locale.ROOT,
          "%4d %10d %6d %9d %s",
          hour + 1,
          now.getOrDefault("JSHeapUsedSize", 0L) >> 10,
          now.get("Nodes"),
          now.get("JSEventListeners"),
          browser.script("return day.figures()")));
    }
    return now;
  }

  private static long grown(Map<String, Long> before, Map<String, Long> after, String name) {
    return after.get(name) - before.get(name);
  }
}
