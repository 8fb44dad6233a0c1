package org.openagi.p2p.interop;

import io.avaje.jsonb.Jsonb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assertions;

/**
 * A js-libp2p process, driven by JSON lines ({@code interop/js/peer.mjs} says which). Safe for any
 * thread; every wait ends after a bound with what the process had said until then.
 */
final class JsPeer implements AutoCloseable {
  /** A cold Node process that loads libp2p on a busy machine has been seen to take 20 s. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Writer stdin;
  private final List<Map<String, Object>> lines = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ended;
  private int nextId;

  private JsPeer(Process process) {
    this.process = process;
    this.stdin = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofVirtual().start(this::readLines);
  }

  /** Starts a peer, optionally behind a command prefix such as {@code ip netns exec X}. */
  static JsPeer start(List<String> prefix, String... arguments) throws Exception {
    Path js = JsPackages.folder();
    List<String> command = new ArrayList<>(prefix);
    command.add("node");
    command.add(js.resolve("peer.mjs").toString());
    command.addAll(List.of(arguments));
    return new JsPeer(new ProcessBuilder(command)
        .directory(js.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start());
  }

  static JsPeer start(String... arguments) throws Exception {
    return start(List.of(), arguments);
  }

  String peerId() {
    return (String) await(line -> "listening".equals(line.get("event"))).get("peerId");
  }

  /** Full addresses, each with its /p2p part. */
  List<String> addresses() {
    return strings(await(line -> "listening".equals(line.get("event"))).get("addresses"));
  }

  /** Runs a command and returns its answer; fails the test if the answer says it failed. */
  Map<String, Object> call(String command, Object... namesAndValues) throws IOException {
    Map<String, Object> answer = tryCall(command, namesAndValues);
    Assertions.assertEquals(true, answer.get("ok"), () -> command + " answered " + answer);
    return answer;
  }

  /** Runs a command and returns its answer, whether it went well or not. */
  Map<String, Object> tryCall(String command, Object... namesAndValues) throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    double id;
    lock.lock();
    try {
      id = ++nextId;
    } finally {
      lock.unlock();
    }
    request.put("id", (long) id);
    request.put("cmd", command);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    stdin.write(Jsonb.instance().toJson(request) + "\n");
    stdin.flush();
    return await(line -> line.get("id") instanceof Number n && n.doubleValue() == id);
  }

  Map<String, Object> awaitEvent(String event, String peerId) {
    return await(line -> event.equals(line.get("event")) && peerId.equals(line.get("peerId")));
  }

  /** The first line, past or future, that satisfies the condition. */
  Map<String, Object> await(Predicate<Map<String, Object>> condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    lock.lock();
    try {
      int seen = 0;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (condition.test(lines.get(seen))) return lines.get(seen);
        }
        long left = deadline - System.nanoTime();
        if (ended || left <= 0) {
          throw new AssertionError(
              (ended ? "js peer ended; it said " : "not within " + PATIENCE + ": js peer said ")
                  + lines);
        }
        changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  static List<String> strings(Object list) {
    return ((List<?>) list).stream().map(String.class::cast).toList();
  }

  private void readLines() {
    try (BufferedReader out = new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = out.readLine()) != null; ) {
        add(Jsonb.instance().type(Object.class).map().fromJson(line));
      }
    } catch (IOException e) {
      // the process was ended while we read: the same as its end
    } finally {
      lock.lock();
      ended = true;
      changed.signalAll();
      lock.unlock();
    }
  }

  private void add(Map<String, Object> line) {
    lock.lock();
    lines.add(line);
    changed.signalAll();
    lock.unlock();
  }

  @Override
  public void close() throws Exception {
    stdin.close();
    if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
  }
}
