package org.openagi.p2p.node.demo;

import java.util.List;
import java.util.Locale;
import org.openagi.p2p.api.json.JsonObject;

/** What the demo measured. Confined to one thread. */
final class Summary {
  final Sample discovery = new Sample();
  final Sample connection = new Sample();
  final Sample roundTrip = new Sample();
  final Sample noticed = new Sample();
  final Sample foundAgain = new Sample();
  private double wireBytes;
  private long wireMessages;
  private int payloadBytes;

  /** Adds bytes that connections carried, both ways, for acknowledged messages of one size. */
  void addTraffic(double bytes, int messages, int payloadBytesEach) {
    wireBytes += bytes;
    wireMessages += messages;
    payloadBytes = payloadBytesEach;
  }

  double bytesPerMessage() {
    return wireMessages == 0 ? Double.NaN : wireBytes / wireMessages;
  }

  List<String> table() {
    return List.of(
        "                                        p50        p99   of",
        row("a peer discovered, after both are up", discovery),
        row("connected, after discovery", connection),
        row("message acknowledged (round trip)", roundTrip),
        row("a killed node noticed", noticed),
        row("found again, after its restart", foundAgain),
        String.format(
            Locale.ROOT,
            "  %-36s %7.0f B  (payload %d B, acknowledgement and signature included)",
            "bytes per message",
            bytesPerMessage(),
            payloadBytes));
  }

  JsonObject toJson() {
    return put("discovery", discovery)
        .put("connection", json(connection))
        .put("round_trip", json(roundTrip))
        .put("noticed", json(noticed))
        .put("found_again", json(foundAgain))
        .put("bytes_per_message", Math.round(bytesPerMessage() * 10) / 10.0)
        .put("payload_bytes", payloadBytes);
  }

  private static JsonObject put(String name, Sample sample) {
    return new JsonObject().put("event", "summary").put(name, json(sample));
  }

  private static JsonObject json(Sample sample) {
    return new JsonObject()
        .put("p50_ms", rounded(sample.quantile(0.5)))
        .put("p99_ms", rounded(sample.quantile(0.99)))
        .put("count", sample.count());
  }

  private static double rounded(double millis) {
    return Math.round(millis * 1000) / 1000.0;
  }

  private static String row(String what, Sample sample) {
    return String.format(
        Locale.ROOT,
        "  %-36s %9s  %9s  %4d",
        what,
        millis(sample.quantile(0.5)),
        millis(sample.quantile(0.99)),
        sample.count());
  }

  private static String millis(double value) {
    return value < 10
        ? String.format(Locale.ROOT, "%.2f ms", value)
        : String.format(Locale.ROOT, "%.0f ms", value);
  }
}
