package org.openagi.p2p.interop.dashboard;

import io.avaje.jsonb.Jsonb;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.node.demo.NodeProgram;

/** A run of {@code p2p demo --keep}: three nodes, each a process of its own. */
final class KeptDemo implements AutoCloseable {
  private static final int HEAP_MEGABYTES = 96;
  private static final long PATIENCE_SECONDS = 240;

  private final Process process;
  private final String dashboard;

  private KeptDemo(Process process) throws InterruptedException {
    this.process = process;
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread.ofVirtual().start(() -> read(process, lines));
    this.dashboard = String.valueOf(await(lines, "keeping").get("dashboard"));
  }

  static KeptDemo start() throws IOException, InterruptedException {
    List<String> command = NodeProgram.command(HEAP_MEGABYTES, List.of("demo", "--keep", "--json"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("P2P_"));
    Process process = builder.start();
    try {
      return new KeptDemo(process);
    } catch (AssertionError | InterruptedException e) {
      process.destroy();
      throw e;
    }
  }

  private static void read(Process process, BlockingQueue<String> lines) {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) lines.add(line);
    } catch (IOException e) {
      lines.add("{\"event\":\"failed\",\"message\":\"its output ended\"}");
    }
  }

  private static Map<String, Object> await(BlockingQueue<String> lines, String event)
      throws InterruptedException {
    StringBuilder said = new StringBuilder();
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.startsWith("{\"event\":\"failed\"")) {
        throw new AssertionError("the demo did not come to '" + event + "': " + said + line);
      }
      said.append(line).append('\n');
      if (line.startsWith("{\"event\":\"" + event + "\"")) return json(line);
    }
  }

  @SuppressWarnings("unchecked") // a JSON object has string keys
  private static Map<String, Object> json(String line) {
    return (Map<String, Object>) Jsonb.builder().build().type(Object.class).fromJson(line);
  }

  /** The link that it printed. */
  String dashboard() {
    return dashboard;
  }

  /** Kills one of the nodes, as {@code kill -9} does. */
  void kill(String name) {
    ProcessHandle node = process
        .children()
        .filter(child -> arguments(child).contains("--name\0" + name + "\0"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no process of " + name));
    node.destroyForcibly();
  }

  /** Java itself does not tell command lines as long as these. */
  private static String arguments(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
