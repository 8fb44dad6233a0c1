package org.openagi.p2p.node.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.node.demo.Reporter.Kind;

/**
 * The play: three nodes find each other, talk, lose one and find it again. Confined to one thread but
 * for what the nodes print, which is told as it comes.
 *
 * <p>The nodes use a discovery service name of this demo alone, so that other nodes on the machine, a
 * second demo included, are no part of it.
 */
public final class Demo implements AutoCloseable {
  /** A busy machine may take long to start a process. */
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private static final Duration STEP_LIMIT = Duration.ofSeconds(30);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(8);
  private static final List<String> NAMES = List.of("ada", "bob", "cyd");
  private static final int HEAP_MEGABYTES = 96;
  private static final int ROUNDS_PER_DIRECTION = 50;
  private static final int PAYLOAD_BYTES = 64;

  /** What is shown of an id whose name is not known yet; ids differ at their end. */
  private static final int TAIL_CHARACTERS = 6;

  private final Reporter reporter;
  private final boolean withApi;
  private final Path folder;
  private final String tag;
  private final long startNanos = System.nanoTime();
  private final Map<String, DemoNode> nodes = new ConcurrentSkipListMap<>();
  private final Summary summary = new Summary();
  private final SplittableRandom random;
  private volatile boolean quiet;

  /**
   * A demo that has not begun.
   *
   * @param reporter called on several threads
   * @param withApi whether the nodes serve their local API and the dashboard, each on a free port
   */
  public Demo(Reporter reporter, boolean withApi) throws IOException {
    this.reporter = reporter;
    this.withApi = withApi;
    this.folder = Files.createTempDirectory("p2p-demo");
    this.tag = Long.toString(ProcessHandle.current().pid(), 36);
    this.random = new SplittableRandom(ProcessHandle.current().pid());
  }

  /**
   * Plays.
   *
   * @return true if every step worked; what failed was told
   */
  public boolean play() throws IOException, InterruptedException {
    try {
      step("three nodes, each a process of its own, on the loopback interface only");
      startAll();
      step("they find each other by mDNS and connect");
      awaitMeeting();
      step("signed messages in all directions, each acknowledged by its recipient");
      greet();
      measureMessages();
      step("one is killed, without a good-bye");
      killAndNotice();
      step("it comes back, with the key it had, and is found again");
      restartAndMeet();
      report();
      return true;
    } catch (DemoException e) {
      tell(Kind.BAD, "failed: " + e.getMessage(), object("failed").put("message", e.getMessage()));
      return false;
    }
  }

  /**
   * By the name of each node a link to its dashboard that logs in by itself: the token is in the part of the address that
   * browsers keep to themselves. Only of a demo whose nodes serve their API, once they are up.
   *
   * @throws IOException if a token cannot be read
   */
  public SequencedMap<String, String> dashboards() throws IOException {
    SequencedMap<String, String> links = new LinkedHashMap<>();
    for (DemoNode node : nodes.values()) {
      String token = Secrets.read(folder.resolve(node.name()).resolve(Secrets.TOKEN_FILE));
      links.put(node.name(), node.apiUrl() + "/#token=" + token);
    }
    return links;
  }

  /** Leaves the nodes running for so long, or until this thread or process is interrupted. */
  public void stay(Duration time) throws InterruptedException {
    quiet = false;
    new CountDownLatch(1).await(time.toSeconds(), TimeUnit.SECONDS);
  }

  /** Stops the nodes in good order; false if one did not stop well. */
  public boolean stop() throws InterruptedException {
    quiet = true;
    boolean good = true;
    for (DemoNode node : nodes.values()) {
      int status = node.stop(STOP_LIMIT);
      if (status == 0) continue;
      String what = status < 0 ? "did not stop in time" : "stopped with exit code " + status;
      tell(Kind.BAD, "failed: " + node.name() + " " + what, object("failed").put("message", what));
      good = false;
    }
    return good;
  }

  /** Ends what still runs and removes the nodes' files. */
  @Override
  public void close() throws IOException {
    quiet = true;
    nodes.values().forEach(DemoNode::close);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }

