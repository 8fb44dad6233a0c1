package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node of a run and the process that it is at the moment. Confined to one thread but for its counts. */
final class NodeProcess {
  private static final int END_SECONDS = 60;

  private final NodeSettings settings;
  private final List<String> prefix;
  private final List<String> jvmOptions;
  private final File log;
  private volatile @Nullable Process process;
  private @Nullable Writer input;
  private volatile Counts counts = new Counts(false, 0, 0, 0, 1);

  /**
   * What the process said last; handled and settled go on from process to process.
   *
   * @param ready whether this process has started
   * @param open deliveries whose end is not known
   * @param busy flows that have more to submit
   */
  record Counts(boolean ready, int handled, int settled, int open, int busy) {
    boolean isDone() {
      return ready && open == 0 && busy == 0;
    }

    Counts ofNewProcess() {
      return new Counts(false, handled, settled, 0, 1);
    }
  }

  NodeProcess(NodeSettings settings, List<String> prefix, List<String> jvmOptions, Path log) {
    this.settings = settings;
    this.prefix = prefix;
    this.jvmOptions = jvmOptions;
    this.log = log.toFile();
  }

  void start() throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(TortureNode.class.getName());
    command.addAll(settings.toArguments());
    counts = counts.ofNewProcess();
    Process started = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.appendTo(log))
        .start();
    process = started;
    input = started.outputWriter();
    Thread.ofVirtual().start(() -> listen(started));
  }

  boolean isAlive() {
    Process current = process;
    return current != null && current.isAlive();
  }

  Counts counts() {
    return counts;
  }

  int node() {
    return settings.node();
  }

  /** Kills the process with SIGKILL. */
  void kill() throws InterruptedException {
    Process current = process;
    if (current == null) return;
    process = null;
    current.destroyForcibly().waitFor();
  }

  /** Says a line to the process, if there is one that listens. */
  void say(String line) {
    Writer to = input;
    try {
      if (to == null) return;
      to.write(line + "\n");
      to.flush();
    } catch (IOException e) {
      input = null; // killed meanwhile
    }
  }

  /** Ends the process in order; false if it does not end. */
  boolean stop() throws InterruptedException {
    Process current = process;
    if (current == null) return true;
    say("stop");
    boolean ended = current.waitFor(END_SECONDS, TimeUnit.SECONDS);
    if (!ended) current.destroyForcibly().waitFor();
    process = null;
    return ended && current.exitValue() == 0;
  }

  private void listen(Process from) {
    try (BufferedReader lines = from.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (process != from) return;
        String[] words = line.split(" ", -1);
        if (words.length != 5 || !words[0].equals("counts")) continue;
        counts = new Counts(
            true,
            Integer.parseInt(words[1]),
            Integer.parseInt(words[2]),
            Integer.parseInt(words[3]),
            Integer.parseInt(words[4]));
      }
    } catch (IOException e) {
      return; // killed while it spoke
    }
  }
}
