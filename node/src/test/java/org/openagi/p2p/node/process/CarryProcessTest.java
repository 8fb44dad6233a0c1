package org.openagi.p2p.node.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: messages reach a node that theirs never connects to, by file, once; and the receipt waits for a connection. Method:
 * two processes that don't know each other's addresses, and commands beside them.
 */
@EnabledOnOs(OS.LINUX)
class CarryProcessTest {
  @TempDir
  Path folder;

  private Program node(String name, String... more) throws IOException {
    var all = new ArrayList<String>();
    all.addAll(List.of("node", "--json", "--name", name, "--data", data(name)));
    all.addAll(List.of("--discovery", "manual", "--listen", "/ip4/127.0.0.1/tcp/0"));
    all.addAll(List.of("--message-timeout", "3600", "--stop-timeout", "0"));
    all.addAll(Arrays.asList(more));
    return Program.start(all.toArray(String[]::new));
  }

  private String data(String name) {
    return folder.resolve(name).toString();
  }

  private Program queue(String name, String... arguments) throws IOException {
    var all = new ArrayList<String>();
    all.add("queue");
    all.addAll(Arrays.asList(arguments));
    all.addAll(List.of("--json", "--data", data(name)));
    return Program.start(all.toArray(String[]::new));
  }

  private Map<String, Object> ask(String name, String... arguments) throws Exception {
    try (Program command = queue(name, arguments)) {
      assertEquals(0, command.status(), command::said);
      return Program.json(command.out().getFirst());
    }
  }

  private String fail(String name, String... arguments) throws Exception {
    try (Program command = queue(name, arguments)) {
      assertEquals(1, command.status(), command::said);
      assertEquals(1, command.err().size(), command::said);
      return command.err().getFirst();
    }
  }

  private List<Map<String, Object>> waiting(String name) throws Exception {
    try (Program command = queue(name, "ls")) {
      assertEquals(0, command.status(), command::said);
      return command.out().stream().map(Program::json).toList();
    }
  }

  private static int number(Map<String, Object> members, String name) {
    return ((Number) members.get(name)).intValue();
  }

  @Test
  void messagesAreCarriedByFileAndTheReceiptComesWithTheNextConnection() throws Exception {
    String file = folder.resolve("letters").toString();
    try (Program bob = node("bob")) {
      String bobId = String.valueOf(bob.event("listening").get("peerId"));
      try (Program alice = node("alice")) {
        String aliceId = String.valueOf(alice.event("listening").get("peerId"));
        alice.type(bobId + ": first");
        alice.type(bobId + ": second");
        while (waiting("alice").size() < 2) Thread.onSpinWait(); // each look is a process
        Map<String, Object> exported = ask("alice", "export", file, "--to", bobId);
        assertEquals(2, number(exported, "messages"));

        String wrong = fail("alice", "import", file);
        assertTrue(wrong.contains("the file is for " + bobId), wrong);
        assertTrue(wrong.contains("this node is " + aliceId), wrong);
        byte[] changed = Files.readAllBytes(Path.of(file));
        changed[changed.length - 100] ^= 1;
        String tampered = folder.resolve("tampered").toString();
        Files.write(Path.of(tampered), changed);
        String notTaken = fail("bob", "import", tampered);
        assertTrue(notTaken.contains("is not taken"), notTaken);
        assertEquals(List.of(), messages(bob));

        Map<String, Object> imported = ask("bob", "import", file);
        assertEquals(aliceId, imported.get("from"));
        assertEquals(2, number(imported, "settled"));
        bob.event("message", e -> "second".equals(e.get("text")));
        assertEquals(List.of("first", "second"), messages(bob));
        Map<String, Object> again = ask("bob", "import", file);
        assertEquals(0, number(again, "settled"));
        assertEquals(2, number(again, "known"));
        assertEquals(
            List.of("QUEUED", "QUEUED"),
            waiting("alice").stream().map(each -> each.get("state")).toList(),
            "nobody has told the sender");
        alice.terminate();
        assertEquals(0, alice.status(), alice::said);
      }
      try (Program alice = node("alice", "--peer", bob.address())) {
        alice.event("joined", e -> "bob".equals(e.get("name")));
        while (!waiting("alice").isEmpty()) Thread.onSpinWait();
      }
      assertEquals(List.of("first", "second"), messages(bob), "once");
    }
  }

  private static List<Object> messages(Program node) {
    return node.out().stream()
        .map(Program::json)
        .filter(each -> "message".equals(each.get("event")))
        .map(each -> each.get("text"))
        .toList();
  }
}
