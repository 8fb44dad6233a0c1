package org.openagi.p2p.benchmarks.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.openagi.p2p.benchmarks.limit.LimitSystem;
import org.openagi.p2p.benchmarks.limit.LogSystem;
import org.openagi.p2p.benchmarks.ours.OurSystem;

/**
 * Entry of a measured process: {@code WorkerMain SYSTEM ROLE key=value…}. Results are lines that
 * start with {@code RESULT}; anything else on standard output is for the log.
 */
public final class WorkerMain {
  private static final int WARMUP_ROUNDS_MAX = 20_000;
  private final BenchSystem system;
  private final Settings settings;
  private final Map<String, String> words;
  private final PrintStream out;
  private final BufferedReader in =
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

  private WorkerMain(
      BenchSystem system, Settings settings, Map<String, String> words, PrintStream out) {
    this.system = system;
    this.settings = settings;
    this.words = words;
    this.out = out;
  }

  public static void main(String[] args) {
    int status = 0;
    try {
      var words = new HashMap<String, String>();
      for (int i = 2; i < args.length; i++) {
        int at = args[i].indexOf('=');
        words.put(args[i].substring(0, at), args[i].substring(at + 1));
      }
      Settings settings = Settings.parse(words);
      new WorkerMain(systemNamed(args[0], settings), settings, words, System.out).run(args[1]);
    } catch (Exception e) {
      fail(e);
      status = 1;
    }
    System.out.flush();
    // Event loops are no daemons; the roles have said what they had to say.
    Runtime.getRuntime().exit(status);
  }

  private static void fail(Exception e) {
    System.out.println(e);
    for (StackTraceElement element : e.getStackTrace()) System.out.println("  at " + element);
  }

  private static BenchSystem systemNamed(String name, Settings settings) {
    return switch (name) {
      case "limit" -> settings.durable() ? new LogSystem() : new LimitSystem();
      case "ours" -> new OurSystem(true);
      case "ours_threads" -> new OurSystem(false);
      default -> throw new IllegalArgumentException("no system named " + name);
    };
  }

  private void run(String role) throws Exception {
    switch (role) {
      case "sink" -> receive(false);
      case "echo" -> receive(true);
      case "send" -> send();
      case "paced" -> paced();
      case "ping" -> ping();
      case "dial" -> dial();
      case "overtaken" -> overtaken();
      case "overtake" -> overtake();
      case "broadcast" -> broadcast();
      case "peers" -> peers();
      default -> throw new IllegalArgumentException("no role named " + role);
    }
  }

