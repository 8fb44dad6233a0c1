package org.openagi.p2p.messaging.inbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.codec.SealText;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.sim.SimCrypto;
import org.openagi.p2p.messaging.sim.SimReceiver;
import org.openagi.p2p.messaging.sim.SimStream;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** A sender that is up to no good meets a receiver: bounded, named, and nobody else hurt. */
class HostileSenderTest {
  private static final PeerId ALICE = TestPeers.filledKey(1).peerId();
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();
  private static final long EPOCH = 77;
  private static final long MILLI = 1_000_000;

  private final VirtualWorld world = new VirtualWorld(1);
  private final SimReceiver receiver = new SimReceiver(world, BOB, ALICE, ReceiveConfig.defaults());
  private final List<NetworkMessage> handled = new ArrayList<>();
  private final List<Ack> acks = new ArrayList<>();
  private final List<Refuse> refuses = new ArrayList<>();
  private final List<HelloAck> greetings = new ArrayList<>();
  private SimStream stream;
  private final ChunkEncoder encoder = new ChunkEncoder();
  private final BundleDigest digest = new BundleDigest();

  @BeforeEach
  void open() {
    receiver.handlers.addForAll(handled::add);
    stream = newStream();
  }

  private SimStream newStream() {
    SimStream made = new SimStream(world, 50_000, 1 << 26, 1 << 20);
    FrameAssembler answers = new FrameAssembler((type, body) -> {
      if (type == FrameType.HELLO_ACK) greetings.add(HelloAck.decode(body));
      if (type == FrameType.ACK) acks.add(Ack.decode(body));
      if (type == FrameType.REFUSE) refuses.add(Refuse.decode(body));
      return true;
    });
    made.opener.setReceiver(new SimStream.Receiver() {
      @Override
      public void onData(ByteBuf data) {
        try {
          answers.onBytes(data);
        } catch (ProtocolViolationException e) {
          throw new AssertionError(e);
        }
      }

      @Override
      public void onReadComplete() {}

      @Override
      public void onWritable() {}

      @Override
      public void onRemoteClosed() {}

      @Override
      public void onClosed() {}
    });
    receiver.accept(made);
    return made;
  }

  private void send(byte[] frame) {
    stream.opener.write(Unpooled.wrappedBuffer(frame));
    stream.opener.flush();
    world.runFor(2 * MILLI);
  }

  private void hello() {
    send(new Hello(1, Lane.BULK.number(), 0, EPOCH, 1, 60_000).toFrame());
  }

  private byte[] chunk(long first, int messages, boolean start) {
    encoder.begin(first, 1_767_225_600_000L);
    for (int i = 0; i < messages; i++) {
      encoder.addMessage(NetworkMessage.text("b", "m" + (first + i)), 1_767_225_600_000L, 0);
    }
    encoder.finish(start, null);
    digest.addFrame(
        encoder.array(), encoder.frameOffset(), encoder.frameLength(), first, encoder.count());
    return Arrays.copyOfRange(
        encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength());
  }

  private Seal seal() {
    long first = digest.first();
    long count = digest.count();
    byte[] text = new SealText(ALICE, BOB, Lane.BULK, EPOCH).of(first, count, digest.end());
    return new Seal(first, count, SimCrypto.signature(text));
  }

  private void expectViolation(Scope scope, int code, String words) {
    assertEquals(1, receiver.violations.size(), receiver.violations.toString());
    ProtocolViolationException e = receiver.violations.getFirst();
    assertEquals(scope, e.scope());
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertEquals(1, refuses.size());
    assertEquals(code, refuses.getFirst().code());
    assertEquals(1, receiver.inbox.stats().violations());
    assertEquals(0, acks.size());
  }

  @Test
  void theHonestFramesAreAcknowledged() {
    hello();
    send(chunk(1, 3, true));
    send(seal().toFrame());
    assertEquals(3, handled.size());
    assertEquals(3, acks.getLast().settled());
  }

