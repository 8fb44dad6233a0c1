package org.openagi.p2p.node.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.network.link.MessageTrace;
import org.openagi.p2p.network.link.MessageTrace.Kind;
import org.openagi.p2p.network.link.MessageTrace.Step;

class TraceServiceTest {
  private static final PeerId BOB = HostKey.generate(new SecureRandom()).peerId();
  private static final PeerId RELAY = HostKey.generate(new SecureRandom()).peerId();

  private static final MessageTrace TRACE = new MessageTrace(
      "msg_1",
      BOB,
      Delivery.State.ACKNOWLEDGED,
      1,
      List.of(
          new Step(1_000, Kind.QUEUED, null, 0, 0, ""),
          new Step(1_020, Kind.HOP, RELAY, 700, 840, ""),
          new Step(1_030, Kind.ENDED, null, 0, 0, "Acknowledged")));

  private final ControlService service = new TraceService(
      id -> id.equals("msg_1") ? Optional.of(TRACE) : Optional.empty(),
      peer -> peer.equals(BOB) ? Optional.of("bob") : Optional.empty());

  private List<String> ask(String line) throws Exception {
    List<String> answer = new ArrayList<>();
    LocalControl.ask(service, request(line), reply -> answer.add(reply.line()));
    return answer;
  }

  private static JsonObject request(String id) {
    return new JsonObject().put(ControlRequest.VERB, "trace.show").put("id", id);
  }

  @Test
  void tellsTheStepsInOrderWithTheirTimes() throws Exception {
    List<String> answer = ask("msg_1");
    assertEquals(4, answer.size(), answer.toString());
    assertTrue(answer.getFirst().contains("\"to\":\"bob\""), answer.getFirst());
    assertTrue(answer.get(2).contains("\"afterMillis\":20"), answer.get(2));
    assertTrue(answer.get(2).contains("\"tookMicros\":700"), answer.get(2));
    assertTrue(answer.get(2).contains("\"linkMicros\":840"), answer.get(2));
    assertTrue(answer.get(2).contains("\"nodeId\":\"" + RELAY + "\""), answer.get(2));
  }

  @Test
  void saysWhatIsRememberedOfAMessageThatIsNotKnown() {
    ControlException unknown = assertThrows(ControlException.class, () -> ask("msg_2"));
    assertTrue(String.valueOf(unknown.getMessage()).contains("msg_2"), unknown.getMessage());
  }

  @Test
  void namesTheVerbsThereAre() {
    ControlException wrong = assertThrows(
        ControlException.class,
        () -> LocalControl.ask(
            service, new JsonObject().put(ControlRequest.VERB, "queue.ls"), reply -> {}));
    assertTrue(wrong.isWrongUsage());
    assertTrue(String.valueOf(wrong.getMessage()).contains("trace.show"), wrong.getMessage());
  }
}
