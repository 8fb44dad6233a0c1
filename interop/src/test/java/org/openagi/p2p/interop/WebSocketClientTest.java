package org.openagi.p2p.interop;

import io.avaje.jsonb.Jsonb;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.node.Main;

/**
 * The WebSocket of the local API with a client that shares no code with ours, the package ws, against processes of this node.
 *
 * <p>Goal: it hears of messages and events on all channels, a killed peer among them, and only what it asked for; who has no
 * token, or is a page of another site, is refused.
 */
@Timeout(300)
class WebSocketClientTest {
  @TempDir
  private Path folder;

  @Test
  void aClientFromElsewhereHearsOfMessagesAndEvents() throws Exception {
    Map<String, String> command =
        Map.of("NODE_COMMAND", Jsonb.instance().toJson(Lab.java(Main.class)));
    Mocha.assertPass(folder, "ws.spec.mjs", 6, command);
  }
}
