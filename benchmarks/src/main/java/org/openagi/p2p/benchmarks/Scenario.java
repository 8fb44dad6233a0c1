package org.openagi.p2p.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.node.demo.NodeProgram;

/** The scenarios, each a play of two processes. S4 is what S1 and S2 put on the wire. */
enum Scenario {
  /** One sender, one receiver, as many messages as the window allows. */
  S1("messages_per_s") {
    @Override
    Figures play(String system, Settings settings, List<String> jvm) throws Exception {
      try (var sink = WorkerProcess.start(system, "sink", settings, jvm);
          var sender = WorkerProcess.start(system, "send", settings, jvm, addressOf(sink))) {
        Map<String, String> result =
            sender.answer(120 + settings.warmupSeconds() + settings.measuredSeconds());
        // A log has no wire.
        return settings.durable()
            ? Figures.of(result, "messages_per_s", "sender_cpu")
            : Figures.of(result, "messages_per_s", "wire_bytes", "sender_cpu");
      }
    }
  },

  /** One sender, one receiver, at a given pace. */
  PACED("p50_us") {
    @Override
    Figures play(String system, Settings settings, List<String> jvm) throws Exception {
      try (var sink = WorkerProcess.start(system, "sink", settings, jvm);
          var sender = WorkerProcess.start(system, "paced", settings, jvm, addressOf(sink))) {
        Map<String, String> result =
            sender.answer(120 + settings.warmupSeconds() + settings.measuredSeconds());
        return Figures.of(result, "p50_us", "p99_us", "mean_us", "messages_per_s");
      }
    }
  },

  /** Ping-pong of one message at a time, through handlers on both sides. */
  S2("p50_us") {
    @Override
    Figures play(String system, Settings settings, List<String> jvm) throws Exception {
      try (var echo = WorkerProcess.start(system, "echo", settings, jvm);
          var caller = WorkerProcess.start(system, "ping", settings, jvm, addressOf(echo))) {
        return Figures.of(caller.answer(), "p50_us", "p99_us", "mean_us", "wire_bytes");
      }
    }
  },

  /** Many idle connections held by one node; another process owns their other ends. */
  S3("rss_kib_per_connection") {
    @Override
    Figures play(String system, Settings settings, List<String> jvm) throws Exception {
      int count = settings.connections();
      try (var holder = WorkerProcess.start(system, "sink", settings, holderOptions(jvm));
          var dialer = WorkerProcess.start(
              system, "dial", settings, dialerOptions(jvm), addressOf(holder))) {
        // The first connections load classes and fill pools, which are not a connection's cost.
        dialer.ask(Integer.toString(WARMUP_CONNECTIONS));
        Figures before = memory(holder);
        double dialMillis =
            Figures.of(dialer.ask(Integer.toString(count)), "dial_ms").get("dial_ms");
        Figures after = memory(holder);
        double held = after.get("connections") - before.get("connections");
        if (held != count) throw new IOException(held + " of " + count + " connections are held");
        return new Figures()
            .put("rss_kib_per_connection", (after.get("rss_kib") - before.get("rss_kib")) / count)
            .put(
                "heap_kib_per_connection",
                (after.get("heap_bytes") - before.get("heap_bytes")) / 1024 / count)
            .put("dial_ms", dialMillis);
      }
    }

    /** Pages of the start-up cache that a connection is the first to touch would count as its memory. */
    private List<String> holderOptions(List<String> jvm) {
      return jvm.stream().filter(option -> !NodeProgram.isStartUpCache(option)).toList();
    }

    /** The other ends are a thousand nodes in one process, which is not measured: let it be large. */
    private List<String> dialerOptions(List<String> jvm) {
      var all = new ArrayList<String>(jvm);
      all.addAll(List.of("-Xmx4g", "-XX:+UseSerialGC", "-Dio.netty.allocator.type=unpooled"));
      return all;
    }

    private Figures memory(WorkerProcess holder) throws Exception {
      return Figures.of(holder.ask("memory"), "rss_kib", "heap_bytes", "connections");
    }
  };

  private static final int WARMUP_CONNECTIONS = 50;

  /** The figure that is compared with the limit. */
  final String figure;

  Scenario(String figure) {
    this.figure = figure;
  }

  /** Plays one run of one system and returns its figures by name. */
  abstract Figures play(String system, Settings settings, List<String> jvmOptions) throws Exception;

  private static String addressOf(WorkerProcess receiver) throws Exception {
    return "address=" + receiver.answer().get("address");
  }
}
