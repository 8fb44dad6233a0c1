package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.outbox.SendStats;

/** Compression between real hosts, and without it. */
@Timeout(120)
class CompressionTest {
  private static final int MESSAGES = 20;

  private final LinkNodes nodes = new LinkNodes();

  @AfterEach
  void stop() {
    nodes.close();
  }

  private static String json(int i) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + i + ",\"method\":\"tools/call\",\"params\":{\"name\":"
        + "\"search_documents\",\"arguments\":{\"query\":\"the report of last year\",\"limit\":10}}}";
  }

  /** One at a time: each is a chunk of its own. */
  private SendStats exchange(LinkNodes.Node from, LinkNodes.Node to) throws Exception {
    Queue<String> got = new ConcurrentLinkedQueue<>();
    to.messages.handlers().addForAll(m -> got.add(m.text()));
    from.connect(to);
    for (int i = 0; i < MESSAGES; i++) {
      NetworkMessage message = NetworkMessage.text(to.id().toString(), json(i));
      assertTrue(LinkNodes.end(from.messages.submit(to.id(), message)).isAcknowledged());
    }
    assertEquals(MESSAGES, got.size());
    int i = 0;
    for (String text : got) assertEquals(json(i++), text);
    return from.messages.stats().sent();
  }

  @Test
  void loneJsonTravelsInHalfItsBytes() throws Exception {
    SendStats sent = exchange(nodes.start(), nodes.start());
    assertTrue(
        sent.compressedFromBytes() > (MESSAGES - 2) * 130L, "all but those before the greeting");
    assertTrue(2 * sent.compressedToBytes() < sent.compressedFromBytes(), sent.toString());
  }

  @Test
  void aNodeThatDoesNotCompressExchangesMessagesWithOneThatDoes() throws Exception {
    LinkNodes.Node silent = nodes.start(config -> config.withCompressionLevel(0));
    LinkNodes.Node other = nodes.start();
    SendStats sent = exchange(silent, other);
    assertEquals(0, sent.compressedFromBytes());
    assertTrue(sent.frameBytesSent() > sent.payloadBytesSent());
    assertTrue(exchange(other, silent).compressedFromBytes() > 0);
  }
}
