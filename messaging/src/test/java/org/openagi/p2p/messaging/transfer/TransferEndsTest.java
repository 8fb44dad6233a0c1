package org.openagi.p2p.messaging.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.testkit.TestPeers;

class TransferEndsTest {
  private static final int BLOCK = TransferLimits.BLOCK_BYTES;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3_333_333})
  void contentArrivesAsItWasSent(int size) throws Exception {
    byte[] content = content(size);
    for (int announced : new int[] {size, -1}) {
      TransferPair pair = new TransferPair(TransferPair.offer(announced));
      pair.shake(new ContentDigest());
      pair.toRecipient(pair.sender.start(new ContentDigest()));
      pair.send(content, size, 40_000);
      pair.finish();
      assertArrayEquals(content, pair.received.toByteArray());
      assertEquals(new Done(size, sha256(content, size)), pair.done);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 70_000, BLOCK - 1, BLOCK, BLOCK + 77, 2 * BLOCK + 5})
  void goesOnWhereBothEndsAgree(int cut) throws Exception {
    byte[] content = content(2 * BLOCK + 5);
    TransferPair pair = new TransferPair(TransferPair.offer(content.length));
    pair.received.write(content, 0, cut);
    pair.shake(digest(content, cut));
    pair.toRecipient(pair.sender.start(digest(content, cut)));
    pair.send(content, content.length, 65_536);
    pair.finish();
    assertArrayEquals(content, pair.received.toByteArray());
  }

  @Test
  void senderBeginsAnewWhenThePrefixIsNotItsOwn() throws Exception {
    byte[] content = content(BLOCK + 9);
    TransferPair pair = new TransferPair(TransferPair.offer(content.length));
    pair.received.writeBytes(new byte[500]);
    pair.toSender(pair.open(pair.sender.offer()).accept(digest(new byte[500], 500)));
    pair.toRecipient(pair.sender.start(new ContentDigest()));
    pair.send(content, content.length, 65_536);
    pair.finish();
    assertArrayEquals(content, pair.received.toByteArray());
  }

  @Test
  void aChangedByteIsFoundAtTheNextMark() throws Exception {
    TransferPair pair = started(-1);
    byte[] content = content(BLOCK);
    byte[] buffer = new byte[4 + TransferLimits.MAX_BODY_BYTES];
    for (int i = 0; i < 16; i++) {
      System.arraycopy(content, i << 16, buffer, 4, 1 << 16);
      int at = pair.sender.data(buffer, 4, 1 << 16);
      if (i == 7) buffer[1000] ^= 1;
      pair.toRecipient(Arrays.copyOfRange(buffer, at, buffer.length));
    }
    TransferException refused =
        assertThrows(TransferException.class, () -> pair.toRecipient(pair.sender.markIfDue()));
    assertEquals(TransferReason.INTEGRITY, refused.reason());
  }

  @Test
  void aForgedEndIsRefused() throws Exception {
    TransferPair pair = started(5);
    pair.send(new byte[5], 5, 5);
    byte[] end = pair.sender.end();
    end[end.length - 1] ^= 1;
    assertRefused(TransferReason.BAD_SIGNATURE, () -> pair.toRecipient(end));
  }

  @Test
  void anOfferForSomebodyElseIsRefused() {
    byte[] frame = TransferPair.offer(5)
        .toFrame(TransferPair.SENDER, TestPeers.filledKey(3).peerId());
    assertRefused(
        TransferReason.BAD_SIGNATURE, () -> new TransferPair(TransferPair.offer(5)).open(frame));
  }

  @Test
  void anotherVersionIsRefusedByName() {
    byte[] body = {9, 1, 2, 3};
    assertRefused(
        TransferReason.UNSUPPORTED,
        () -> Offer.open(
            body, body.length, TransferPair.SENDER.publicKey(), TransferPair.RECIPIENT.peerId()));
  }

  @Test
  void sizesAreHeldTo() throws Exception {
    assertRefused(TransferReason.TOO_LARGE, () -> new TransferPair(
            TransferPair.offer(TransferPair.MAX_SIZE_BYTES + 1))
        .shake(new ContentDigest()));
    TransferPair unknown = started(-1);
    byte[] tooMuch = new byte[(int) TransferPair.MAX_SIZE_BYTES + 1];
    assertRefused(TransferReason.TOO_LARGE, () -> unknown.send(tooMuch, tooMuch.length, 65_536));
    TransferPair known = started(5);
    assertRefused(
        TransferReason.PROTOCOL_VIOLATION, () -> known.toRecipient(frame(TransferFrames.DATA, 6)));
  }

  @Test
  void senderNoticesThatItsSourceChanged() throws Exception {
    TransferPair longer = started(5);
    assertRefused(TransferReason.SOURCE_CHANGED, () -> longer.send(new byte[9], 9, 9));
    TransferPair shorter = started(5);
    shorter.send(new byte[4], 4, 4);
    assertRefused(TransferReason.SOURCE_CHANGED, shorter.sender::end);
    Offer promised = new Offer(
        TransferPair.offer(5).id(),
        "x",
        OptionalLong.of(5),
        Optional.empty(),
        Optional.of(sha256(content(5), 5)));
    TransferPair other = new TransferPair(promised);
    other.shake(new ContentDigest());
    other.toRecipient(other.sender.start(new ContentDigest()));
    other.send(new byte[5], 5, 5);
    assertRefused(TransferReason.SOURCE_CHANGED, other.sender::end);
  }

  @Test
  void framesOutOfTurnAreViolations() throws Exception {
    TransferPair pair = new TransferPair(TransferPair.offer(-1));
    assertViolation(() -> pair.toSender(TransferFrames.number(TransferFrames.ACK, 0)));
    pair.toSender(pair.open(pair.sender.offer()).accept(new ContentDigest()));
    assertViolation(() -> pair.toRecipient(frame(TransferFrames.DATA, 1)));
    assertViolation(() -> pair.toRecipient(TransferFrames.number(TransferFrames.START, 1)));
    pair.toRecipient(pair.sender.start(new ContentDigest()));
    assertViolation(() -> pair.toRecipient(TransferFrames.number(TransferFrames.START, 0)));
    assertViolation(() -> pair.toRecipient(frame(TransferFrames.DATA, 0)));
    assertViolation(() -> pair.toRecipient(TransferFrames.mark(sha256(new byte[0], 0))));
    assertViolation(() -> pair.toRecipient(frame(0x30, 0)));
    assertViolation(() -> pair.toSender(frame(0x50, 0)));
    assertViolation(() -> pair.toSender(TransferFrames.number(TransferFrames.ACK, 1)));
    assertInstanceOf(ReceiverEvent.Alive.class, pair.toRecipient(frame(0xee, 3)));
    assertInstanceOf(SenderEvent.Alive.class, pair.toSender(TransferFrames.alive()));
    pair.send(content(10), 10, 10);
    pair.toSender(pair.recipient.ack(7));
    assertViolation(() -> pair.toSender(TransferFrames.number(TransferFrames.ACK, 6)));
    assertViolation(() -> pair.toSender(new Done(10, sha256(content(10), 10)).toFrame()));
    pair.finish();
    assertViolation(() -> pair.toRecipient(frame(TransferFrames.DATA, 1)));
  }

  @Test
  void doneMustNameWhatWasSent() throws Exception {
    TransferPair pair = started(4);
    pair.send(content(4), 4, 4);
    pair.toRecipient(pair.sender.end());
    byte[] wrong = new Done(4, sha256(new byte[4], 4)).toFrame();
    assertRefused(TransferReason.INTEGRITY, () -> pair.toSender(wrong));
  }

  @Test
  void doneAnswersTheOfferOfWhatIsThereAlready() throws Exception {
    TransferPair pair = new TransferPair(TransferPair.offer(4));
    Done done = new Done(4, sha256(content(4), 4));
    assertEquals(new SenderEvent.Finished(done), pair.toSender(done.toFrame()));
    TransferPair other = new TransferPair(TransferPair.offer(5));
    assertRefused(TransferReason.INTEGRITY, () -> other.toSender(done.toFrame()));
  }

  @Test
  void farewellsCarryReasonAndText() throws Exception {
    TransferPair pair = started(4);
    String text = "ä".repeat(200);
    for (TransferReason reason : TransferReason.values()) {
      byte[] refuse = TransferFrames.farewell(TransferFrames.REFUSE, reason, text);
      TransferException told = assertThrows(TransferException.class, () -> pair.toSender(refuse));
      assertEquals(reason, told.reason());
      assertEquals("ä".repeat(128), told.detail());
    }
    byte[] unknown = new WireWriter(3).u8(200).text("", 1).toFrame(TransferFrames.CANCEL);
    assertRefused(TransferReason.DECLINED, () -> pair.toRecipient(unknown));
  }

  @Test
  void offersAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> named(""));
    assertThrows(IllegalArgumentException.class, () -> named("a\nb"));
    assertThrows(IllegalArgumentException.class, () -> named("ä".repeat(128)));
    assertEquals(255, named("x".repeat(255)).name().length());
    assertViolation(() -> openWithName("a\u0000b"));
    assertViolation(() -> openWithName("x".repeat(256)));
  }

  private static Offer named(String name) {
    return new Offer(
        TransferPair.offer(0).id(), name, OptionalLong.empty(), Optional.empty(), Optional.empty());
  }

  private static void openWithName(String name) throws TransferException {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    byte[] fields = new WireWriter(64)
        .u8(1)
        .bytes(TransferPair.offer(0).id().bytes())
        .varint(utf8.length)
        .bytes(utf8)
        .varint(0)
        .toArray();
    byte[] text = new SignedText(TransferPair.SENDER.peerId(), TransferPair.RECIPIENT.peerId())
        .ofOffer(fields);
    Bytes signature = TransferPair.SENDER.sign(Bytes.wrap(text));
    byte[] body = new WireWriter(64)
        .bytes(fields)
        .u8(1)
        .varint(signature.length())
        .bytes(signature)
        .toArray();
    Offer.open(body, body.length, TransferPair.SENDER.publicKey(), TransferPair.RECIPIENT.peerId());
  }

  private static TransferPair started(long size) throws TransferException {
    TransferPair pair = new TransferPair(TransferPair.offer(size));
    pair.shake(new ContentDigest());
    pair.toRecipient(pair.sender.start(new ContentDigest()));
    return pair;
  }

  private static byte[] frame(int type, int length) {
    return new WireWriter(length + 4).bytes(new byte[length]).toFrame(type);
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  private static ContentDigest digest(byte[] content, int length) {
    ContentDigest digest = new ContentDigest();
    digest.update(content, 0, length);
    return digest;
  }

  private static Bytes sha256(byte[] content, int length) {
    return digest(content, length).value();
  }

  private interface Step {
    void run() throws TransferException;
  }

  private static void assertViolation(Step step) {
    assertRefused(TransferReason.PROTOCOL_VIOLATION, step);
  }

  private static void assertRefused(TransferReason reason, Step step) {
    assertEquals(reason, assertThrows(TransferException.class, step::run).reason());
  }
}
