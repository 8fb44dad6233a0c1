package org.openagi.p2p.simulator.check;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.Priority;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.simulator.node.NodeGround;
import org.openagi.p2p.simulator.node.SimulatedNode;

/**
 * An application on all nodes that sends messages to a few others each, and a ledger of what became of each message. It uses
 * the public operations of a node only.
 */
public final class Traffic {
  /** How the payload of every message starts; who finds it where it should not be readable has found a leak. */
  public static final long MARK = 0x6f70656e6d61726bL;

  private static final int HEADER_BYTES = 16;
  private static final int MAX_PARTNERS = 5;
  private static final int FAILS_ONCE_EVERY = 211;
  private static final int USER_ID_EVERY = 8;
  private static final int REPEATED_EVERY = 3;
  private static final long SLACK_NANOS = 30_000_000_000L;

  /** How long a message may take if no network, machine or disk does anything wrong. */
  private static final long PUNCTUAL_NANOS = 10_000_000_000L;

  private static final long REPEAT_WITHIN_NANOS = 20_000_000_000L;

  private record Way(int from, int to, Lane lane) {}

  private final NodeGround ground;
  private final Findings findings;
  private final RandomGenerator random;
  private final long meanPauseNanos;
  private final Duration lifetime;
  private final List<Sent> all = new ArrayList<>();
  private final Map<Way, Integer> lastHandled = new HashMap<>();
  private final List<int[]> partners = new ArrayList<>();
  private long untilNanos;
  private int handled;

  /**
   * Traffic that has not begun.
   *
   * @param meanPause between two messages of a node
   * @param lifetime of messages that have none of their own
   */
  public Traffic(NodeGround ground, Findings findings, Duration meanPause, Duration lifetime) {
    this.ground = ground;
    this.findings = findings;
    this.random = ground.world().randomOf("traffic");
    this.meanPauseNanos = meanPause.toNanos();
    this.lifetime = lifetime;
  }

  /** Begins now and ends at a time since the beginning of the world. */
  public void start(long endNanos) {
    untilNanos = endNanos;
    int count = ground.nodes().size();
    for (SimulatedNode node : ground.nodes()) {
      int[] of = new int[node.isByzantine() ? 0 : Math.min(MAX_PARTNERS, count - 1)];
      for (int i = 0; i < of.length; i++) {
        do of[i] = random.nextInt(count);
        while (of[i] == node.index());
      }
      partners.add(of);
      node.registerMessageHandler(message -> onMessage(node, message));
      planNext(node);
    }
  }

  private void planNext(SimulatedNode node) {
    long pause = (long) (-StrictMath.log(1 - random.nextDouble()) * meanPauseNanos);
    ground.world().after(pause, () -> {
      if (ground.world().elapsedNanos() >= untilNanos) return;
      if (node.isRunning()) send(node);
      planNext(node);
    });
  }

  private void send(SimulatedNode from) {
    int[] choice = partners.get(from.index());
    if (choice.length == 0) return;
    SimulatedNode to = ground.nodes().get(choice[random.nextInt(choice.length)]);
    int burst = random.nextInt(10) == 0 ? 1 + random.nextInt(20) : 1;
    for (int i = 0; i < burst; i++) sendOne(from, to);
  }

  private void sendOne(SimulatedNode from, SimulatedNode to) {
    int serial = all.size();
    Bytes payload = payloadOf(serial);
    MessageType type =
        switch (random.nextInt(8)) {
          case 0 -> MessageType.CONSENSUS;
          case 1 -> MessageType.DISCOVERY;
          default -> MessageType.DATA;
        };
    NetworkMessage message = NetworkMessage.of(type, to.nodeId(), payload);
    if (serial % USER_ID_EVERY == 0) {
      message = NetworkMessage.builder()
          .messageId("id-" + serial)
          .recipientId(to.nodeId())
          .messageType(type)
          .payload(payload)
          .build();
    }
    Priority priority = random.nextInt(6) == 0 ? Priority.HIGH : Priority.NORMAL;
    Duration own = random.nextInt(5) == 0 ? Duration.ofMillis(500 + random.nextInt(20_000)) : null;
    long lives = own == null ? lifetime.toNanos() : own.toNanos();
    Sent sent = new Sent(
        serial,
        from.index(),
        to.index(),
        Lane.of(message, priority),
        payload.hashCode(),
        ground.world().elapsedNanos(),
        ground.world().elapsedNanos() + lives);
    all.add(sent);
    DeliveryOptions options = DeliveryOptions.DEFAULT.withPriority(priority).withLifetime(own);
    submit(from, sent, message, options);
    if (serial % USER_ID_EVERY == 0 && random.nextInt(REPEATED_EVERY) == 0) {
      repeatLater(from, sent, message, options);
    }
  }

