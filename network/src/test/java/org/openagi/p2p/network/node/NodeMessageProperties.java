package org.openagi.p2p.network.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class NodeMessageProperties {
  @Property(tries = 300)
  void decodesWhatItEncoded(@ForAll("messages") NodeMessage message) throws Exception {
    Bytes encoded = message.encode();
    assertTrue(encoded.length() <= NodeMessage.BYTES_MAX);
    assertEquals(message, NodeMessage.decode(encoded));
  }

  @Property(tries = 1000)
  void anyBytesAreDecodedWithinTheLimitsOrRefused(@ForAll @Size(max = 100) byte[] bytes) {
    try {
      NodeMessage message = NodeMessage.decode(Bytes.wrap(bytes));
      assertTrue(message.encode().length() <= NodeMessage.BYTES_MAX);
    } catch (ProtocolViolationException e) {
      assertTrue(e.getMessage().startsWith("protobuf"), e.getMessage());
    }
  }

  @Property(tries = 200)
  void aLongReasonIsCutAtACharacter(@ForAll("longReasons") String reason) throws Exception {
    Judgement judgement = new Judgement(Verdict.NAME_TAKEN, reason);
    NodeMessage sent = new NodeMessage(Optional.empty(), Optional.of(judgement));
    String received =
        NodeMessage.decode(sent.encode()).judgement().orElseThrow().reason();
    assertTrue(reason.startsWith(received));
    int bytes = received.getBytes(StandardCharsets.UTF_8).length;
    assertTrue(bytes > NodeMessage.REASON_BYTES_MAX - 4 && bytes <= NodeMessage.REASON_BYTES_MAX);
  }

  @Provide
  Arbitrary<NodeMessage> messages() {
    Arbitrary<Optional<Bytes>> records = Arbitraries.bytes()
        .array(byte[].class)
        .ofMaxSize(NodeMessage.RECORD_BYTES_MAX)
        .map(Bytes::copyOf)
        .optional();
    Arbitrary<Optional<Judgement>> judgements = Combinators.combine(
            Arbitraries.of(Verdict.class), Arbitraries.strings().alpha().ofMaxLength(80))
        .as(Judgement::new)
        .optional();
    return Combinators.combine(records, judgements).as(NodeMessage::new);
  }

  @Provide
  Arbitrary<String> longReasons() {
    return Arbitraries.of("a", "é", "→", "😀")
        .list()
        .ofSize(400)
        .map(parts -> String.join("", parts));
  }
}
