package org.openagi.p2p.node.process;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.avaje.jsonb.Jsonb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.openagi.p2p.node.demo.NodeProgram;

/** A run of the program in a process of its own; what it prints is kept and can be waited for. */
final class Program implements AutoCloseable {
  /** Processes start slowly on a busy machine. */
  private static final int LIMIT_SECONDS = 90;

  private static final int HEAP_MEGABYTES = 128;
  private final Process process;
  private final PrintWriter input;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private int open = 2;

  private Program(Process process) {
    this.process = process;
    this.input = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    read(process.inputReader(StandardCharsets.UTF_8), out);
    read(process.errorReader(StandardCharsets.UTF_8), err);
  }

  static Program start(Map<String, String> variables, String... arguments) throws IOException {
    return start(HEAP_MEGABYTES, variables, arguments);
  }

  static Program start(int heapMegabytes, Map<String, String> variables, String... arguments)
      throws IOException {
    var builder = new ProcessBuilder(NodeProgram.command(heapMegabytes, List.of(arguments)));
    builder.environment().keySet().removeIf(name -> name.startsWith("P2P_"));
    builder.environment().putAll(variables);
    return new Program(builder.start());
  }

  static Program start(String... arguments) throws IOException {
    return start(Map.of(), arguments);
  }

  /** Waits for the end and returns the exit code. */
  int status() throws InterruptedException {
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) fail("still runs" + said());
    awaitCondition("the end of its output", () -> open == 0);
    return process.exitValue();
  }

  List<String> out() {
    return copy(out);
  }

  List<String> err() {
    return copy(err);
  }

  /** Waits for a line of JSON with that event and a matching member. */
  Map<String, Object> event(String event, Predicate<Map<String, Object>> matches) {
    var found = new ArrayList<Map<String, Object>>();
    awaitCondition("an event '" + event + "'", () -> {
      found.clear();
      out.stream()
          .filter(line -> line.startsWith("{\"event\":\"" + event + "\""))
          .map(Program::json)
          .filter(matches)
          .forEach(found::add);
      return !found.isEmpty();
    });
    return found.getFirst();
  }

  Map<String, Object> event(String event) {
    return event(event, members -> true);
  }

  /** The address to reach this node, from its first line. */
  String address() {
    return String.valueOf(((List<?>) event("listening").get("addresses")).getFirst());
  }

  void type(String line) {
    input.println(line);
  }

  void closeInput() {
    input.close();
  }

  /** As {@code kill} does. */
  void terminate() {
    process.toHandle().destroy(); // leaves its streams open, unlike Process.destroy
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
  }

  /** The most memory the process has had in RAM, as the kernel counts it. */
  String peakMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .findFirst()
        .orElse("VmHWM: unknown");
  }

  /** For a test that failed: everything that was printed. */
  String said() {
    return "\nout: " + String.join("\n", out()) + "\nerr: " + String.join("\n", err());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  static Map<String, Object> json(String line) {
    return (Map<String, Object>) Jsonb.builder().build().type(Object.class).fromJson(line);
  }

  private interface Check {
    boolean isTrue();
  }

  private void awaitCondition(String what, Check check) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    lock.lock();
    try {
      while (!check.isTrue()) {
        long left = deadline - System.nanoTime();
        assertTrue(left > 0 && open > 0, () -> "waited in vain for " + what + said());
        changed.await(left, TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + what, e);
    } finally {
      lock.unlock();
    }
  }

  private List<String> copy(List<String> lines) {
    lock.lock();
    try {
      return List.copyOf(lines);
    } finally {
      lock.unlock();
    }
  }

  private void read(BufferedReader reader, List<String> into) {
    Thread.ofVirtual().start(() -> {
      try (reader) {
        reader.lines().forEach(line -> changed(() -> into.add(line)));
      } catch (IOException | UncheckedIOException e) {
        changed(() -> into.add(e.toString()));
      }
      changed(() -> open--);
    });
  }

  private void changed(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
