package org.openagi.p2p.node.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** One node of the demo: its process, what it printed, and a way to type lines into it. */
final class DemoNode implements AutoCloseable {
  /** Many times what a node says during a demo; what comes after is not kept. */
  private static final int EVENTS_MAX = 20_000;

  private static final int ERROR_LINES_MAX = 20;
  private final String name;
  private final Process process;
  private final PrintWriter input;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by lock.
  private final List<NodeEvent> events = new ArrayList<>();
  private final Deque<String> errors = new ArrayDeque<>();
  private boolean ended;
  private int mark;

  private volatile String peerId = "";
  private volatile String apiUrl = "";
  private volatile long upNanos;

  private DemoNode(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
  }

  /**
   * Starts a node.
   *
   * @param command the program and its options, complete
   * @param onEvent told of every event, on a thread of this node
   */
  static DemoNode start(
      String name, List<String> command, Path folder, BiConsumer<DemoNode, NodeEvent> onEvent)
      throws IOException {
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    // What the user set for nodes of his own is not meant for these.
    builder.environment().keySet().removeIf(variable -> variable.startsWith("P2P_"));
    var node = new DemoNode(name, builder.start());
    Thread.ofVirtual().name(name + "-out").start(() -> node.readEvents(onEvent));
    Thread.ofVirtual().name(name + "-err").start(node::readErrors);
    return node;
  }

  String name() {
    return name;
  }

  /** Waits until it listens. */
  void awaitUp(Duration limit) throws DemoException, InterruptedException {
    NodeEvent up = await(event -> event.is("listening"), limit, "listen");
    peerId = up.text("peerId");
    apiUrl = up.text("api");
    upNanos = up.atNanos();
  }

  /** Who it is; empty before it is up. */
  String peerId() {
    return peerId;
  }

  /** Where its local API is; empty before it is up, or if it serves none. */
  String apiUrl() {
    return apiUrl;
  }

  /** When it was up, by {@link System#nanoTime}. */
  long upNanos() {
    return upNanos;
  }

  /** Types one line. */
  void type(String line) {
    input.println(line);
  }

  /** From now on, {@link #await} looks only at what comes after this moment. */
  void forgetThePast() {
    lock.lock();
    try {
      mark = events.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the first matching event since {@link #forgetThePast}.
   *
   * @param what completes the sentence "NAME did not …"
   */
  NodeEvent await(Predicate<NodeEvent> wanted, Duration limit, String what)
      throws DemoException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    lock.lock();
    try {
      int seen = mark;
      while (true) {
        for (; seen < events.size(); seen++) {
          if (wanted.test(events.get(seen))) return events.get(seen);
        }
        long left = deadline - System.nanoTime();
        if (ended) throw failure("ended before it " + what);
        if (left <= 0) throw failure("did not " + what + " within " + limit.toSeconds() + " s");
        changed.await(left, TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Kills the process without warning, as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Ends the process by ending its input, and returns its exit code, or -1 if it had to be killed. */
  int stop(Duration limit) throws InterruptedException {
    input.close();
    if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) return process.exitValue();
    kill();
    return -1;
  }

  @Override
  public void close() {
    input.close();
    process.destroyForcibly();
  }

  private DemoException failure(String what) {
    String said = errors.isEmpty() ? "" : "; it said: " + String.join(" / ", errors);
    return new DemoException(name + " " + what + said);
  }

  private void readEvents(BiConsumer<DemoNode, NodeEvent> onEvent) {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        NodeEvent event = NodeEvent.parse(line, System.nanoTime());
        if (event == null) continue;
        add(event);
        onEvent.accept(this, event);
      }
    } catch (IOException e) {
      addError(e.toString()); // the process died in the middle of a line
    }
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void add(NodeEvent event) {
    lock.lock();
    try {
      if (events.size() < EVENTS_MAX) events.add(event);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void readErrors() {
    try (BufferedReader reader = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) addError(line);
    } catch (IOException e) {
      addError(e.toString());
    }
  }

  private void addError(String line) {
    lock.lock();
    try {
      if (errors.size() == ERROR_LINES_MAX) errors.removeFirst();
      errors.add(line);
    } finally {
      lock.unlock();
    }
  }
}
