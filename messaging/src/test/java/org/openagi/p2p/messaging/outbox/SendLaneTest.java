package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.sim.SinkLink;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

class SendLaneTest {
  private static final int LIFETIME_MILLIS = 30;

  private final VirtualTime time = new VirtualTime();
  private final PeerId recipient = TestPeers.filledKey(2).peerId();
  private final OutboxQuota quota = new OutboxQuota("test", null, 1000, 1 << 20);
  private final OutboxLog<OutboxEntry> log =
      new MemoryMessageStore(new Random(1), time).outbox(recipient, Lane.BULK);
  private final SendLane lane = new SendLane(
      SendConfig.defaults(),
      TestPeers.filledKey(1).peerId(),
      recipient,
      Lane.BULK,
      log,
      quota,
      (text, callback) -> {},
      new Ignoring(),
      time);

  private static final class Ignoring implements SendLaneListener {
    @Override
    public void onSettled(List<OutboxEntry> entries) {}

    @Override
    public void onRefused(Refuse refuse) {}
  }

  private Runnable whileWriting = () -> {};

  /** A link whose writes take long and during which the user goes on to submit. */
  private SinkLink slowLink() {
    return new SinkLink(data -> {
      time.advance(Duration.ofMillis(2 * LIFETIME_MILLIS));
      Runnable once = whileWriting;
      whileWriting = () -> {};
      once.run();
    });
  }

  /** A link that keeps the first numbers of the chunks it carries. */
  private static SinkLink chunkLink(List<Long> firsts) {
    return SinkLink.ofFrames((type, body) -> {
      if (type == FrameType.CHUNK) firsts.add(ChunkHeader.decode(body).first());
      return true;
    });
  }

  private OutboxEntry append(int lifetimeMillis) {
    quota.reserve(10);
    OutboxEntry entry = new OutboxEntry(
        NetworkMessage.data(recipient.toString(), Bytes.wrap(new byte[10])),
        new LaneNumbering(log.epoch(), Lane.BULK),
        lifetimeMillis,
        null);
    log.append(entry);
    return entry;
  }

  @Test
  void aLifetimeBeginsWhenTheMessageIsTakenNotWhenThePumpBegan() {
    lane.attach(
        slowLink(),
        new SendResources(
            new ChunkEncoder(), new ZstdCompressor(1), UnpooledByteBufAllocator.DEFAULT));
    OutboxEntry[] later = new OutboxEntry[1];
    long[] submittedAt = new long[1];
    whileWriting = () -> {
      submittedAt[0] = time.nanoTime();
      later[0] = append(LIFETIME_MILLIS);
    };
    append(0);
    lane.pump();
    long lives = later[0].deadlineNanos() - submittedAt[0];
    assertEquals(Duration.ofMillis(LIFETIME_MILLIS), Duration.ofNanos(lives));
  }

  @Test
  void whatIsLeftForTheNextProcessStaysInTheLogButForWhatNeedsAConnectionOfThisOne() {
    OutboxEntry waits = append(0);
    quota.reserve(10);
    OutboxEntry tied = new OutboxEntry(
            NetworkMessage.data(recipient.toString(), Bytes.wrap(new byte[10])),
            new LaneNumbering(log.epoch(), Lane.BULK),
            0,
            null)
        .tiedToConnection();
    log.append(tied);
    OutboxEntry last = append(0);
    Outcome.Kept kept = new Outcome.Kept("later");
    Outcome.Refused closed = new Outcome.Refused(RefusalReason.CLOSED, "closed");
    lane.leaveAll(kept, closed);
    assertEquals(List.of(kept, closed, kept), List.of(waits.end(), tied.end(), last.end()));
    assertEquals(1, log.firstUnsettled());
    assertEquals(1, lane.stats().messagesRefused());
    OutboxEntry late = append(0);
    lane.leaveAll(kept, closed);
    assertEquals(kept, late.end());
    assertEquals(1, lane.stats().messagesRefused());
  }

  /**
   * Goal: the recipient is told of each number behind those it has. Method: a message that was sent before the connection broke
   * expires between the greeting of the next one and its answer.
   */
  @Test
  void whatExpiresBeforeTheGreetingIsAnsweredIsToldAsAHole() throws ProtocolViolationException {
    SendResources resources = new SendResources(
        new ChunkEncoder(), new ZstdCompressor(1), UnpooledByteBufAllocator.DEFAULT);
    append(LIFETIME_MILLIS);
    lane.attach(new SinkLink(), resources);
    lane.detach();
    append(0);
    List<Long> firsts = new ArrayList<>();
    lane.attach(chunkLink(firsts), resources);
    assertEquals(List.of(), firsts, "waits for the greeting");
    time.advance(Duration.ofMillis(2 * LIFETIME_MILLIS));
    lane.onTimer();
    assertEquals(2, log.firstUnsettled());
    HelloAck nothingArrived = new HelloAck(0, new Ack(0, List.of()), 1 << 20, 4 << 20);
    lane.onBytes(Unpooled.wrappedBuffer(nothingArrived.toFrame()));
    lane.pump();
    assertEquals(List.of(1L), firsts);
  }
}
