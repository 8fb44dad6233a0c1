package org.openagi.p2p.interop.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Await;

/** The dashboard of a demo's node, as a person uses it. */
class DashboardTest {
  private static final List<String> VIEWS =
      List.of("overview", "topology", "peers", "messages", "events", "settings");
  private static final String NODES = ".view-topology .grid section:first-child tbody";

  /** A node that is killed closes its connections, which is noticed at once; this is for busy machines. */
  private static final Duration DETECTION = Duration.ofSeconds(15);

  @Test
  void showsThreeNodesAMessageOnItsWayAndANodeThatDies() throws Exception {
    try (Browser browser = Browser.start();
        KeptDemo demo = KeptDemo.start()) {
      browser.size(1280, 800);
      logIn(browser, demo.dashboard());
      seeThreeNodes(browser);
      sendAMessage(browser);
      loseANode(browser, demo);
      useEveryView(browser);
      assertEquals(List.of(), browser.errors());
      assertEquals(Set.of("http://127.0.0.1", "ws://127.0.0.1"), browser.hosts());
      logOut(browser);
    }
  }

  private static void logIn(Browser browser, String link) {
    String address = link.substring(0, link.indexOf('#'));
    String token = link.substring(link.indexOf('=') + 1);
    browser.open(address);
    browser.awaitText("h1", "P2P node");
    browser.open("about:blank");
    browser.open(link);
    browser.awaitText("header", "ada");
    browser.awaitText("header", "Live");
    assertFalse(browser.url().contains(token), "the token stays in the address");
    Object leaked =
        browser.script("return document.cookie + JSON.stringify(localStorage) + history.length");
    assertFalse(String.valueOf(leaked).contains(token), "the token can be read by scripts");
  }

  private static void seeThreeNodes(Browser browser) {
    browser.view("topology");
    for (String name : List.of("ada", "bob", "cyd")) browser.awaitText(NODES, name);
    browser.awaitText(".view-topology", "3 nodes, 3 links");
    Await.until(Browser.PATIENCE, "bob is drawn", () -> !colour(browser, "bob").isEmpty());
  }

  /** The colour in which the graph draws a node, empty if it does not. */
  private static String colour(Browser browser, String name) {
    return String.valueOf(browser.script("""
        const graph = document.querySelector('.graph')._cyreg?.cy;
        return graph?.nodes().filter(n => n.data('label').endsWith(arguments[0])).style('background-color') ?? ''""", name));
  }

  private static void sendAMessage(Browser browser) {
    browser.view("messages");
    String text = "<img src=x onerror=alert(1)> & “hello”";
    browser.find("#send-to").sendKeys("bob");
    browser.find("#send-text").sendKeys(text);
    browser.find(".send button[type=submit]").click();
    browser.awaitText(".sent tbody", text);
    browser.awaitText(".sent tbody", "Acknowledged");
    browser.awaitText(".trace .way", "bob");
    browser.awaitText(".trace .steps", "Acknowledged");
    browser.find("#send-to").clear();
    browser.find("#send-to").sendKeys("*");
    browser.find("#send-text").sendKeys("to everyone");
    browser.find(".send button[type=submit]").click();
    browser.awaitText(".sent tbody", "to everyone");
  }

  private static void loseANode(Browser browser, KeptDemo demo) {
    browser.view("topology");
    browser.awaitText(NODES, "Healthy");
    String red = String.valueOf(browser.script(
        "const e = document.createElement('b'); e.className = 'tone-bad'; document.body.append(e);"
            + " const c = getComputedStyle(e).color; e.remove(); return c"));
    assertFalse(red.equals(colour(browser, "cyd").replace(",", ", ").replace("  ", " ")));
    demo.kill("cyd");
    Await.until(DETECTION, "cyd turns red", () -> colour(browser, "cyd")
        .replace(" ", "")
        .equals(red.replace(" ", "")));
    browser.awaitText(NODES, "✕ Lost");
    browser.view("peers");
    browser.awaitText(".peers", "✕ Lost");
    browser.view("events");
    browser.awaitText(".event-list", "Peer disconnected");
  }

  private static void useEveryView(Browser browser) {
    for (String view : VIEWS) {
      browser.view(view);
      browser.awaitText(
          "nav [aria-current]", view.substring(0, 1).toUpperCase(Locale.ROOT) + view.substring(1));
      assertEquals(List.of(), browser.nameless(), view);
      browser.size(360, 740);
      Object overflow =
          browser.script("return document.documentElement.scrollWidth > window.innerWidth");
      assertEquals(false, overflow, view + " is wider than a phone");
      browser.size(1280, 800);
    }
    browser.view("settings");
    browser.awaitText(".view-settings tbody", "flag --name");
    browser.view("peers");
    browser.awaitText(".peers", "bob");
    browser.find(".peers tbody a").click();
    browser.awaitText(".view-peers .details", "Peer id");
    warnOfClocks(browser);
  }

  /** The clocks of the demo's nodes agree, so what is said of others is asked for. */
  private static void warnOfClocks(Browser browser) {
    String said = "return import('/app/peer-state.js').then(m => [3600000, -90000, 4000, undefined]"
        + ".map(ms => m.clockWarning({ clockAheadMillis: ms })))";
    assertEquals(
        List.of(
            "▲ Clock 1 h ahead of this machine's",
            "▲ Clock 1 min 30 s behind this machine's",
            "",
            ""),
        browser.script(said));
    assertEquals("", browser.text(".peers .clock"));
  }

  private static void logOut(Browser browser) {
    browser.find("header button[aria-label='Log out']").click();
    browser.awaitText("main", "You are logged out.");
    assertTrue(browser.text("header").isEmpty());
  }
}
