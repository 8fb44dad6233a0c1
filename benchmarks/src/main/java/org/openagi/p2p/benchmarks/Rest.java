package org.openagi.p2p.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openagi.p2p.benchmarks.ours.TemporaryFolder;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.node.demo.NodeProgram;

/**
 * {@code p2p node} as people run it, journal, overlay and local API included, with peers that are connected and send no
 * messages: how soon it listens, and what it takes at rest.
 */
final class Rest {
  /** The figure that counts. */
  static final String FIGURE = "cpu_percent";

  private static final int HEAP_MEGABYTES = 512;
  private static final int UP_SECONDS = 60;
  private static final int PEERS_SECONDS = 180;
  private static final int END_SECONDS = 10;
  private static final int LINES_MAX = 20;
  private static final int LOOK_MILLIS = 5;
  private static final Pattern ID = Pattern.compile("\"peerId\":\"([^\"]+)\"");

  private Rest() {}

  /**
   * Plays one run.
   *
   * @param peers from 1 on; nodes in one other process
   */
  static Figures play(Settings settings, int peers, List<String> jvm) throws Exception {
    Path folder = Files.createTempDirectory("p2p-bench-rest");
    int port = freePort();
    // Each names the other: links that only one end asked for are few, however many are offered.
    String address = "address=/ip4/127.0.0.1/tcp/" + port + "/p2p/" + identity(folder);
    Figures figures = new Figures();
    try (var alone = new Node(folder, port, settings, new String[0])) {
      alone.awaitUp();
      figures.put("listening_ms", alone.listeningMillis()).put("ready_ms", alone.readyMillis());
    }
    try (var others =
        WorkerProcess.start("ours", "peers", settings, jvm, "nodes=" + peers, address)) {
      String addresses = others.answer(PEERS_SECONDS).getOrDefault("addresses", "");
      Thread.sleep(settings.warmupSeconds() * 1000L); // until they rest, too
      try (var node = new Node(folder, port, settings, addresses.split(","))) {
        node.awaitUp();
        awaitAll(others, peers);
        Thread.sleep(settings.warmupSeconds() * 1000L);
        Figures rest = node.rest(settings.measuredSeconds());
        return figures
            .put("ready_beside_peers_ms", node.readyMillis())
            .put("peers", connected(others))
            .with(rest);
      }
    } finally {
      TemporaryFolder.delete(folder);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Has the node's key made, and tells its peer id. */
  private static String identity(Path folder) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(NodeProgram.command(
            HEAP_MEGABYTES, List.of("id", "--json", "--name", "receiver", "--data", data(folder))))
        .redirectErrorStream(true)
        .start();
    String told;
    try (InputStream in = process.getInputStream()) {
      told = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    Matcher id = ID.matcher(told);
    if (process.waitFor() != 0 || !id.find()) throw new IOException("no peer id: " + told);
    return id.group(1);
  }

  private static String data(Path folder) {
    return folder.resolve("data").toString();
  }

  private static void awaitAll(WorkerProcess others, int peers)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PEERS_SECONDS);
    while (connected(others) < peers) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "only " + connected(others) + " of " + peers + " peers after " + PEERS_SECONDS + " s");
      }
      Thread.sleep(100);
    }
  }

  private static double connected(WorkerProcess others) throws IOException, InterruptedException {
    return Figures.of(others.ask("connected"), "connected").get("connected");
  }

  /** The figures of one run or the medians of some, for a person. */
  static String sentence(Figures figures) {
    return String.format(
        Locale.ROOT,
        "A node listens %.0f ms after its start, and its API is open after %.0f ms; with %.0f peers and nothing to do it takes %.0f MiB of memory and %.2f %% of a core.",
        figures.get("listening_ms"),
        figures.get("ready_ms"),
        figures.get("peers"),
        figures.get("rss_mib"),
        figures.get("cpu_percent"));
  }

  /** The measured process. Confined to one thread. */
  private static final class Node implements AutoCloseable {
    private final Process process;
    private final long started = System.nanoTime();
    private final BlockingQueue<String> up = new LinkedBlockingQueue<>();
    private final ArrayDeque<String> last = new ArrayDeque<>();
    private final int port;
    private long listeningNanos;
    private volatile long upNanos;

    Node(Path folder, int port, Settings settings, String[] peers) throws IOException {
      this.port = port;
      var arguments = new ArrayList<>(List.of("node", "--json", "--name", "receiver"));
      arguments.addAll(List.of("--data", data(folder), "--interface", "lo"));
      arguments.addAll(List.of("--listen", "/ip4/127.0.0.1/tcp/" + port, "--discovery", "manual"));
      arguments.addAll(List.of("--api", "127.0.0.1:0", "--security", settings.security()));
      for (String peer : peers) arguments.add("--peer=" + peer);
      var builder = new ProcessBuilder(NodeProgram.command(HEAP_MEGABYTES, arguments));
      builder.environment().keySet().removeIf(variable -> variable.startsWith("P2P_"));
      process = builder.redirectErrorStream(true).start();
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader reader = process.inputReader()) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          if (line.contains("\"event\":\"listening\"") && upNanos == 0) {
            upNanos = System.nanoTime();
            up.add(line);
          }
          keep(line);
        }
      } catch (IOException e) {
        keep(e.toString());
      }
    }

    private void keep(String line) {
      synchronized (last) {
        if (last.size() == LINES_MAX) last.removeFirst();
        last.add(line);
      }
    }

    /** Until it has said that it is up, which it does when its API is open. */
    void awaitUp() throws IOException, InterruptedException {
      while (!listens()) {
        if (System.nanoTime() - started > TimeUnit.SECONDS.toNanos(UP_SECONDS)) {
          throw failure("does not listen after " + UP_SECONDS + " s");
        }
        Thread.sleep(LOOK_MILLIS);
      }
      listeningNanos = System.nanoTime();
      if (up.poll(UP_SECONDS, TimeUnit.SECONDS) == null) {
        throw failure("is not up after " + UP_SECONDS + " s");
      }
    }

    /** As the kernel has it: asked for by a connection, the node would be busy with that. */
    private boolean listens() throws IOException {
      String local = String.format(Locale.ROOT, ":%04X ", port);
      for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
        if (line.contains(local) && line.contains(" 00000000:0000 0A ")) return true;
      }
      return false;
    }

    double listeningMillis() {
      return (listeningNanos - started) / 1e6;
    }

    double readyMillis() {
      return (upNanos - started) / 1e6;
    }

    /** Reads memory every second, processor time before and after. */
    Figures rest(int seconds) throws IOException, InterruptedException {
      Duration before = processorTime();
      long start = System.nanoTime();
      double most = 0;
      double sum = 0;
      for (int i = 0; i < seconds; i++) {
        Thread.sleep(1000);
        double now = residentMib();
        most = Math.max(most, now);
        sum += now;
      }
      double nanos = System.nanoTime() - start;
      long used = processorTime().minus(before).toNanos();
      return new Figures()
          .put("rss_mib", sum / seconds)
          .put("rss_max_mib", most)
          .put("cpu_percent", 100 * used / nanos);
    }

    private Duration processorTime() throws IOException {
      return process.info().totalCpuDuration().orElseThrow(() -> failure("has no processor time"));
    }

    private double residentMib() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
        if (line.startsWith("VmRSS:"))
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
      throw failure("takes no memory");
    }

    private IOException failure(String what) {
      synchronized (last) {
        return new IOException("the node " + what + "\n" + String.join("\n", last));
      }
    }

    @Override
    public void close() {
      process.destroy();
      try {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) process.destroyForcibly();
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
