package org.openagi.p2p.node.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: the commands do over processes and sockets what they promise. Method: real processes on the
 * loopback interface, free ports, folders of their own, and a discovery service name of their own, so
 * that nodes of other tests are no part of it.
 */
@EnabledOnOs(OS.LINUX)
class NodeProcessTest {
  private static final AtomicInteger TESTS = new AtomicInteger();

  @TempDir
  Path folder;

  private final String service =
      "_p2p-test-" + ProcessHandle.current().pid() + "-" + TESTS.incrementAndGet() + "._udp.local";

  private String[] arguments(String command, String name, String... more) {
    var all = new ArrayList<String>();
    all.add(command);
    all.addAll(List.of("--name", name, "--data", folder.resolve(name).toString()));
    all.addAll(List.of("--interface", "lo", "--listen", "/ip4/127.0.0.1/tcp/0"));
    all.addAll(List.of("--service", service, "--json"));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private Program node(String name, String... more) throws IOException {
    return Program.start(arguments("node", name, more));
  }

  @Test
  void printsWhereItListensFirstAndStopsWithZeroWhenTerminated() throws Exception {
    try (Program alice = node("alice")) {
      alice.closeInput();
      alice.event("listening");
      Map<String, Object> first = Program.json(alice.out().getFirst());
      assertEquals(
          List.of("event", "peerId", "name", "addresses", "api", "p2pd"),
          List.copyOf(first.keySet()));
      assertEquals("alice", first.get("name"));
      String api = String.valueOf(first.get("api"));
      assertTrue(api.matches("http://127\\.0\\.0\\.1:[1-9]\\d*"), api);
      assertEquals(List.of(), first.get("p2pd"));
      assertTrue(
          alice.address().matches("/ip4/127\\.0\\.0\\.1/tcp/[1-9]\\d*/p2p/" + first.get("peerId")),
          alice.address());
      alice.terminate();
      assertEquals(0, alice.status());
      assertEquals("{\"event\":\"stopped\"}", alice.out().getLast());
      assertEquals(List.of(), alice.err());
    }
  }

  /** Goal: two nodes told apart by nothing but their names run side by side, each with a folder and an API of its own. */
  @Test
  void nodesWithNamesRunSideBySideAndLogToTheirFiles() throws Exception {
    Map<String, String> home = Map.of("XDG_DATA_HOME", folder.toString());
    Path log = folder.resolve("one.log");
    String[] one = sideBySide("one", "--log-file", log.toString(), "--log-level", "info");
    try (Program first = Program.start(home, one);
        Program second = Program.start(home, sideBySide("two"))) {
      Object firstApi = first.event("listening").get("api");
      Object secondApi = second.event("listening").get("api");
      assertTrue(
          firstApi != null && secondApi != null && !firstApi.equals(secondApi), first.said());
      for (String name : List.of("one", "two")) {
        Path data = folder.resolve("openagi-p2p").resolve(name);
        assertTrue(Files.exists(data.resolve("api.token")), name);
        assertTrue(Files.exists(data.resolve("api.address")), name);
      }
      first.terminate();
      second.terminate();
      assertEquals(0, first.status());
      assertEquals(0, second.status());
      // At most one of them got the usual port, and the other says nothing of it.
      assertEquals(List.of(), first.err());
      assertEquals(List.of(), second.err());
      assertTrue(Files.size(log) > 0);
    }
  }

  private String[] sideBySide(String name, String... more) {
    var all = new ArrayList<>(List.of("node", "--name", name, "--interface", "lo", "--json"));
    all.addAll(List.of("--service", service));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  @Test
  void nodesFindEachOtherAndTalk() throws Exception {
    try (Program alice = node("alice", "--until-eof");
        Program bob = node("bob", "--until-eof")) {
      alice.event("joined", e -> "bob".equals(e.get("name")));
      bob.event("joined", e -> "alice".equals(e.get("name")));
      alice.type("bob: hello\u001b[31m");
      Map<String, Object> got = bob.event("message");
      assertEquals("hello\u001b[31m", got.get("text"));
      assertEquals("bob", alice.event("acknowledged").get("to"));
      bob.type("*: to all");
      assertEquals("to all", alice.event("message").get("text"));
      alice.type("/stats");
      Map<String, Object> stats = alice.event("stats");
      assertEquals(0, ((Number) stats.get("deadLetters")).intValue());
      assertEquals(1 << 30, ((Number) stats.get("queueQuota")).intValue());
      bob.closeInput();
      assertEquals(0, bob.status());
      assertEquals("bob", alice.event("left").get("name"));
      alice.type("/quit");
      assertEquals(0, alice.status());
    }
  }

  @Test
  void sendFindsThePeerAndWaitsForTheAcknowledgement() throws Exception {
    Files.writeString(folder.resolve("letter"), "from a file");
    try (Program alice = node("alice")) {
      alice.event("listening");
      try (Program send = Program.start(arguments("send", "carol", "alice", "hello there"))) {
        assertEquals(0, send.status(), send::said);
        Map<String, Object> end = send.event("acknowledged");
        assertEquals("alice", end.get("to"));
        assertTrue(((Number) end.get("micros")).longValue() > 0);
      }
      assertEquals(
          "hello there",
          alice.event("message", e -> e.get("text").equals("hello there")).get("text"));
      String byAddress = alice.address();
      try (Program send =
          Program.start(arguments("send", "carol", byAddress, "@" + folder.resolve("letter")))) {
        assertEquals(0, send.status(), send::said);
      }
      alice.event("message", e -> "from a file".equals(e.get("text")));
    }
  }

  @Test
  void sendFailsInOneLineWhenNobodyGoesByThatName() throws Exception {
    try (Program send = Program.start(arguments("send", "carol", "nobody", "hello"))) {
      assertEquals(1, send.status());
      assertEquals(1, send.err().size(), send::said);
      assertTrue(send.err().getFirst().contains("nobody"));
    }
  }

  @Test
  void pingsByNameAndByAddressAndListsPeers() throws Exception {
    try (Program alice = node("alice")) {
      alice.event("listening");
      for (String peer : List.of("alice", alice.address())) {
        try (Program ping =
            Program.start(arguments("ping", "carol", peer, "--count", "2", "--interval", "0"))) {
          assertEquals(0, ping.status(), ping::said);
          assertEquals(2, ((Number) ping.event("summary").get("count")).intValue());
        }
      }
      try (Program peers = Program.start(arguments("peers", "carol"))) {
        assertEquals(0, peers.status(), peers::said);
        Map<String, Object> found = peers.event("peer");
        assertEquals("alice", found.get("name"));
        assertEquals(alice.event("listening").get("peerId"), found.get("peerId"));
      }
    }
  }

  @Test
  void aCommandApartFromARunningNodeOfTheSameNameTakesAnotherIdentity() throws Exception {
    try (Program alice = node("alice")) {
      alice.event("listening");
      try (Program second = node("alice")) {
        assertEquals(1, second.status());
        assertEquals(1, second.err().size(), second::said);
        assertTrue(second.err().getFirst().contains("is in use by process"));
      }
      try (Program send =
          Program.start(arguments("send", "alice", "alice", "hello myself", "--apart"))) {
        assertEquals(0, send.status(), send::said);
        assertEquals(1, send.err().size(), send::said);
        assertTrue(send.err().getFirst().contains("takes part as another one"));
      }
      alice.event("message");
    }
  }

  @Test
  void aPortInUseIsOneLineThatSaysSo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "/ip4/127.0.0.1/tcp/" + taken.getLocalPort();
      try (Program alice = Program.start(
          "node", "--data", folder.toString(), "--interface", "lo", "--listen", address)) {
        assertEquals(1, alice.status());
        assertEquals(1, alice.err().size(), alice::said);
        String line = alice.err().getFirst();
        assertTrue(line.contains(taken.getLocalPort() + " on 127.0.0.1 is in use"), line);
      }
    }
  }

