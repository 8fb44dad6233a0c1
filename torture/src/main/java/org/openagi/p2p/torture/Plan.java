package org.openagi.p2p.torture;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.torture.Planned.Trouble;

/**
 * All messages of a run, derived from its seed: who sends how many to whom, and what each is like. Every
 * process makes the same plan. Immutable.
 *
 * <p>A message is recognised by its user's id or by the first bytes of its payload; what is too short for
 * that has an id.
 */
final class Plan {
  /** Most nodes; each is one digit of a user's id. */
  static final int MAX_NODES = 5;

  private static final int MARK_BYTES = 12;
  private static final int MARK = 0x70327074;
  private static final int URGENT_MAX_BYTES = 2048;

  private final long seed;
  private final int nodes;
  private final int[][] counts;

  /**
   * Makes the plan.
   *
   * @param nodes 2 to {@link #MAX_NODES}, numbered from 1
   * @param messages how many are sent by all together
   */
  Plan(long seed, int nodes, int messages) {
    if (nodes < 2 || nodes > MAX_NODES) throw new IllegalArgumentException("nodes " + nodes);
    this.seed = seed;
    this.nodes = nodes;
    this.counts = new int[nodes + 1][nodes + 1];
    SplittableRandom dice = Dice.of(seed, 1);
    for (int i = 0; i < messages; i++) {
      int from = 1 + dice.nextInt(nodes);
      int to = 1 + (from + dice.nextInt(nodes - 1)) % nodes;
      counts[from][to]++;
    }
  }

  int nodes() {
    return nodes;
  }

  /** How many messages one node sends to another. */
  int count(int from, int to) {
    return counts[from][to];
  }

  /** How many messages are sent to a node. */
  int countTo(int to) {
    int sum = 0;
    for (int from = 1; from <= nodes; from++) sum += counts[from][to];
    return sum;
  }

  /** The message of a number, from 1. */
  Planned message(int from, int to, int number) {
    SplittableRandom dice = Dice.of(seed, 2, from, to, number);
    MessageType type = type(dice.nextInt(100));
    int size = size(dice);
    if (type != MessageType.DATA) size = Math.min(size, URGENT_MAX_BYTES);
    boolean named = dice.nextInt(100) < 20 || size < MARK_BYTES;
    int lifetime = dice.nextInt(100) < 4 ? 20 + dice.nextInt(2000) : 0;
    int luck = dice.nextInt(1000);
    Trouble trouble = luck < 2 ? Trouble.THROWS_ONCE : luck < 4 ? Trouble.IS_SLOW : Trouble.NONE;
    String id = named ? "t-" + from + "-" + to + "-" + number : null;
    return new Planned(from, to, number, type, size, id, lifetime, trouble, dice.nextLong());
  }

  /** The content of a message: where it belongs, then random bytes. */
  Bytes payload(Planned message) {
    byte[] bytes = new byte[message.sizeBytes()];
    new SplittableRandom(message.seed()).nextBytes(bytes);
    if (bytes.length >= MARK_BYTES) {
      ByteBuffer.wrap(bytes)
          .putInt(MARK)
          .putShort((short) message.from())
          .putShort((short) message.to())
          .putInt(message.number());
    }
    return Bytes.wrap(bytes);
  }

  /** Which message was received, without a look at whether all of it is right. */
  Optional<Planned> recognise(NetworkMessage received) {
    String id = received.givenId();
    if (id != null) {
      String[] parts = id.split("-", -1);
      return parts.length == 4 && parts[0].equals("t")
          ? planned(number(parts[1]), number(parts[2]), number(parts[3]))
          : Optional.empty();
    }
    ByteBuffer payload = received.payload().asByteBuffer();
    if (payload.remaining() < MARK_BYTES || payload.getInt() != MARK) return Optional.empty();
    return planned(payload.getShort(), payload.getShort(), payload.getInt());
  }

  private Optional<Planned> planned(int from, int to, int number) {
    boolean known = from >= 1
        && from <= nodes
        && to >= 1
        && to <= nodes
        && number >= 1
        && number <= counts[from][to];
    return known ? Optional.of(message(from, to, number)) : Optional.empty();
  }

  private static MessageType type(int percent) {
    if (percent < 72) return MessageType.DATA;
    if (percent < 88) return MessageType.CONSENSUS;
    return percent < 92 ? MessageType.HEARTBEAT : MessageType.DISCOVERY;
  }

  private static int size(SplittableRandom dice) {
    int luck = dice.nextInt(100);
    if (luck < 2) return dice.nextInt(MARK_BYTES);
    if (luck < 60) return MARK_BYTES + dice.nextInt(256);
    if (luck < 90) return dice.nextInt(2048);
    return luck < 98 ? dice.nextInt(16 * 1024) : dice.nextInt(64 * 1024 + 1);
  }

  private static int number(String text) {
    return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
  }
}
