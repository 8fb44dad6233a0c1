package org.openagi.p2p.api.metrics;

import static org.openagi.p2p.api.metrics.Metric.counter;
import static org.openagi.p2p.api.metrics.Metric.counters;
import static org.openagi.p2p.api.metrics.Metric.gauge;
import static org.openagi.p2p.api.metrics.Metric.gauges;
import static org.openagi.p2p.api.metrics.Metric.value;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openagi.p2p.overlay.health.HealthStats;
import org.openagi.p2p.overlay.linkstate.AdvertRefusal;
import org.openagi.p2p.overlay.linkstate.LinkStateDrop;
import org.openagi.p2p.overlay.node.OverlayStats;
import org.openagi.p2p.overlay.relay.ParcelRefusal;

/** What the overlay counts: health, membership, broadcast, routes and parcels. */
final class OverlayMetrics {
  /** In the order of the page. */
  static final List<Metric> ALL = List.of(
      gauge(
          "p2p_overlay_answers",
          "1 if the overlay told its counters in time, 0 if those of the last time are shown",
          reading -> reading.network().overlay().isPresent() ? 1 : 0),
      gauge(
          "p2p_neighbours",
          "links that are up",
          reading -> overlay(reading, OverlayStats::neighbours)),
      gauge(
          "p2p_scores",
          "peers of which something is thought",
          reading -> overlay(reading, OverlayStats::scores)),
      counter(
          "p2p_violations_total",
          "rules that neighbours broke",
          reading -> overlay(reading, OverlayStats::violations)),
      counter(
          "p2p_wasted_frames_total",
          "frames of neighbours that were of no use or beyond their rate",
          reading -> overlay(reading, OverlayStats::wasted)),
      counters(
          "p2p_health_total",
          "what the watch over the links did and saw",
          "what",
          HealthStats.Count.class,
          reading -> reading.overlay().map(all -> all.health().counts()).orElse(Map.of())),
      gauge(
          "p2p_local_health",
          "how little this node trusts its own judgement: 0 is full trust, 8 the least",
          reading -> overlay(reading, all -> all.health().localHealth())),
      counter(
          "p2p_excused_seconds_total",
          "time in which this machine did not let the node run when it was due",
          reading -> overlay(reading, all -> all.health().excusedNanos() / 1e9)),
      gauge(
          "p2p_own_network_down",
          "1 if no neighbour at all is heard of",
          reading -> overlay(reading, all -> all.health().ownNetworkDown() ? 1 : 0)),
      gauge(
          "p2p_partitioned_peers",
          "peers that were lost at once and are not back",
          reading -> overlay(reading, all -> all.health().partitioned())),
      counter(
          "p2p_membership_dials_total",
          "peers dialed to have enough neighbours",
          reading -> overlay(reading, all -> all.membership().dials())),
      counter(
          "p2p_membership_dials_failed_total",
          "of these, without a link in the end",
          reading -> overlay(reading, all -> all.membership().dialsFailed())),
      counters(
          "p2p_membership_total",
          "what was done to have enough neighbours",
          "what",
          value("join", reading -> overlay(reading, all -> all.membership().joins())),
          value("walk", reading -> overlay(reading, all -> all.membership().walks())),
          value("accepted", reading -> overlay(reading, all -> all.membership().accepted())),
          value("trimmed", reading -> overlay(reading, all -> all.membership().trimmed())),
          value("lost", reading -> overlay(reading, all -> all.membership().lost())),
          value("shuffle", reading -> overlay(reading, all -> all.membership().shuffles()))),
      counters(
          "p2p_membership_refused_total",
          "peers and their news that were not taken",
          "cause",
          value("full", reading -> overlay(reading, all -> all.membership().refusedFull())),
          value(
              "address_range",
              reading -> overlay(reading, all -> all.membership().refusedRange())),
          value("score", reading -> overlay(reading, all -> all.membership().refusedScore())),
          value(
              "not_believed",
              reading -> overlay(reading, all -> all.membership().entriesIgnored())),
          value("too_fast", reading -> overlay(reading, all -> all.membership().limited()))),
      counters(
          "p2p_broadcast_total",
          "messages to everyone: what happened to them",
          "what",
          value("sent", reading -> overlay(reading, all -> all.broadcast().sent())),
          value("delivered", reading -> overlay(reading, all -> all.broadcast().delivered())),
          value("forwarded", reading -> overlay(reading, all -> all.broadcast().forwarded())),
          value("announced", reading -> overlay(reading, all -> all.broadcast().announced())),
          value("asked_for", reading -> overlay(reading, all -> all.broadcast().grafts())),
          value("served", reading -> overlay(reading, all -> all.broadcast().graftsServed())),
          value("prune", reading -> overlay(reading, all -> all.broadcast().prunes()))),
      counters(
          "p2p_broadcast_dropped_total",
          "copies and news of them that were dropped, and messages that never came",
          "cause",
          value("duplicate", reading -> overlay(reading, all -> all.broadcast().duplicates())),
          value(
              "bad_signature",
              reading -> overlay(reading, all -> all.broadcast().refusedSignature())),
          value("age", reading -> overlay(reading, all -> all.broadcast().refusedAge())),
          value("too_fast", reading -> overlay(reading, all -> all.broadcast().refusedRate())),
          value(
              "too_much_news",
              reading -> overlay(reading, all -> all.broadcast().refusedNews())),
          value("link_full", reading -> overlay(reading, all -> all.broadcast().notTaken())),
          value(
              "kept_no_more", reading -> overlay(reading, all -> all.broadcast().graftsUnserved())),
          value("missed", reading -> overlay(reading, all -> all.broadcast().missed()))),
      gauge(
          "p2p_adverts_held",
          "adverts of links that are held",
          reading -> overlay(reading, all -> all.linkState().known())),
      counters(
          "p2p_adverts_total",
          "adverts of links: what happened to them",
          "what",
          value("issued", reading -> overlay(reading, all -> all.linkState().issued())),
          value("accepted", reading -> overlay(reading, all -> all.linkState().accepted())),
          value("sent", reading -> overlay(reading, all -> all.linkState().sent())),
          value("evicted", reading -> overlay(reading, all -> all.linkState().evicted())),
          value("expired", reading -> overlay(reading, all -> all.linkState().expired()))),
      counters(
          "p2p_adverts_refused_total",
          "adverts that were not taken",
          "cause",
          AdvertRefusal.class,
          reading -> reading.overlay().map(all -> all.linkState().refused()).orElse(Map.of())),
      counters(
          "p2p_link_state_dropped_total",
          "exchanges of adverts left undone for a bound",
          "cause",
          LinkStateDrop.class,
          reading -> reading.overlay().map(all -> all.linkState().dropped()).orElse(Map.of())),
      counter(
          "p2p_route_computations_total",
          "times the ways to all nodes were computed",
          reading -> overlay(reading, all -> all.linkState().computations())),
      gauges(
          "p2p_relay_parcels",
          "parcels that this node holds: on their way, or in its mailbox for who is away",
          "place",
          value("way", reading -> overlay(reading, all -> all.relay().heldParcels())),
          value("mailbox", reading -> overlay(reading, all -> all.relay().mailParcels()))),
      gauges(
          "p2p_relay_bytes",
          "their bytes",
          "place",
          value("way", reading -> overlay(reading, all -> all.relay().heldBytes())),
          value("mailbox", reading -> overlay(reading, all -> all.relay().mailBytes()))),
      counters(
          "p2p_relay_total",
          "parcels: what this node did with them",
          "what",
          value("sent", reading -> overlay(reading, all -> all.relay().sent())),
          value("arrived", reading -> overlay(reading, all -> all.relay().arrived())),
          value("passed_on", reading -> overlay(reading, all -> all.relay().passedOn())),
          value("rerouted", reading -> overlay(reading, all -> all.relay().rerouted())),
          value("repeated", reading -> overlay(reading, all -> all.relay().repeated()))),
      counters(
          "p2p_mailbox_total",
          "parcels in the mailbox: what became of them",
          "what",
          value("kept", reading -> overlay(reading, all -> all.relay().mailKept())),
          value("delivered", reading -> overlay(reading, all -> all.relay().mailDelivered())),
          value("expired", reading -> overlay(reading, all -> all.relay().mailExpired()))),
      counters(
          "p2p_relay_refused_total",
          "parcels that this node did not carry",
          "cause",
          ParcelRefusal.class,
          reading -> reading.overlay().map(all -> all.relay().refused()).orElse(Map.of())));

  private OverlayMetrics() {}

  /** Zero as long as it never answered. */
  private static double overlay(Reading reading, ToDoubleFunction<OverlayStats> figure) {
    return reading.overlay().map(figure::applyAsDouble).orElse(0.0);
  }
}
