package org.openagi.p2p.interop.dashboard;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openagi.p2p.testkit.Await;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium without a window, driven by its own driver. It finds no host but 127.0.0.1, and what it asks for is noted. One
 * thread only.
 */
final class Browser implements AutoCloseable {
  /** How long something may take on a busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of what is asked for, and of the scripts that ask. */
  private static final Pattern URL = Pattern.compile("\"url\":\"((?:https?|wss?|ftp):[^\"]*)\"");

  private static final Pattern REQUEST =
      Pattern.compile("\"method\":\"Network\\.(?:requestWillBeSent|webSocketCreated)\"");

  private final ChromeDriver driver;
  private final Set<String> asked = new TreeSet<>();

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts it; if Chromium is not installed the test is skipped, or fails where it is required. */
  static Browser start() {
    Path chromium = installed("chromium", "chromium-browser", "google-chrome");
    Path program = installed("chromedriver");
    ChromeDriverService service = new ChromeDriverService.Builder()
        .usingDriverExecutable(program.toFile())
        .usingAnyFreePort()
        .withLogOutput(OutputStream.nullOutputStream())
        .withSilent(true)
        .build();
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--hide-scrollbars",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1");
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(PATIENCE);
    return new Browser(driver);
  }

  private static Path installed(String... names) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    Optional<Path> found = Stream.of(names)
        .flatMap(name -> Stream.of(path.split(":")).map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
    if (found.isPresent()) return found.get();
    String reason = names[0] + " is not installed (Debian: chromium and chromium-driver)";
    if (Boolean.getBoolean("interop.required")) fail(reason);
    Assumptions.abort(reason);
    throw new AssertionError("not reached");
  }

  void open(String url) {
    driver.get(url);
  }

  /** Goes to a view, by the address's fragment. */
  void view(String path) {
    script("location.hash = arguments[0]", "#/" + path);
  }

  String url() {
    return String.valueOf(driver.getCurrentUrl());
  }

  @Nullable
  Object script(String code, Object... arguments) {
    return driver.executeScript(code, arguments);
  }

  WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** The text of what a selector finds, empty if it finds nothing. */
  String text(String selector) {
    try {
      List<WebElement> found = driver.findElements(By.cssSelector(selector));
      return found.isEmpty() ? "" : found.getFirst().getText();
    } catch (StaleElementReferenceException e) {
      return ""; // drawn anew meanwhile
    }
  }

  /** Waits until the text of what a selector finds contains something. */
  void awaitText(String selector, String wanted) {
    try {
      Await.until(PATIENCE, wanted, () -> text(selector).contains(wanted));
    } catch (AssertionError e) {
      throw new AssertionError(
          "'" + wanted + "' is not in " + selector + ": " + text(selector) + "; the page says "
              + text("body") + "; errors " + errors(),
          e);
    }
  }

  /** Errors and warnings that the console has shown since the last call. */
  List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** The hosts, with their schemes, that were asked for anything so far. */
  Set<String> hosts() {
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      if (!REQUEST.matcher(entry.getMessage()).find()) continue;
      Matcher url = URL.matcher(entry.getMessage());
      while (url.find()) {
        URI uri = URI.create(url.group(1).replaceAll("[#?].*", ""));
        asked.add(uri.getScheme() + "://" + uri.getHost());
      }
    }
    return asked;
  }

  /** Has a script run in each page that is opened from now on, before the page's own. */
  void beforePages(String code) {
    driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", code));
  }

  /** What the page holds after a collection, by the names of Chromium's protocol, such as JSHeapUsedSize and Nodes. */
  Map<String, Long> footprint() {
    driver.executeCdpCommand("Performance.enable", Map.of());
    for (int i = 0; i < 3; i++) driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
    Map<String, Long> found = new TreeMap<>();
    Object metrics =
        driver.executeCdpCommand("Performance.getMetrics", Map.of()).get("metrics");
    if (!(metrics instanceof List<?> list)) throw new AssertionError("no metrics: " + metrics);
    for (Object each : list) {
      if (each instanceof Map<?, ?> metric && metric.get("value") instanceof Number value) {
        found.put(String.valueOf(metric.get("name")), value.longValue());
      }
    }
    return found;
  }

  void size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  void isDark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  void screenshot(Path file) throws IOException {
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Everything a screen reader could not name: controls and pictures without a name, and fields without a label. */
  List<String> nameless() {
    @SuppressWarnings("unchecked")
    List<String> found = (List<String>) script("""
        return [...document.querySelectorAll('button, a, input, select, textarea, img, [role=img]')]
            .filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent.trim()
                || e.title || e.labels?.length || e.getAttribute('alt') !== null))
            .map(e => e.outerHTML.slice(0, 200))""");
    return found == null ? List.of() : new ArrayList<>(found);
  }

  @Override
  public void close() {
    driver.quit();
  }
}