  private void receive(boolean echo) throws Exception {
    BenchSystem.Receiver receiver = system.receive(settings, echo);
    result("address=" + receiver.address());
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("memory")) {
        Readings.settle();
        result("rss_kib="
            + Readings.residentKib()
            + " heap_bytes="
            + Readings.heapBytes()
            + " connections="
            + receiver.connections());
      } else if (line.equals("received")) {
        result("received=" + receiver.received());
      }
    }
  }

  private void send() throws Exception {
    BenchSystem.Flow flow = system.send(settings, address());
    Thread.sleep(settings.warmupSeconds() * 1000L);
    long wire = Readings.loopbackBytes();
    long processor = Readings.processorNanos();
    long count = flow.acknowledged();
    long start = System.nanoTime();
    Thread.sleep(settings.measuredSeconds() * 1000L);
    count = flow.acknowledged() - count;
    long nanos = System.nanoTime() - start;
    wire = Readings.loopbackBytes() - wire;
    processor = Readings.processorNanos() - processor;
    if (count == 0) throw new IllegalStateException("no message was acknowledged");
    result("messages_per_s="
        + Math.round(count * 1e9 / nanos)
        + " wire_bytes="
        + (double) wire / count
        + " sender_cpu="
        + (double) processor / nanos);
  }

  private void paced() throws Exception {
    BenchSystem.Paced sender = system.paced(settings, address());
    new PacedRun(sender, settings).play(settings.warmupSeconds());
    var run = new PacedRun(sender, settings);
    run.play(settings.measuredSeconds());
    Histogram histogram = run.nanos();
    result("p50_us="
        + histogram.getValueAtPercentile(50) / 1e3
        + " p99_us="
        + histogram.getValueAtPercentile(99) / 1e3
        + " mean_us="
        + histogram.getMean() / 1e3
        + " messages_per_s="
        + run.perSecond());
  }

  private void ping() throws Exception {
    BenchSystem.PingPong caller = system.pingPong(settings, address());
    long warm = System.nanoTime() + settings.warmupSeconds() * 1_000_000_000L;
    do {
      caller.rounds(new long[Math.min(settings.rounds(), WARMUP_ROUNDS_MAX)]);
    } while (System.nanoTime() < warm);
    var nanos = new long[settings.rounds()];
    long wire = Readings.loopbackBytes();
    caller.rounds(nanos);
    wire = Readings.loopbackBytes() - wire;
    var histogram = new Histogram(3);
    for (long round : nanos) histogram.recordValue(round);
    result("p50_us="
        + histogram.getValueAtPercentile(50) / 1e3
        + " p99_us="
        + histogram.getValueAtPercentile(99) / 1e3
        + " mean_us="
        + histogram.getMean() / 1e3
        + " wire_bytes="
        + wire / 2.0 / settings.rounds());
  }

  private void dial() throws Exception {
    BenchSystem.Dialer dialer = system.dialer(settings, address());
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      int count = Integer.parseInt(line);
      long start = System.nanoTime();
      dialer.open(count);
      result("dial_ms=" + (System.nanoTime() - start) / 1e6);
    }
  }

  private OvertakeSystem withPriorities() {
    if (system instanceof OvertakeSystem able) return able;
    throw new IllegalArgumentException("this system has no priorities");
  }

  private void overtaken() throws Exception {
    var delays = new Histogram(3);
    result("address=" + withPriorities().overtaken(settings, delays));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      synchronized (delays) {
        result("p50_ms="
            + delays.getValueAtPercentile(50) / 1e6
            + " p99_ms="
            + delays.getValueAtPercentile(99) / 1e6
            + " max_ms="
            + delays.getMaxValue() / 1e6);
        delays.reset();
      }
    }
  }

  private void overtake() throws Exception {
    String limit = words.getOrDefault("limit", "0");
    OvertakeSystem.Overtaker sender =
        withPriorities().overtake(settings, address(), Long.parseLong(limit));
    result("ready=1");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      long wire = Readings.loopbackBytes();
      long start = System.nanoTime();
      long bulk = sender.run(line.equals("load"));
      double seconds = (System.nanoTime() - start) / 1e9;
      wire = Readings.loopbackBytes() - wire;
      result("wire_bytes_per_s=" + wire / seconds + " bulk_bytes_per_s=" + bulk / seconds);
    }
  }

  private void broadcast() throws Exception {
    if (!(system instanceof BroadcastSystem able)) {
      throw new IllegalArgumentException("this system does not send to everyone");
    }
    int nodes = Integer.parseInt(words.getOrDefault("nodes", "2"));
    BroadcastSystem.Crowd crowd = able.crowd(settings, nodes);
    if (settings.warmupSeconds() > 0) crowd.publish(settings.warmupSeconds());
    long idle = Readings.loopbackBytes();
    Thread.sleep(1000);
    idle = Readings.loopbackBytes() - idle;
    long wire = Readings.loopbackBytes();
    long processor = Readings.processorNanos();
    long start = System.nanoTime();
    BroadcastSystem.Tally tally = crowd.publish(settings.measuredSeconds());
    long nanos = System.nanoTime() - start;
    wire = Readings.loopbackBytes() - wire;
    processor = Readings.processorNanos() - processor;
    result("p50_ms="
        + tally.each().getValueAtPercentile(50) / 1e6
        + " p99_ms="
        + tally.each().getValueAtPercentile(99) / 1e6
        + " all_p50_ms="
        + tally.all().getValueAtPercentile(50) / 1e6
        + " all_p99_ms="
        + tally.all().getValueAtPercentile(99) / 1e6
        + " wire_per_payload_byte="
        + (double) wire / tally.published() / settings.sizeBytes()
        + " idle_bytes_per_s="
        + idle
        + " missing="
        + tally.missing()
        + " repeated="
        + tally.repeated()
        + " cpu="
        + (double) processor / nanos);
  }

  private void peers() throws Exception {
    if (!(system instanceof RestSystem able)) {
      throw new IllegalArgumentException("this system has no node at rest");
    }
    int count = Integer.parseInt(words.getOrDefault("nodes", "1"));
    RestSystem.Peers peers = able.peers(settings, address(), count);
    result("addresses=" + String.join(",", peers.addresses()));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      result("connected=" + peers.connected());
    }
  }

  private String address() throws IOException {
    String address = words.get("address");
    if (address == null) throw new IOException("worker argument missing: address");
    return address;
  }

  private void result(String text) {
    out.println("RESULT " + text);
    out.flush();
  }
}
