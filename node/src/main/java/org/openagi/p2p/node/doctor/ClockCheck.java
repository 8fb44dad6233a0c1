package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;

/**
 * Whether the clocks of this machine and of those that it is linked with agree: peers date what they say of their links, and the
 * node compares that with its own clock. If most of three or more disagree with this machine, it is this machine that is wrong;
 * with fewer it cannot be told whose clock it is.
 */
public final class ClockCheck {
  /** Differences beyond this hinder: what nodes say of their links holds for three minutes at least, and messages for their lifetime. */
  static final Duration TOLERANCE = Duration.ofMinutes(1);

  private static final String STEP = "clock";
  private static final long PAUSE_MILLIS = 250;

  /** From so many on, most are taken to be right. */
  private static final int QUORUM = 3;

  private static final int NAMED_MAX = 5;
  private static final String REMEDY =
      "date -u on both machines shows which one is wrong; let it follow NTP: timedatectl set-ntp"
          + " true";

  /**
   * The clock of a peer.
   *
   * @param name of the peer
   * @param peerId of the peer
   * @param aheadMillis by how much it is ahead of this machine's, negative if it is behind
   */
  record Reading(String name, String peerId, long aheadMillis) {
    boolean isOff() {
      return Math.abs(aheadMillis) > TOLERANCE.toMillis();
    }

    boolean isOf(String peer) {
      return peer.equals(name) || peer.equals(peerId) || peer.endsWith("/p2p/" + peerId);
    }
  }

  private ClockCheck() {}

  /**
   * Compares.
   *
   * @param peer the one that is asked about: name, peer id or multiaddr; empty if none is
   * @param patience how long to wait for one of the connected peers to date something
   */
  public static Finding of(ApiClient node, String peer, Duration patience)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      List<Values> connected = node.get("/api/v1/peers").values().objects("peers").stream()
          .filter(each -> each.flag("connected"))
          .toList();
      List<Reading> readings = connected.stream()
          .filter(each -> each.number("clockAheadMillis").isPresent())
          .map(ClockCheck::reading)
          .toList();
      boolean isOver = connected.isEmpty() || System.nanoTime() >= end;
      if (!readings.isEmpty() || isOver) return judge(readings, peer);
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  private static Reading reading(Values peer) {
    String id = peer.text("peerId").orElse("?");
    return new Reading(peer.text("name").orElse(id), id, peer.whole("clockAheadMillis"));
  }

  /** Judges what was read. */
  static Finding judge(List<Reading> readings, String peer) {
    if (readings.isEmpty()) {
      return Finding.unknown(STEP, "no peer has dated anything; clocks cannot be compared");
    }
    long median = median(readings);
    if (Math.abs(median) > TOLERANCE.toMillis()) return ownOff(readings, median);
    List<Reading> off = readings.stream().filter(Reading::isOff).toList();
    if (off.isEmpty()) {
      return Finding.good(
          STEP,
          "it agrees with " + count(readings.size()) + " to within "
              + span(readings.stream()
                  .mapToLong(each -> Math.abs(each.aheadMillis()))
                  .max()
                  .orElse(0)));
    }
    String text = off.stream()
        .limit(NAMED_MAX)
        .map(each -> "that of " + each.name() + " is " + side(each.aheadMillis()))
        .collect(Collectors.joining(", ", "", " this machine's"));
    return off.stream().anyMatch(each -> each.isOf(peer))
        ? Finding.bad(STEP, "PEER_CLOCK_OFF", text, REMEDY)
        : Finding.note(STEP, "PEER_CLOCK_OFF", text, REMEDY);
  }

  private static Finding ownOff(List<Reading> readings, long median) {
    String text = readings.size() >= QUORUM
        ? "this machine's clock is " + side(-median) + " those of most of " + count(readings.size())
            + ": it is this one that is wrong"
        : "this machine's clock is " + side(-median) + " that of "
            + readings.getFirst().name()
            + "; whose is wrong cannot be told from "
            + count(readings.size());
    return Finding.bad(STEP, "CLOCK_OFF", text, REMEDY);
  }

  /** Of an even number the one of the two in the middle that accuses less. */
  private static long median(List<Reading> readings) {
    long[] sorted = readings.stream().mapToLong(Reading::aheadMillis).sorted().toArray();
    long upper = sorted[sorted.length / 2];
    long lower = sorted[(sorted.length - 1) / 2];
    return Math.abs(lower) < Math.abs(upper) ? lower : upper;
  }

  private static String side(long aheadMillis) {
    return span(Math.abs(aheadMillis)) + (aheadMillis > 0 ? " ahead of" : " behind");
  }

  private static String count(int peers) {
    return peers == 1 ? "one peer" : peers + " peers";
  }

  private static String span(long millis) {
    Duration span = Duration.ofMillis(millis);
    if (span.toMinutes() >= 120) return span.toHours() + " h";
    if (span.toSeconds() >= 120) return Math.round(millis / 60_000.0) + " min";
    return span.toSeconds() >= 10 ? span.toSeconds() + " s" : millis + " ms";
  }
}