  private void startAll() throws IOException, InterruptedException, DemoException {
    for (String name : NAMES) start(name);
    for (String name : NAMES) node(name).awaitUp(START_LIMIT);
  }

  private void start(String name) throws IOException {
    List<String> arguments = List.of(
        "node",
        "--json",
        "--until-eof",
        "--name",
        name,
        "--data",
        folder.resolve(name).toString(),
        "--interface",
        "lo",
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--api",
        withApi ? "127.0.0.1:0" : "off",
        "--service",
        "_p2p-demo-" + tag + "._udp.local");
    List<String> command = NodeProgram.command(HEAP_MEGABYTES, arguments);
    nodes.put(name, DemoNode.start(name, command, folder, this::onEvent));
  }

  private void awaitMeeting() throws InterruptedException, DemoException {
    for (String one : NAMES) {
      for (String other : NAMES) {
        if (!one.equals(other)) awaitMeeting(one, other);
      }
    }
    int pairs = summary.discovery.count();
    tell(
        Kind.GOOD,
        String.format(Locale.ROOT, "all %d know, and are connected to, each other", NAMES.size()),
        object("met").put("pairs", pairs));
  }

  /** Waits until one node has found the other, is connected to it, and knows its name. */
  private void awaitMeeting(String one, String other) throws InterruptedException, DemoException {
    NodeEvent found = await(one, "discovered", other, "find " + other);
    NodeEvent connected = await(one, "connected", other, "connect to " + other);
    await(one, "joined", other, "learn the name of " + other);
    NodeEvent foundBack = await(other, "discovered", one, "find " + one);
    long bothUp = Math.max(node(one).upNanos(), node(other).upNanos());
    summary.discovery.add(millis(found.atNanos() - bothUp));
    long firstFound = Math.min(found.atNanos(), foundBack.atNanos());
    summary.connection.add(millis(connected.atNanos() - firstFound));
  }

  private void greet() throws InterruptedException, DemoException {
    for (String one : NAMES) {
      for (String other : NAMES) {
        if (!one.equals(other)) send(one, other, "hello " + other + ", this is " + one);
      }
    }
  }

  private void measureMessages() throws InterruptedException, DemoException {
    quiet = true;
    for (String one : NAMES) {
      for (String other : NAMES) {
        if (!one.equals(other)) measureMessages(one, other);
      }
    }
    quiet = false;
    tell(
        Kind.GOOD,
        String.format(
            Locale.ROOT,
            "%d more messages, one at a time, acknowledged",
            summary.roundTrip.count()),
        object("measured").put("messages", summary.roundTrip.count()));
  }

  private void measureMessages(String one, String other)
      throws InterruptedException, DemoException {
    double before = traffic(one);
    for (int i = 0; i < ROUNDS_PER_DIRECTION; i++) {
      summary.roundTrip.add(send(one, other, payload()) / 1000);
    }
    summary.addTraffic(traffic(one) - before, ROUNDS_PER_DIRECTION, PAYLOAD_BYTES);
  }

  /** Sends one message and returns the microseconds until it was acknowledged. */
  private double send(String one, String other, String text)
      throws InterruptedException, DemoException {
    node(one).forgetThePast();
    node(one).type(other + ": " + text);
    NodeEvent end = node(one)
        .await(
            e -> isEnd(e) && e.text("to").equals(other),
            STEP_LIMIT,
            "get an acknowledgement from " + other);
    if (!end.is("acknowledged")) {
      throw new DemoException("a message from " + one + " to " + other + " was " + end.text("event")
          + ": " + end.text("reason"));
    }
    return end.number("micros");
  }

  private static boolean isEnd(NodeEvent event) {
    return event.is("acknowledged") || event.is("expired") || event.is("refused");
  }

  /** Bytes that a node's connections have carried so far, both ways. */
  private double traffic(String name) throws InterruptedException, DemoException {
    node(name).forgetThePast();
    node(name).type("/stats");
    NodeEvent stats = node(name).await(e -> e.is("stats"), STEP_LIMIT, "tell its counters");
    return stats.number("bytesSent") + stats.number("bytesReceived");
  }