  @Test
  void aBadVariableAndAnUnknownOneAreReportedTogether() throws Exception {
    Map<String, String> variables =
        Map.of("P2P_HEARTBEAT_INTERVAL", "abc", "P2P_MAX_CONECTIONS", "2");
    try (Program alice = Program.start(variables, arguments("node", "alice"))) {
      assertEquals(2, alice.status());
      String all = String.join("\n", alice.err());
      assertTrue(all.contains("P2P_HEARTBEAT_INTERVAL") && all.contains("'abc'"), all);
      assertTrue(all.contains("P2P_MAX_CONECTIONS"), all);
      assertTrue(all.contains("P2P_MAX_CONNECTIONS"), all); // what was meant
    }
  }

  @Test
  void refusesThePeerBeyondTheLimitWithAReasonOnBothSides() throws Exception {
    try (Program alice = Program.start(
            Map.of("P2P_MAX_CONNECTIONS", "2"),
            arguments("node", "alice", "--discovery", "manual"));
        Program bob = node("bob", "--discovery", "manual", "--peer", alice.address());
        Program carol = node("carol", "--discovery", "manual", "--peer", alice.address())) {
      alice.event("joined", e -> "bob".equals(e.get("name")));
      alice.event("joined", e -> "carol".equals(e.get("name")));
      try (Program dave = Program.start(
          arguments("ping", "dave", alice.address(), "--discovery", "manual", "--count", "1"))) {
        assertEquals(1, dave.status());
        assertEquals(1, dave.err().size(), dave::said);
        assertTrue(dave.err().getFirst().contains("connections"), dave.err().getFirst());
      }
      Map<String, Object> refused =
          alice.event("fault", e -> "CONNECTION_REFUSED".equals(e.get("what")));
      assertTrue(String.valueOf(refused.get("cause")).contains("2"), () -> refused.toString());
    }
  }
}