  /** The unknown bits of its HELLO are not agreed to. */
  @Test
  void aDictionaryIsTakenOnlyIfItWasAgreedOn() {
    send(new Hello(1, Lane.BULK.number(), 0xfffe, EPOCH, 1, 60_000).toFrame());
    assertEquals(0, greetings.getLast().features());
    send(chunkWithDictionary());
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "not agreed on");
  }

  @Test
  void aDictionaryThatWasAgreedOnIsTaken() {
    send(new Hello(1, Lane.BULK.number(), 0xffff, EPOCH, 1, 60_000).toFrame());
    assertEquals(WireLimits.FEATURE_DICTIONARY, greetings.getLast().features());
    send(chunkWithDictionary());
    assertEquals(List.of(), receiver.violations);
    assertEquals(1, handled.size());
  }

  private byte[] chunkWithDictionary() {
    AdaptiveCompression compression = new AdaptiveCompression(new ZstdCompressor(1));
    compression.useDictionary();
    encoder.begin(1, 1_767_225_600_000L);
    String json =
        "{\"status\":\"success\",\"result\":{},\"error\":null,\"timestamp\":1767225600000}";
    encoder.addMessage(NetworkMessage.text("b", json), 1_767_225_600_000L, 0);
    encoder.finish(true, compression);
    assertTrue(compression.usedDictionary());
    return Arrays.copyOfRange(
        encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength());
  }

  @Test
  void aForgedSignatureIsNeverAcknowledgedAndEndsTheConnection() {
    hello();
    send(chunk(1, 3, true));
    Seal good = seal();
    byte[] signature = good.signature().toArray();
    signature[5] ^= 1;
    send(new Seal(good.first(), good.count(), Bytes.wrap(signature)).toFrame());
    expectViolation(Scope.PEER, Refuse.BAD_SIGNATURE, "wrong signature");
    assertEquals(1, receiver.inbox.stats().badSeals());
  }

  @Test
  void aChunkThatWasChangedAfterSigningIsCaught() {
    hello();
    byte[] chunk = chunk(1, 1, true);
    Seal seal = seal();
    chunk[chunk.length - 1] ^= 1;
    send(chunk);
    send(seal.toFrame());
    expectViolation(Scope.PEER, Refuse.BAD_SIGNATURE, "wrong signature");
  }

  @Test
  void aSealOfAnotherEpochLaneOrRecipientDoesNotFit() {
    hello();
    send(chunk(1, 1, true));
    byte[] text = new SealText(ALICE, BOB, Lane.BULK, EPOCH + 1).of(1, 1, digest.end());
    send(new Seal(1, 1, SimCrypto.signature(text)).toFrame());
    expectViolation(Scope.PEER, Refuse.BAD_SIGNATURE, "wrong signature");
  }

  @Test
  void aSealThatCoversMoreThanTheBundleIsAViolation() {
    hello();
    send(chunk(1, 2, true));
    send(new Seal(1, 3, Bytes.copyOf(new byte[64])).toFrame());
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "seal over 3");
  }

  @Test
  void aSealWithoutABundleIsAViolation() {
    hello();
    send(new Seal(1, 1, Bytes.copyOf(new byte[64])).toFrame());
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "without a bundle");
  }

  @Test
  void chunksOutOfOrderOrOutsideOfABundleAreViolations() {
    hello();
    send(chunk(1, 2, true));
    send(chunk(4, 1, false));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "expected 3");
  }

  @Test
  void aFirstChunkAheadOfWhatIsSettledIsAViolation() {
    hello();
    send(chunk(5, 1, true));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "starts at 5");
    assertEquals(0, handled.size());
  }

  @Test
  void aChunkWithoutStartIsAViolation() {
    hello();
    send(chunk(1, 1, false));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "outside of a bundle");
  }

  @Test
  void framesBeforeHelloAndASecondHelloAreViolations() {
    send(chunk(1, 1, true));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "before HELLO");
  }

  @Test
  void aSecondHelloIsAViolation() {
    hello();
    hello();
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "second HELLO");
  }

  @Test
  void unknownFramesAreSkippedOrRefusedByTheirBit() {
    hello();
    send(new byte[] {(byte) 0x90, 2, 1, 2});
    send(chunk(1, 1, true));
    assertEquals(1, handled.size());
    send(new byte[] {0x10, 0});
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "unknown type 16");
  }

  @Test
  void anotherVersionOrLaneIsRefusedWithoutBlame() {
    send(new Hello(2, 0, 0, EPOCH, 1, 1).toFrame());
    assertEquals(Refuse.UNSUPPORTED_VERSION, refuses.getFirst().code());
    stream = newStream();
    send(new Hello(1, 7, 0, EPOCH, 1, 1).toFrame());
    assertEquals(Refuse.BAD_LANE, refuses.getLast().code());
    assertEquals(0, receiver.inbox.stats().violations());
  }

  @Test
  void moreThanTheUnsealedBytesIsAViolationAtTheBound() {
    hello();
    byte[] payload = new byte[100_000];
    long number = 1;
    long sent = 0;
    while (receiver.violations.isEmpty()) {
      encoder.begin(number, 1);
      encoder.addMessage(NetworkMessage.data("b", Bytes.wrap(payload)), 1, 0);
      encoder.finish(number == 1, null);
      sent += encoder.frameLength();
      number++;
      send(Arrays.copyOfRange(
          encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength()));
      assertTrue(sent < 18 << 20, "no violation after " + sent + " bytes");
    }
    assertTrue(sent > 16 << 20);
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "without a seal");
  }

  @Test
  void helloFloodsStopAtTheBoundsOfStreamsAndEpochs() {
    for (int i = 0; i < InboxLane.MAX_STREAMS; i++) {
      hello();
      stream = newStream();
    }
    assertTrue(refuses.isEmpty());
    hello();
    assertEquals(Refuse.TOO_MANY_EPOCHS, refuses.getFirst().code());
    stream = newStream();
    for (int i = 1; i < SenderInbox.MAX_EPOCHS; i++) {
      send(new Hello(1, Lane.BULK.number(), 0, EPOCH + i, 1, 1).toFrame());
      stream = newStream();
    }
    assertEquals(1, refuses.size());
    send(new Hello(1, Lane.BULK.number(), 0, EPOCH + 99, 1, 1).toFrame());
    assertEquals(2, refuses.size());
  }

  @Test
  void aBadEntryEndsTheStreamAndTheMessagesBeforeItWereHandledOnce() {
    hello();
    send(chunk(1, 2, true));
    encoder.begin(3, 1);
    encoder.addMessage(NetworkMessage.of(MessageType.HEARTBEAT, "b", Bytes.EMPTY), 1, 0);
    encoder.finish(false, null);
    send(Arrays.copyOfRange(
        encoder.array(), encoder.frameOffset(), encoder.frameOffset() + encoder.frameLength()));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "HEARTBEAT in lane BULK");
    assertEquals(2, handled.size());
    digest.end();
    stream.cut();
    stream = newStream();
    hello();
    send(chunk(1, 3, true));
    send(seal().toFrame());
    assertEquals(3, handled.size());
    assertEquals(3, acks.getLast().settled());
  }

  @Test
  void theLastNumberThereIsCanBeSent() {
    long last = org.openagi.p2p.messaging.codec.WireLimits.MAX_NUMBER;
    send(new Hello(1, Lane.BULK.number(), 0, EPOCH, last, 60_000).toFrame());
    send(chunk(last, 1, true));
    expectViolation(Scope.STREAM, Refuse.PROTOCOL_VIOLATION, "count is 1");
  }

  @Test
  void garbageIsRefused() {
    byte[] garbage = new byte[5_000];
    world.random().nextBytes(garbage);
    garbage[0] = FrameType.HELLO;
    garbage[1] = 40;
    send(garbage);
    assertFalse(refuses.isEmpty());
    assertTrue(receiver.streams.getFirst().isOver());
  }
}
