package org.openagi.p2p.node.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.testkit.Await;

/** The socket, its bounds, and what becomes of it. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class ControlServerTest {
  @TempDir
  Path folder;

  private ControlServer open() throws IOException {
    return ControlServer.open(folder, (request, reply) -> {
      switch (request.verb()) {
        case "echo" -> {
          reply.accept(new JsonObject().put("text", request.requireText("text")));
          reply.accept(new JsonObject().put("text", "again"));
        }
        case "fail" -> throw new IOException("broken");
        default -> throw new ControlException("unknown", true);
      }
    });
  }

  private ControlClient connect() throws IOException {
    return ControlClient.connect(folder).orElseThrow();
  }

  private static List<String> texts(ControlClient client, String text) throws IOException {
    List<String> texts = new ArrayList<>();
    client.ask(
        new JsonObject().put("do", "echo").put("text", text),
        reply -> texts.add(reply.text("text").orElse("")));
    return texts;
  }

  private static ControlException failure(ControlClient client, JsonObject request) {
    return assertThrows(ControlException.class, () -> client.ask(request, reply -> {}));
  }

  @Test
  void severalRequestsOfAConnectionAreAnsweredAndErrorsDontEndIt() throws Exception {
    try (ControlServer server = open();
        ControlClient client = connect()) {
      assertEquals(List.of("hello ü", "again"), texts(client, "hello ü"));
      ControlException failed = failure(client, new JsonObject().put("do", "fail"));
      assertEquals("broken", failed.getMessage());
      assertFalse(failed.isWrongUsage());
      assertTrue(failure(client, new JsonObject().put("do", "what")).isWrongUsage());
      assertTrue(failure(client, new JsonObject().put("x", 1)).isWrongUsage());
      assertTrue(failure(client, new JsonObject().put("do", "echo")).isWrongUsage());
      assertEquals(List.of("last", "again"), texts(client, "last"));
    }
  }

  @Test
  void onlyItsOwnerMayConnectAndTheSocketGoesWithTheServer() throws Exception {
    Path file = folder.resolve(ControlServer.FILE_NAME);
    try (ControlServer server = open()) {
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
      try (var files = Files.list(folder)) {
        assertEquals(List.of(file), files.toList());
      }
    }
    assertFalse(Files.exists(file));
    assertEquals(Optional.empty(), ControlClient.connect(folder));
  }

  @Test
  void aSocketLeftBehindIsReplaced() throws Exception {
    Files.writeString(folder.resolve(ControlServer.FILE_NAME), "left behind");
    assertEquals(Optional.empty(), ControlClient.connect(folder));
    try (ControlServer server = open();
        ControlClient client = connect()) {
      assertEquals(List.of("x", "again"), texts(client, "x"));
    }
  }

  @Test
  void aLineThatIsTooLongEndsTheConnection() throws Exception {
    try (ControlServer server = open()) {
      assertEquals("{\"text\":\"x\"}", firstReply(ControlServer.MAX_REQUEST_BYTES));
      String refused = firstReply(ControlServer.MAX_REQUEST_BYTES + 1);
      assertTrue(refused.contains("65536 bytes"), refused);
      try (ControlClient client = connect()) {
        assertEquals(List.of("x", "again"), texts(client, "x"));
      }
    }
  }

  /** What a request of a length is answered with; its object is padded with spaces. */
  private String firstReply(int length) throws IOException {
    try (SocketChannel channel = SocketChannel.open(
            UnixDomainSocketAddress.of(folder.resolve(ControlServer.FILE_NAME)));
        LineChannel lines = new LineChannel(channel, 1000)) {
      String start = "{\"do\":\"echo\",\"text\":\"x\"";
      lines.write(start + " ".repeat(length - start.length() - 1) + "}");
      return String.valueOf(lines.read());
    }
  }

  @Test
  void oneClientTooManyIsToldSoAndRoomComesBack() throws Exception {
    try (ControlServer server = open()) {
      List<ControlClient> clients = new ArrayList<>();
      for (int i = 0; i < ControlServer.MAX_CLIENTS; i++) {
        clients.add(connect());
        texts(clients.getLast(), "x");
      }
      try (SocketChannel channel = SocketChannel.open(
              UnixDomainSocketAddress.of(folder.resolve(ControlServer.FILE_NAME)));
          LineChannel lines = new LineChannel(channel, 1000)) {
        String told = String.valueOf(lines.read());
        assertTrue(told.contains("16 commands"), told);
      }
      clients.getFirst().close();
      Await.until(Duration.ofSeconds(20), "room", () -> {
        try (ControlClient client = connect()) {
          return texts(client, "x").size() == 2;
        } catch (IOException stillFull) {
          return false;
        }
      });
      for (ControlClient client : clients) client.close();
    }
  }

  @Test
  void aFolderWhosePathIsTooLongForASocketIsNamed() throws Exception {
    Path deep = Files.createDirectories(folder.resolve("d".repeat(120)));
    IOException failed =
        assertThrows(IOException.class, () -> ControlServer.open(deep, (request, reply) -> {})
            .close());
    assertTrue(String.valueOf(failed.getMessage()).contains(deep.toString()));
    try (var left = Files.list(deep)) {
      assertEquals(List.of(), left.toList());
    }
  }
}