  private Bytes payloadOf(int serial) {
    int exponent = random.nextInt(12);
    int filler = random.nextInt(1 << exponent);
    if (random.nextInt(2000) == 0) filler = 300_000;
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + filler);
    bytes.putLong(MARK).putLong(serial);
    byte fill = (byte) ('a' + serial % 26);
    while (bytes.hasRemaining()) bytes.put(fill);
    return Bytes.wrap(bytes.array());
  }

  private void submit(
      SimulatedNode from, Sent sent, NetworkMessage message, DeliveryOptions options) {
    ground.trace().add(from.index(), "submits to", sent.to, sent.serial);
    Delivery delivery =
        from.submit(message, options.withListener((which, end) -> onEnd(sent, end)));
    sent.messageId = delivery.messageId();
    if (delivery.state() == Delivery.State.REFUSED) {
      onEnd(sent, delivery.outcome().join());
    } else {
      delivery.accepted().thenRun(() -> sent.accepted = true);
    }
  }

  /** The application is not sure and sends it again under the same id. */
  private void repeatLater(
      SimulatedNode from, Sent sent, NetworkMessage message, DeliveryOptions options) {
    sent.repeated = true;
    ground.world().after(random.nextLong(REPEAT_WITHIN_NANOS), () -> {
      if (from.isRunning() && ground.world().elapsedNanos() < untilNanos) {
        from.submit(message, options);
      }
    });
  }

  private void onEnd(Sent sent, Outcome end) {
    ground.trace().add(sent.from, "is told " + wordFor(end) + " by", sent.to, sent.serial);
    if (sent.end == null || end.isAcknowledged()) sent.end = end;
    if (end.isAcknowledged() && sent.timesHandled == 0) {
      findings.add(
          Promise.HONEST, sent + " was acknowledged, and no handler saw it", sent.from, sent.to);
    }
  }

  private static String wordFor(Outcome end) {
    return switch (end) {
      case Outcome.Acknowledged acknowledged -> "acknowledged";
      case Outcome.Expired expired -> "expired";
      case Outcome.Refused refused -> "refused " + refused.reason();
      case Outcome.Kept kept -> "kept";
    };
  }

  private void onMessage(SimulatedNode node, NetworkMessage message) throws HandlerException {
    Sent sent = find(message.payload());
    if (sent == null) {
      findings.add(
          Promise.AUTHENTIC, node + " got " + message + ", which nobody sent", node.index());
      return;
    }
    String sender = ground.nodes().get(sent.from).nodeId();
    boolean asSent = sent.to == node.index()
        && sender.equals(message.senderId())
        && message.payload().hashCode() == sent.payloadHash;
    if (!asSent) {
      findings.add(
          Promise.AUTHENTIC,
          node + " got " + message + " as from " + message.senderId() + ", sent was " + sent,
          node.index(),
          sent.from);
    }
    if (sent.serial % FAILS_ONCE_EVERY == 0 && message.attempt() == 1) {
      throw new HandlerException("the application is not ready");
    }
    ground.trace().add(node.index(), "handles of", sent.from, sent.serial);
    if (sent.timesHandled > 0) checkRepetition(node, sent, message);
    else checkOrder(sent);
    if (sent.timesHandled++ == 0) sent.firstNanos = ground.world().elapsedNanos();
    sent.handledIncarnation = node.incarnation();
    sent.handledNanos = ground.world().elapsedNanos();
    handled++;
  }

  private static final class HandlerException extends Exception {
    private static final long serialVersionUID = 1L;

    HandlerException(String message) {
      super(message, null, false, false);
    }
  }

  private void checkRepetition(SimulatedNode node, Sent sent, NetworkMessage message) {
    boolean another = node.incarnation() != sent.handledIncarnation;
    boolean forgotten = node.mayHaveForgotten(sent.handledIncarnation, sent.handledNanos);
    if (message.isRedelivered() && forgotten) return;
    findings.add(
        Promise.NO_DUPLICATES,
        sent + " was handled again, " + (another ? "by another process" : "by the same process")
            + (message.isRedelivered() ? ", marked" : ", not marked")
            + (forgotten ? "" : ", although the first time was remembered"),
        sent.from,
        sent.to);
  }

  private void checkOrder(Sent sent) {
    if (sent.repeated) return;
    Integer last = lastHandled.put(new Way(sent.from, sent.to, sent.lane), sent.serial);
    if (last != null && last > sent.serial) {
      findings.add(
          Promise.IN_ORDER, sent + " was handled after message " + last, sent.from, sent.to);
    }
  }

  private @org.jspecify.annotations.Nullable Sent find(Bytes payload) {
    if (payload.length() < HEADER_BYTES) return null;
    ByteBuffer bytes = payload.asByteBuffer();
    if (bytes.getLong() != MARK) return null;
    long serial = bytes.getLong();
    return serial < 0 || serial >= all.size() ? null : all.get((int) serial);
  }

  /** To be called when nothing can change any more: looks for messages that nobody knows the end of. */
  public void checkEnds() {
    long now = ground.world().elapsedNanos();
    for (Sent sent : all) {
      if (sent.expiresNanos + SLACK_NANOS > now) continue;
      checkEnd(sent);
    }
  }

  private void checkEnd(Sent sent) {
    if (sent.end instanceof Outcome.Refused refused
        && sent.timesHandled > 0
        && !sent.repeated
        && refused.reason() != RefusalReason.STORAGE_FAILED) {
      findings.add(
          Promise.HONEST,
          sent + " was refused with " + refused.reason() + " and handled",
          sent.from,
          sent.to);
    }
    if (sent.end != null || !sent.accepted || sent.timesHandled > 0) return;
    SimulatedNode from = ground.nodes().get(sent.from);
    Optional<Delivery> known = from.isRunning() ? from.delivery(sent.messageId) : Optional.empty();
    if (known.isPresent() && known.get().state().isEnd()) return;
    findings.add(
        Promise.NO_SILENT_LOSS,
        sent + " was accepted, nobody handled it, and its sender "
            + known
                .map(k -> "has it " + k.state() + " long after its lifetime")
                .orElse("forgot it"),
        sent.from,
        sent.to);
  }

  /**
   * To be called at the end of a run in which nothing went wrong but that some nodes lied: every message between the others was
   * handled in time.
   */
  public void checkPunctual() {
    for (Sent sent : all) {
      boolean mayBeLate = sent.expiresNanos - sent.sentNanos < PUNCTUAL_NANOS
          || sent.serial % FAILS_ONCE_EVERY == 0
          || ground.nodes().get(sent.to).isByzantine();
      boolean inTime = sent.timesHandled > 0 && sent.firstNanos - sent.sentNanos <= PUNCTUAL_NANOS;
      if (mayBeLate || inTime) continue;
      findings.add(
          Promise.JUST,
          sent
              + (sent.timesHandled == 0
                  ? " did not arrive"
                  : " took " + (sent.firstNanos - sent.sentNanos) / 1_000_000 + " ms")
              + ", although nothing but lies stood in its way",
          sent.from,
          sent.to);
    }
  }

  /** Messages that were submitted. */
  public int submitted() {
    return all.size();
  }

  /** How often a handler took one. */
  public int handled() {
    return handled;
  }

  /** Messages that ended so. */
  public int ended(Class<? extends Outcome> how) {
    int count = 0;
    for (Sent sent : all) if (how.isInstance(sent.end)) count++;
    return count;
  }
}
