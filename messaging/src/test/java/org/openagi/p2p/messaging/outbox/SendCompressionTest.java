package org.openagi.p2p.messaging.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.sim.SinkLink;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** What a lane asks for and what it does with the answer. */
class SendCompressionTest implements SendLaneListener {
  private static final String JSON =
      "{\"type\":\"request\",\"request_id\":\"7\",\"action\":\"search\",\"payload\":{\"query\":\""
          + "the results of the last report\",\"priority\":\"high\"},\"timestamp\":1767225600000,"
          + "\"sender\":\"agent-1\",\"recipient\":\"agent-2\",\"status\":\"success\",\"error\":null}";

  private final VirtualTime time = new VirtualTime();
  private final PeerId recipient = TestPeers.filledKey(2).peerId();
  private final OutboxLog<OutboxEntry> log =
      new MemoryMessageStore(new Random(1), time).outbox(recipient, Lane.BULK);
  private final OutboxQuota quota = new OutboxQuota("test", null, 1000, 1 << 20);
  private final SendLane lane = new SendLane(
      SendConfig.defaults(),
      TestPeers.filledKey(1).peerId(),
      recipient,
      Lane.BULK,
      log,
      quota,
      (text, callback) -> {},
      this,
      time);
  private final List<Hello> hellos = new ArrayList<>();
  private final List<ChunkHeader> chunks = new ArrayList<>();
  private final SinkLink link = SinkLink.ofFrames((type, body) -> {
    if (type == FrameType.HELLO) hellos.add(Hello.decode(body));
    if (type == FrameType.CHUNK) chunks.add(ChunkHeader.decode(body));
    return true;
  });

  private void attach(@Nullable ZstdCompressor zstd) {
    lane.attach(
        link, new SendResources(new ChunkEncoder(), zstd, UnpooledByteBufAllocator.DEFAULT));
  }

  private void greet(int features) throws ProtocolViolationException {
    HelloAck answer = new HelloAck(features, new Ack(0, List.of()), 64 << 20, 16 << 20);
    lane.onBytes(Unpooled.wrappedBuffer(answer.toFrame()));
  }

  private ChunkHeader send() {
    quota.reserve(JSON.length());
    log.append(new OutboxEntry(
        NetworkMessage.text(recipient.toString(), JSON),
        new LaneNumbering(log.epoch(), Lane.BULK),
        0,
        null));
    lane.pump();
    return chunks.getLast();
  }

  @Test
  void theDictionaryIsUsedFromTheAnswerOn() throws ProtocolViolationException {
    attach(new ZstdCompressor(1));
    assertEquals(WireLimits.FEATURE_DICTIONARY, hellos.getLast().features());
    ChunkHeader before = send();
    assertTrue(before.has(ChunkHeader.ZSTD) && !before.has(ChunkHeader.DICTIONARY));
    greet(WireLimits.FEATURE_DICTIONARY);
    assertTrue(send().has(ChunkHeader.DICTIONARY));
  }

  @Test
  void aRecipientThatDoesNotAgreeGetsNone() throws ProtocolViolationException {
    attach(new ZstdCompressor(1));
    greet(0xfffe);
    assertTrue(send().has(ChunkHeader.ZSTD));
    assertTrue(!send().has(ChunkHeader.DICTIONARY));
  }

  @Test
  void anAgreementEndsWithItsStream() throws ProtocolViolationException {
    attach(new ZstdCompressor(1));
    greet(WireLimits.FEATURE_DICTIONARY);
    send();
    long compressed = lane.stats().compressedFromBytes();
    assertTrue(compressed > 0);
    attach(new ZstdCompressor(1));
    assertEquals(compressed, lane.stats().compressedFromBytes(), "counters only grow");
    greet(0);
    assertTrue(!send().has(ChunkHeader.DICTIONARY));
  }

  @Test
  void withoutACompressorNothingIsAskedForAndNothingCompressed() throws ProtocolViolationException {
    attach(null);
    assertEquals(0, hellos.getLast().features());
    greet(WireLimits.FEATURE_DICTIONARY);
    assertEquals(ChunkHeader.START, send().flags());
    assertEquals(0, lane.stats().compressedFromBytes());
  }

  @Override
  public void onSettled(List<OutboxEntry> entries) {}

  @Override
  public void onRefused(Refuse refuse) {}
}
