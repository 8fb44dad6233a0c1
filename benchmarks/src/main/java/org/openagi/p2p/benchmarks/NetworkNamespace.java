package org.openagi.p2p.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.node.Main;
import org.openagi.p2p.node.demo.NodeProgram;

/**
 * Runs the benchmark in a network namespace of its own, where the counters of the loopback interface
 * count nobody else's bytes. Needs Linux, {@code unshare} and {@code ip}, and either root or the
 * permission to make user namespaces.
 */
final class NetworkNamespace {
  private static final String INSIDE = "p2p.bench.namespace";
  private static final int PROBE_TIMEOUT_SECONDS = 10;
  private static final List<List<String>> WAYS =
      List.of(List.of("unshare", "-n"), List.of("unshare", "-r", "-n"));

  private NetworkNamespace() {}

  /** True in a process that {@link #rerun} started. */
  static boolean inside() {
    return Boolean.getBoolean(INSIDE);
  }

  /**
   * Runs the program again, inside a new namespace, on the same arguments.
   *
   * @return its exit code, or -1 if no namespace can be made here
   */
  static int rerun(List<String> arguments) throws IOException, InterruptedException {
    for (List<String> way : WAYS) {
      if (!works(way)) continue;
      var command = new ArrayList<>(way);
      command.addAll(List.of("sh", "-c", "ip link set lo up && exec \"$@\"", "sh"));
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(NodeProgram.startUpCache());
      command.add("-D" + INSIDE + "=true");
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add(Main.class.getName());
      command.addAll(arguments);
      Process process = new ProcessBuilder(command).inheritIO().start();
      var stop = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(stop);
      return process.waitFor();
    }
    return -1;
  }

  private static boolean works(List<String> way) throws InterruptedException {
    var command = new ArrayList<>(way);
    command.addAll(List.of("ip", "link", "set", "lo", "up"));
    try {
      Process probe = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      if (probe.waitFor(PROBE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) return probe.exitValue() == 0;
      probe.destroyForcibly();
      return false;
    } catch (IOException e) {
      return false; // no such command here
    }
  }
}
