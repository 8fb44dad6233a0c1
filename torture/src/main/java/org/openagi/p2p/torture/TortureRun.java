package org.openagi.p2p.torture;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.network.keystore.IdentityFile;
import org.openagi.p2p.torture.Verdict.Kind;

/**
 * One run: starts the nodes, lets the faults of the schedule happen when they are due, waits until all is quiet,
 * starts every node once more to see that nothing comes back, and has the ledgers checked. Confined to one thread.
 */
final class TortureRun {
  private static final long TICK_MILLIS = 5;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(90);
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(15);

  private record Later(long dueNanos, Step step) {}

  @FunctionalInterface
  private interface Step {
    void run() throws IOException, InterruptedException;
  }

  private final Terms terms;
  private final PrintStream out;
  private final Plan plan;
  private final Queue<Fault> faults;
  private final Network network;
  private final List<NodeProcess> nodes = new ArrayList<>();
  private final List<Path> ledgers = new ArrayList<>();
  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparingLong(Later::dueNanos));
  private final long startNanos = System.nanoTime();
  private int kills;
  private int cuts;
  private int partitions;
  private int weathers;
  private int openPartitions;
  private boolean hushed;

  private TortureRun(Terms terms, Network network, PrintStream out) {
    this.terms = terms;
    this.out = out;
    this.network = network;
    this.plan = new Plan(terms.seed(), terms.nodes(), terms.messages());
    this.faults = new ArrayDeque<>(Schedule.of(
        terms.seed(),
        terms.nodes(),
        terms.messages(),
        terms.kills(),
        network.hasWires() ? terms.cuts() : 0));
  }

  /**
   * Plays a run and prints what it counts.
   *
   * @throws IOException with one line if the network cannot be made here
   */
  static Verdict play(Terms terms, PrintStream out) throws IOException, InterruptedException {
    try (Network network = terms.network().equals("loopback")
        ? new LoopbackNetwork(terms.nodes())
        : NamespaceNetwork.start(terms.nodes(), terms.seed())) {
      return new TortureRun(terms, network, out).play();
    }
  }

  private Verdict play() throws IOException, InterruptedException {
    out.println("torture: seed " + terms.seed() + ", " + terms.messages() + " messages between "
        + terms.nodes() + " nodes, in " + terms.folder());
    makeNodes();
    Verdict verdict;
    Checker checker = new Checker(plan, ledgers);
    try {
      for (NodeProcess node : nodes) node.start();
      boolean quiet = letItHappen();
      if (!quiet) {
        checker.verdict().violation(Kind.UNREST, "nothing moves any more: " + counts());
      }
      endAll(checker.verdict());
      startOnceMore(checker.verdict());
      verdict = checker.check();
      if (terms.plant() == Plant.NONE) expectAllPlayed(verdict);
    } finally {
      for (NodeProcess node : nodes) node.kill();
    }
    tell(verdict);
    return verdict;
  }

  private void makeNodes() throws IOException {
    List<String> addresses = new ArrayList<>();
    for (int node = 1; node <= terms.nodes(); node++) {
      addresses.add(network.listenAddress(node) + "/p2p/" + makeIdentity(dataFolder(node)));
    }
    for (int node = 1; node <= terms.nodes(); node++) {
      Path ledger = terms.folder().resolve("ledger" + node + ".txt");
      ledgers.add(ledger);
      NodeSettings settings = new NodeSettings(
          node,
          terms.seed(),
          terms.nodes(),
          terms.messages(),
          dataFolder(node),
          ledger,
          terms.store(),
          network.listenAddress(node),
          addresses,
          terms.plant());
      Path log = terms.folder().resolve("log" + node + ".txt");
      nodes.add(new NodeProcess(settings, network.on(node), terms.jvmOptions(), log));
    }
  }

  private Path dataFolder(int node) {
    return terms.folder().resolve("node" + node);
  }

  private static PeerId makeIdentity(Path folder) throws IOException {
    try (DataFolder held = DataFolder.open(folder)) {
      return IdentityFile.loadOrCreate(held, new SecureRandom()).peerId();
    }
  }

  /** Returns false if it does not come to rest. */
  private boolean letItHappen() throws IOException, InterruptedException {
    long boundNanos = TimeUnit.MINUTES.toNanos(terms.minutes());
    long movedNanos = System.nanoTime();
    long toldNanos = movedNanos;
    long seen = -1;
    while (true) {
      long now = System.nanoTime();
      long settled = settled();
      if (settled + kills != seen) {
        seen = settled + kills;
        movedNanos = now;
      }
      if (now - toldNanos > TELL_NANOS) {
        toldNanos = now;
        out.println("torture: " + seconds() + " s, " + counts());
      }
      if (!hushed && now - startNanos > boundNanos) hush();
      runLater(now);
      boolean done = nodes.stream().allMatch(node -> node.counts().isDone());
      while (!faults.isEmpty() && (done || faults.peek().dueAfter() <= settled)) {
        if (!happen(faults.peek())) break;
        faults.remove();
        done = false;
      }
      boolean resting = done && faults.isEmpty() && later.isEmpty();
      if (resting && now - movedNanos > QUIET_NANOS) return true;
      if (later.isEmpty() && now - movedNanos > STUCK_NANOS) return false;
      Thread.sleep(TICK_MILLIS);
    }
  }

  private void hush() {
    hushed = true;
    out.println("torture: " + terms.minutes() + " minutes are over, no more is submitted");
    faults.clear();
    nodes.forEach(node -> node.say("hush"));
  }

  private void runLater(long now) throws IOException, InterruptedException {
    while (!later.isEmpty() && later.peek().dueNanos() - now <= 0)
      later.remove().step().run();
  }

  private void after(int millis, Step step) {
    later.add(new Later(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), step));
  }

  /** Returns false if it cannot happen now and has to wait. */
  private boolean happen(Fault fault) throws IOException, InterruptedException {
    switch (fault) {
      case Fault.Kill kill -> {
        NodeProcess node = nodes.get(kill.node() - 1);
        if (!node.isAlive()) return false;
        kill(node, kill.downMillis(), kill.againMillis());
      }
      case Fault.Cut cut -> {
        network.cut(cut);
        cuts++;
      }
      case Fault.Weather weather -> {
        network.weather(weather);
        weathers++;
      }
      case Fault.Partition partition -> {
        if (openPartitions > 0) return false;
        network.split(partition.some());
        partitions++;
        openPartitions++;
        after(partition.millis(), () -> {
          openPartitions--;
          network.heal();
        });
      }
    }
    return true;
  }

  private void kill(NodeProcess node, int downMillis, int againMillis)
      throws IOException, InterruptedException {
    node.kill();
    kills++;
    after(downMillis, () -> {
      node.start();
      if (hushed) node.say("hush");
      if (againMillis > 0) {
        after(againMillis, () -> {
          if (node.isAlive()) kill(node, 100, 0);
        });
      }
    });
  }

  private void endAll(Verdict verdict) throws InterruptedException {
    for (NodeProcess node : nodes) {
      if (!node.stop()) {
        verdict.violation(Kind.UNREST, "node " + node.node() + " did not end in order");
      }
    }
  }

  /** What is settled must not come back from the folders. */
  private void startOnceMore(Verdict verdict) throws IOException, InterruptedException {
    long handled = handled();
    for (NodeProcess node : nodes) {
      node.start();
      node.say("hush");
    }
    long start = System.nanoTime();
    long quietSince = start;
    while (System.nanoTime() - quietSince < QUIET_NANOS) {
      boolean done = nodes.stream().allMatch(node -> node.counts().isDone());
      if (!done) quietSince = System.nanoTime();
      if (System.nanoTime() - start > STUCK_NANOS) {
        verdict.violation(Kind.UNREST, "after the last start: " + counts());
        break;
      }
      Thread.sleep(TICK_MILLIS);
    }
    if (handled() > handled) {
      verdict.violation(
          Kind.UNREST, (handled() - handled) + " messages came back after all was settled");
    }
    endAll(verdict);
  }

  /** A run that was cut short shows nothing. */
  private void expectAllPlayed(Verdict verdict) {
    if (verdict.submitted < terms.messages() || kills < terms.kills()) {
      verdict.violation(
          Kind.CUT_SHORT,
          "submitted " + verdict.submitted + " of " + terms.messages() + ", killed " + kills
              + " of " + terms.kills());
    }
  }

  private long handled() {
    return nodes.stream().mapToLong(node -> node.counts().handled()).sum();
  }

  private long settled() {
    return nodes.stream().mapToLong(node -> node.counts().settled()).sum();
  }

  private String counts() {
    StringBuilder text = new StringBuilder("settled " + settled() + ", handled " + handled());
    text.append(", kills ").append(kills).append(", cuts ").append(cuts);
    text.append(", partitions ").append(partitions).append(", open");
    for (NodeProcess node : nodes) {
      text.append(' ')
          .append(node.counts().ready() ? "" : "down ")
          .append(node.counts().open());
    }
    return text.toString();
  }

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
  }

  private void tell(Verdict verdict) throws IOException, InterruptedException {
    out.println("torture: " + terms.nodes() + " nodes, store " + terms.store() + ", " + seconds()
        + " s, kills " + kills + ", cuts " + cuts + ", partitions " + partitions
        + ", changes of weather " + weathers + ", starts " + verdict.boots + ", "
        + network.end());
    for (String line : verdict.lines()) out.println("torture: " + line);
    out.println("torture: the same schedule again: " + terms.command());
    if (!verdict.isClean()) out.println("torture: ledgers and logs are in " + terms.folder());
    out.flush();
  }

  /** Removes a run's folder. */
  static void remove(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }
}
