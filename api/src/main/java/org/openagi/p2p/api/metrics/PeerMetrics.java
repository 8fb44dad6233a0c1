package org.openagi.p2p.api.metrics;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openagi.p2p.api.metrics.Metric.Kind;
import org.openagi.p2p.api.metrics.Metric.Sample;
import org.openagi.p2p.network.PeerInfo;
import org.openagi.p2p.overlay.health.HealthState;
import org.openagi.p2p.overlay.health.LinkHealth;

/** What is measured of each peer: of the {@link Reading#SHOWN_PEERS_MAX} with the most traffic. */
final class PeerMetrics {
  private static final Metric LINK_STATE = ofPeers(
      "p2p_link_state",
      "1 with the state that the link is in",
      List.of("peer", "name", "state"),
      (peer, samples) -> peer.health()
          .ifPresent(state ->
              samples.add(new Sample(List.of(id(peer), name(peer), Metric.word(state)), 1))));

  private static final Metric SCORE = ofPeers(
      "p2p_peer_score",
      "what is thought of the peer, in points",
      List.of("peer", "name"),
      (peer, samples) -> peer.reputation()
          .ifPresent(why -> samples.add(new Sample(List.of(id(peer), name(peer)), why.score()))));

  /** In the order of the page. */
  static final List<Metric> ALL = List.of(
      new Metric(
          "p2p_peers_by_state",
          Kind.GAUGE,
          "peers that are connected, by what is thought of them",
          List.of("state"),
          false,
          PeerMetrics::byState),
      ofLink("p2p_link_rtt_seconds", "smoothed round trip", link -> link.rttMicros() / 1e6),
      ofLink(
          "p2p_link_rtt_p99_seconds",
          "99th percentile of the last round trips",
          link -> link.rttP99Micros() / 1e6),
      ofLink(
          "p2p_link_jitter_seconds",
          "smoothed difference from one round trip to the next",
          link -> link.jitterMicros() / 1e6),
      ofLink(
          "p2p_link_loss_ratio",
          "share of the last probes that were not answered, 0 to 1",
          link -> link.lossPermille() / 1e3),
      ofLink(
          "p2p_link_load_ratio",
          "how full the link and the node behind it are, 0 to 1",
          link -> link.loadPermille() / 1e3),
      ofLink(
          "p2p_link_silence_seconds",
          "time since the peer was heard of",
          link -> link.silentMicros() / 1e6),
      ofLink(
          "p2p_link_in_bytes_per_second",
          "received over the link, smoothed",
          LinkHealth::bytesInPerSecond),
      ofLink(
          "p2p_link_out_bytes_per_second",
          "sent over the link, smoothed",
          LinkHealth::bytesOutPerSecond),
      LINK_STATE,
      SCORE);

  /** Adds what there is to say of a peer. */
  private interface Teller {
    void tell(PeerInfo peer, List<Sample> samples);
  }

  private PeerMetrics() {}

  private static Metric ofLink(String name, String meaning, ToDoubleFunction<LinkHealth> figure) {
    return ofPeers(name, meaning, List.of("peer", "name"), (peer, samples) -> peer.link()
        .ifPresent(link ->
            samples.add(new Sample(List.of(id(peer), name(peer)), figure.applyAsDouble(link)))));
  }

  private static Metric ofPeers(String name, String meaning, List<String> labels, Teller teller) {
    return new Metric(name, Kind.GAUGE, meaning, labels, true, reading -> {
      List<Sample> samples = new ArrayList<>();
      for (PeerInfo peer : reading.shownPeers()) teller.tell(peer, samples);
      return samples;
    });
  }

  private static List<Sample> byState(Reading reading) {
    Map<HealthState, Integer> counts = new EnumMap<>(HealthState.class);
    for (PeerInfo peer : reading.peers()) {
      peer.health().ifPresent(state -> counts.merge(state, 1, Integer::sum));
    }
    return List.of(HealthState.values()).stream()
        .map(state -> new Sample(List.of(Metric.word(state)), counts.getOrDefault(state, 0)))
        .toList();
  }

  private static String id(PeerInfo peer) {
    return peer.peerId().toString();
  }

  private static String name(PeerInfo peer) {
    return peer.alias().orElse("");
  }
}
