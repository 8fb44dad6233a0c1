package org.openagi.p2p.api.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.ApiStats;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.overlay.node.OverlayStats;

/**
 * {@code /metrics} and {@code /api/v1/metrics}: everything of {@link MetricTable}, for Prometheus.
 *
 * <p>Each answer comes from one reading of the node, so that its figures fit together. Nothing is registered, nor any class
 * of the registry loaded, before somebody asks. Safe for any thread; one answer is made at a time.
 */
public final class Metrics {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final P2PNetworkManager node;
  private final Supplier<ApiStats> api;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable Registered registered;
  private Optional<OverlayStats> lastOverlay = Optional.empty();

  /**
   * Of a node.
   *
   * @param api figures of the API itself
   */
  public Metrics(P2PNetworkManager node, Supplier<ApiStats> api) {
    this.node = node;
    this.api = api;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes.get("/metrics", this::answer).get("/api/v1/metrics", this::answer);
  }

  private void answer(Exchange exchange) {
    if (!node.isRunning()) {
      throw new ApiException(ErrorCode.UNAVAILABLE, "the node does not run, so it counts nothing");
    }
    exchange.answer(200, TEXT, text().getBytes(StandardCharsets.UTF_8));
  }

  private String text() {
    lock.lock();
    try {
      NetworkStats network = node.getNetworkStats();
      // A counter that falls back to nothing would look like a restart.
      if (network.overlay().isPresent()) lastOverlay = network.overlay();
      Reading reading = new Reading(
          network,
          lastOverlay,
          node.getTransferStats(),
          api.get(),
          node.connectedPeers(),
          ProcessFigures.now());
      Registered made = registered;
      if (made == null) registered = made = new Registered(reading);
      return made.scrape(reading);
    } finally {
      lock.unlock();
    }
  }

  /** All of the table in a registry. Confined to the thread that has the lock. */
  static final class Registered {
    private final PrometheusMeterRegistry registry =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<Metric, MultiGauge> ofPeers = new HashMap<>();
    private final List<Value> values = new ArrayList<>();

    /** The value of one meter in the last reading. */
    private static final class Value {
      private final Metric metric;
      private final int index;
      private double value;

      Value(Metric metric, int index) {
        this.metric = metric;
        this.index = index;
      }

      double value() {
        return value;
      }
    }

    Registered(Reading first) {
      for (Metric metric : MetricTable.ALL) {
        if (metric.isOfPeers()) {
          ofPeers.put(
              metric,
              MultiGauge.builder(metric.name()).description(metric.meaning()).register(registry));
        } else {
          List<Metric.Sample> samples = metric.samples().apply(first);
          for (int i = 0; i < samples.size(); i++) register(metric, i, samples.get(i));
        }
      }
    }

    private void register(Metric metric, int index, Metric.Sample sample) {
      Value value = new Value(metric, index);
      values.add(value);
      Tags tags = tags(metric, sample);
      if (metric.kind() == Metric.Kind.COUNTER) {
        FunctionCounter.builder(metric.name(), value, Value::value)
            .tags(tags)
            .description(metric.meaning())
            .register(registry);
      } else {
        Gauge.builder(metric.name(), value, Value::value)
            .tags(tags)
            .description(metric.meaning())
            .register(registry);
      }
    }

    private static Tags tags(Metric metric, Metric.Sample sample) {
      List<Tag> tags = new ArrayList<>();
      for (int i = 0; i < metric.labels().size(); i++) {
        tags.add(Tag.of(metric.labels().get(i), sample.labels().get(i)));
      }
      return Tags.of(tags);
    }

    /** The text of a reading. */
    String scrape(Reading reading) {
      Map<Metric, List<Metric.Sample>> all = new HashMap<>();
      for (Value each : values) {
        each.value = all.computeIfAbsent(each.metric, metric -> metric.samples().apply(reading))
            .get(each.index)
            .value();
      }
      ofPeers.forEach((metric, gauge) -> gauge.register(
          metric.samples().apply(reading).stream()
              .map(sample -> MultiGauge.Row.of(tags(metric, sample), sample.value()))
              .toList(),
          true));
      return registry.scrape();
    }
  }
}
