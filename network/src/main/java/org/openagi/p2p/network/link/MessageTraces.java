package org.openagi.p2p.network.link;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener.Stage;
import org.openagi.p2p.network.link.MessageTrace.Kind;
import org.openagi.p2p.network.link.MessageTrace.Step;
import org.openagi.p2p.overlay.relay.Parcel;

/**
 * Remembers for a while which way messages went: the stages of the last parcels to each peer, and the last messages that ended
 * and that somebody waited for. In memory only. Safe for any thread.
 */
final class MessageTraces {
  /** Stages remembered of each peer's parcels. */
  static final int MAX_STAGES = 512;

  /** Peers whose parcels are remembered, those written to last. */
  static final int MAX_PEERS = 256;

  /** Messages that ended. */
  static final int MAX_ENDED = 1024;

  /** Longer payloads are not kept for the sake of a trace; then neither is the message. */
  static final int MAX_KEPT_BYTES = 4 << 10;

  private record Event(long atEpochMillis, Lane lane, long first, long end, Stage stage) {
    boolean concerns(Lane of, long number) {
      return lane == of && first <= number && number < end;
    }
  }

  private record Ended(PeerId recipient, OutboxEntry entry) {}

  private final TimeSource time;
  private final AtomicReferenceArray<@Nullable Ended> ended = new AtomicReferenceArray<>(MAX_ENDED);
  private final AtomicInteger nextEnded = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<PeerId, ArrayDeque<Event>> stages =
      new LinkedHashMap<>(16, 0.75f, true);

  MessageTraces(TimeSource time) {
    this.time = time;
  }

  /** Something happened to a parcel with messages. */
  void onStage(PeerId recipient, Lane lane, long first, long end, Stage stage) {
    Event event = new Event(time.epochMillis(), lane, first, end, stage);
    lock.lock();
    try {
      if (stages.size() >= MAX_PEERS && !stages.containsKey(recipient)) stages.pollFirstEntry();
      ArrayDeque<Event> of = stages.computeIfAbsent(recipient, key -> new ArrayDeque<>());
      if (of.size() >= MAX_STAGES) of.removeFirst();
      of.addLast(event);
    } finally {
      lock.unlock();
    }
  }

  /** A message ended and its user was told. */
  void onTold(PeerId recipient, OutboxEntry entry) {
    if (entry.message().payload().length() > MAX_KEPT_BYTES) return;
    int at = Math.floorMod(nextEnded.getAndIncrement(), MAX_ENDED);
    ended.setRelease(at, new Ended(recipient, entry));
  }

  /** A message that ended lately; null if it is not remembered. */
  @Nullable
  MessageTrace ofEnded(String messageId) {
    for (int i = 0; i < MAX_ENDED; i++) {
      Ended each = ended.getAcquire(i);
      if (each == null || !each.entry.messageId().equals(messageId)) continue;
      return of(each.recipient, each.entry);
    }
    return null;
  }

  /** What is known of a message that has a number. */
  MessageTrace of(PeerId recipient, OutboxEntry entry) {
    List<Step> steps = new ArrayList<>();
    if (entry.createdAtMillis() != 0) {
      steps.add(new Step(entry.createdAtMillis(), Kind.QUEUED, null, 0, 0, ""));
    }
    List<Step> parcels = parcelSteps(recipient, entry);
    if (parcels.stream().noneMatch(step -> step.kind() == Kind.SENT) && entry.sentAtMillis() != 0) {
      steps.add(new Step(entry.sentAtMillis(), Kind.SENT, null, 0, 0, "over a connection"));
    }
    steps.addAll(parcels);
    Outcome end = entry.end();
    if (end != null) steps.add(new Step(entry.endedAtMillis(), Kind.ENDED, null, 0, 0, why(end)));
    steps.sort(Comparator.comparingLong(Step::atEpochMillis));
    Delivery.State state = entry.state();
    return new MessageTrace(entry.messageId(), recipient, state, entry.attempts(), steps);
  }

  private static String why(Outcome end) {
    return switch (end) {
      case Outcome.Acknowledged acknowledged -> "";
      case Outcome.Expired expired -> expired.reason();
      case Outcome.Refused refused -> refused.reason() + ": " + refused.detail();
      case Outcome.Kept kept -> kept.reason();
    };
  }

  private List<Step> parcelSteps(PeerId recipient, OutboxEntry entry) {
    Lane lane = laneOf(entry);
    List<Step> steps = new ArrayList<>();
    lock.lock();
    try {
      ArrayDeque<Event> of = stages.get(recipient);
      if (of == null) return steps;
      for (Event event : of) {
        if (event.concerns(lane, entry.number())) addSteps(steps, recipient, event);
      }
    } finally {
      lock.unlock();
    }
    return steps;
  }

  private static Lane laneOf(OutboxEntry entry) {
    return LaneNumbering.parse(entry.derivedId())
        .map(LaneNumbering.Place::lane)
        .orElse(entry.message().messageType().lane());
  }

  private static void addSteps(List<Step> steps, PeerId recipient, Event event) {
    long at = event.atEpochMillis;
    switch (event.stage) {
      case Stage.Sent sent ->
        steps.add(new Step(
            at,
            Kind.SENT,
            null,
            0,
            0,
            sent.mail() ? "to be kept for the recipient" : "routed via " + sent.hops() + " hops"));
      case Stage.Taken taken ->
        steps.add(new Step(at, Kind.TAKEN, taken.by(), taken.afterNanos() / 1_000, 0, ""));
      case Stage.Lost lost -> steps.add(new Step(at, Kind.LOST, lost.by(), 0, 0, lost.why()));
      case Stage.Arrived arrived -> {
        for (Parcel.Hop hop : arrived.trail()) {
          steps.add(new Step(at, Kind.HOP, hop.node(), hop.heldMicros(), hop.linkMicros(), ""));
        }
        steps.add(new Step(
            at,
            Kind.RECEIVED,
            recipient,
            arrived.roundTripNanos() / 1_000,
            0,
            "receipt after " + arrived.ageMicros() + " us there"));
      }
    }
  }
}