  private void killAndNotice() throws InterruptedException, DemoException {
    String victim = NAMES.getLast();
    nodes.values().forEach(DemoNode::forgetThePast);
    long killed = System.nanoTime();
    node(victim).kill();
    for (String other : NAMES) {
      if (other.equals(victim)) continue;
      NodeEvent left = await(other, "left", victim, "notice that it is gone");
      summary.noticed.add(millis(left.atNanos() - killed));
    }
  }

  private void restartAndMeet() throws IOException, InterruptedException, DemoException {
    String victim = NAMES.getLast();
    String oldId = node(victim).peerId();
    nodes.values().forEach(DemoNode::forgetThePast);
    start(victim);
    DemoNode again = node(victim);
    again.awaitUp(START_LIMIT);
    if (!again.peerId().equals(oldId)) {
      throw new DemoException(victim + " came back with another key: " + again.peerId());
    }
    for (String other : NAMES) {
      if (other.equals(victim)) continue;
      await(other, "joined", victim, "find it again");
      NodeEvent back = await(victim, "joined", other, "find " + other + " again");
      summary.foundAgain.add(millis(back.atNanos() - again.upNanos()));
    }
    for (String other : NAMES) {
      if (other.equals(victim)) continue;
      send(other, victim, "welcome back, " + victim);
      send(victim, other, "good to be back, " + other);
    }
  }

  private void report() {
    double worst = summary.discovery.quantile(1);
    tell(
        Kind.GOOD,
        String.format(
            Locale.ROOT,
            "everything worked; the last peer was discovered %.0f ms after the nodes were up",
            worst),
        summary.toJson());
    reporter.table(summary.table());
  }

  /** Tells what a node says that a person would like to see. */
  private void onEvent(DemoNode node, NodeEvent event) {
    if (quiet) return;
    String peer = event.text("name").isEmpty() ? nameOf(event.text("peerId")) : event.text("name");
    String text =
        switch (event.text("event")) {
          case "listening" -> "is up at " + String.join(", ", event.texts("addresses"));
          case "discovered" -> "has found " + peer;
          case "connected" -> "is connected to " + peer + " by " + event.text("security");
          case "left" -> "has lost " + peer + ": " + event.text("reason");
          case "message" -> "got from " + event.text("from") + ": " + event.text("text");
          case "fault", "security" -> "reports: " + event.text("cause");
          default -> "";
        };
    if (text.isEmpty()) return;
    JsonObject object = object("node").put("node", node.name()).put("what", event.text("event"));
    if (!peer.isEmpty()) object.put("peer", peer);
    object.put("text", text);
    tell(Kind.NEWS, node.name() + " " + text, object);
  }

  private String nameOf(String peerId) {
    if (peerId.isEmpty()) return "";
    return nodes.values().stream()
        .filter(node -> node.peerId().equals(peerId))
        .map(DemoNode::name)
        .findFirst()
        .orElseGet(() -> "…" + peerId.substring(Math.max(0, peerId.length() - TAIL_CHARACTERS)));
  }

  private NodeEvent await(String one, String event, String other, String what)
      throws InterruptedException, DemoException {
    String id = node(other).peerId();
    return node(one).await(e -> e.is(event) && e.text("peerId").equals(id), STEP_LIMIT, what);
  }

  private DemoNode node(String name) {
    DemoNode node = nodes.get(name);
    if (node == null) throw new IllegalStateException("no node " + name);
    return node;
  }

  private String payload() {
    var text = new StringBuilder(PAYLOAD_BYTES);
    while (text.length() < PAYLOAD_BYTES) text.append((char) ('!' + random.nextInt(94)));
    return text.toString();
  }

  private void step(String text) {
    tell(Kind.STEP, text, object("step").put("text", text));
  }

  private void tell(Kind kind, String text, JsonObject object) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    reporter.tell(
        kind,
        String.format(Locale.ROOT, "%6.2f s  %s", seconds, text),
        object.put("at_s", seconds));
  }

  private static JsonObject object(String event) {
    return new JsonObject().put("event", event);
  }

  private static double millis(long nanos) {
    return Math.max(0, nanos) / 1e6;
  }
}
