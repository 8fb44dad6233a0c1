package org.openagi.p2p.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.benchmarks.worker.WorkerMain;

/**
 * One process of a run, of the Java this one runs on. Closing it ends the process. Confined to one
 * thread.
 */
final class WorkerProcess implements AutoCloseable {
  /** A busy machine may take long to start one. */
  private static final int ANSWER_TIMEOUT_SECONDS = 120;

  private static final int END_TIMEOUT_SECONDS = 5;
  private static final int LOG_LINES_MAX = 40;
  private static final String END = "";
  private final Process process;
  private final PrintWriter input;
  private final String name;
  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
  private final List<String> log = new ArrayList<>();

  private WorkerProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = new PrintWriter(process.outputWriter(), true);
  }

  static WorkerProcess start(
      String system, String role, Settings settings, List<String> jvmOptions, String... more)
      throws IOException {
    var command = new ArrayList<String>(
        Placement.named(settings.placement()).prefix(role.equals("sink") || role.equals("echo")));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(WorkerMain.class.getName());
    command.add(system);
    command.add(role);
    command.addAll(settings.toArguments());
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var worker = new WorkerProcess(system + " " + role, process);
    Thread.ofVirtual().start(worker::read);
    return worker;
  }

  /** Sends one line and returns the words of the answer. */
  Map<String, String> ask(String line) throws IOException, InterruptedException {
    input.println(line);
    return answer(ANSWER_TIMEOUT_SECONDS);
  }

  /** The words of the first answer, which comes unasked. */
  Map<String, String> answer() throws IOException, InterruptedException {
    return answer(ANSWER_TIMEOUT_SECONDS);
  }

  /**
   * The words of the next answer.
   *
   * @throws IOException if the process ended or nothing came in time, with the end of what it printed
   */
  Map<String, String> answer(int timeoutSeconds) throws IOException, InterruptedException {
    String line = results.poll(timeoutSeconds, TimeUnit.SECONDS);
    if (line == null || line.equals(END)) {
      String what = line == null ? "said nothing for " + timeoutSeconds + " s" : "ended early";
      synchronized (log) {
        throw new IOException("process " + name + " " + what + "\n" + String.join("\n", log));
      }
    }
    var words = new LinkedHashMap<String, String>();
    for (String word : line.split(" ")) {
      int at = word.indexOf('=');
      words.put(word.substring(0, at), word.substring(at + 1));
    }
    return words;
  }

  @Override
  public void close() {
    input.close();
    try {
      if (!process.waitFor(END_TIMEOUT_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith("RESULT ")) results.add(line.substring("RESULT ".length()));
        else keep(line);
      }
    } catch (IOException e) {
      keep(e.toString());
    }
    results.add(END);
  }

  private void keep(String line) {
    synchronized (log) {
      if (log.size() == LOG_LINES_MAX) log.removeFirst();
      log.add(line);
    }
  }
}
