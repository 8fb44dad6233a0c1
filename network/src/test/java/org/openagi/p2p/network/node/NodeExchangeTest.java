package org.openagi.p2p.network.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

@Timeout(30)
class NodeExchangeTest {
  private static final Bytes DIALERS = Bytes.ofUtf8("record of the dialer");
  private static final Bytes LISTENERS = Bytes.ofUtf8("record of the listener");
  private static final Judgement TAKEN = new Judgement(Verdict.NAME_TAKEN, "pinned to another");

  @Test
  void bothSidesSeeTheOthersRecordAndBothVerdicts() throws Exception {
    Outcomes outcomes = run(Judgement.ACCEPTED, Judgement.ACCEPTED);
    NodeExchange.Outcome accepted =
        new NodeExchange.Outcome(Judgement.ACCEPTED, Judgement.ACCEPTED);
    assertEquals(new Outcomes(accepted, accepted), outcomes);
    assertTrue(outcomes.dialer().keepsConnection());
  }

  @Test
  void aRefusalByTheListenerReachesTheDialerWithItsReason() throws Exception {
    Outcomes outcomes = run(Judgement.ACCEPTED, TAKEN);
    assertEquals(TAKEN, outcomes.dialer().theirs());
    assertEquals(TAKEN, outcomes.listener().ours());
    assertFalse(outcomes.dialer().keepsConnection());
    assertFalse(outcomes.listener().keepsConnection());
  }

  @Test
  void aRefusalByTheDialerReachesTheListenerWithItsReason() throws Exception {
    Outcomes outcomes = run(TAKEN, Judgement.ACCEPTED);
    assertEquals(TAKEN, outcomes.listener().theirs());
    assertEquals(TAKEN, outcomes.dialer().ours());
    assertFalse(outcomes.listener().keepsConnection());
  }

  @Test
  void noRoomForANameKeepsTheConnection() throws Exception {
    assertTrue(run(new Judgement(Verdict.NO_ROOM, "full"), TAKEN)
        .dialer()
        .ours()
        .verdict()
        .keepsConnection());
  }

  @Test
  void aLongerMessageThanAllowedIsRefusedBeforeItIsRead() {
    // 8705 as a varint; nothing follows, so reading on would end in EOFException instead.
    assertViolation("message of 8705 bytes, at most 8704", 0x81, 0x44);
    assertViolation("message of more bytes, at most 8704", 0x80, 0x80, 0x01);
  }

  @Test
  void aMessageWithoutARecordIsRefused() {
    assertViolation("no record", 0x00);
    assertViolation("no record", 0x02, 0x10, 0x01);
  }

  @Test
  void anEarlyEndIsNoViolation() {
    for (int[] bytes : new int[][] {{}, {0x81}, {0x05, 0x0a}})
      assertThrows(EOFException.class, () -> listen(bytes));
  }

  @Test
  void aVerdictThatIsNotKnownCountsAsARefusal() throws Exception {
    Bytes unknown = Bytes.fromHex("1063");
    assertEquals(
        Verdict.RECORD_INVALID,
        NodeMessage.decode(unknown).judgement().orElseThrow().verdict());
  }

  @Test
  void aReasonCannotControlATerminal() throws Exception {
    NodeMessage decoded = NodeMessage.decode(Bytes.fromHex("10021a04411b5b42"));
    assertEquals("A?[B", decoded.judgement().orElseThrow().reason());
  }

  private static void assertViolation(String expected, int... bytes) {
    ProtocolViolationException violation =
        assertThrows(ProtocolViolationException.class, () -> listen(bytes));
    assertEquals("node exchange: " + expected, violation.getMessage());
  }

  private static NodeExchange.Outcome listen(int... bytes)
      throws IOException, ProtocolViolationException {
    byte[] input = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) input[i] = (byte) bytes[i];
    return new NodeExchange(new ByteArrayInputStream(input), OutputStream.nullOutputStream())
        .asListener(LISTENERS, record -> Judgement.ACCEPTED);
  }

  private record Outcomes(NodeExchange.Outcome dialer, NodeExchange.Outcome listener) {}

  private static Outcomes run(Judgement byDialer, Judgement byListener) throws Exception {
    PipedInputStream toListener = new PipedInputStream(4096);
    PipedInputStream toDialer = new PipedInputStream(4096);
    NodeExchange dialer = new NodeExchange(toDialer, new PipedOutputStream(toListener));
    NodeExchange listener = new NodeExchange(toListener, new PipedOutputStream(toDialer));
    FutureTask<NodeExchange.Outcome> listening =
        start(() -> listener.asListener(LISTENERS, record -> {
          assertEquals(DIALERS, record);
          return byListener;
        }));
    NodeExchange.Outcome dialed = dialer.asDialer(DIALERS, record -> {
      assertEquals(LISTENERS, record);
      return byDialer;
    });
    return new Outcomes(dialed, listening.get(10, TimeUnit.SECONDS));
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }
}
