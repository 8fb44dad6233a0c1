package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.testkit.Await;

/** What hinders is named, with and without a node that runs. */
@Timeout(150)
class DoctorCommandTest {
  private static final String STRANGER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

  @TempDir
  Path folder;

  private CliRun doctor(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--json", "--name", "alice"));
    all.addAll(List.of("--discovery", "manual", "--listen", "/ip4/127.0.0.1/tcp/0"));
    all.addAll(List.of(arguments));
    return CliRun.of(folder.resolve("alice"), "doctor", all.toArray(String[]::new));
  }

  private static List<String> causes(CliRun run) {
    Map<String, Object> end = run.json().getLast();
    assertEquals("diagnosis", end.get("event"), run.out());
    return ((List<?>) end.get("causes")).stream().map(String::valueOf).toList();
  }

  private void assertCause(String code, String... arguments) {
    CliRun run = doctor(arguments);
    assertEquals(1, run.status(), run.out() + run.err());
    assertTrue(causes(run).contains(code), run.out());
  }

  private static String address(Session session) {
    return session.manager().addresses().getFirst().toString();
  }

  @Test
  void aPeerThatIsWellIsReachedByAStartedNodeAndByARunningOne() throws Exception {
    try (Session bob = LoopbackNode.start(folder, "bob", "")) {
      bob.manager().registerMessageHandler(message -> {});
      CliRun alone = doctor(address(bob));
      assertEquals(0, alone.status(), alone.out() + alone.err());
      assertEquals(List.of(), causes(alone));
      try (Session alice = LoopbackNode.start(folder, "alice", address(bob))) {
        Await.until(
            Duration.ofSeconds(60),
            "a link",
            () -> alice.manager().peerId("bob").isPresent());
        CliRun asked = doctor("bob");
        assertEquals(0, asked.status(), asked.out() + asked.err());
        assertTrue(asked.out().contains("acknowledged"), asked.out());
        assertTrue(asked.out().contains("it agrees with one peer to within"), asked.out());
      }
    }
  }

  @Test
  void aPeerThatIsDownAndAPortThatSwallowsEverythingAreToldApart() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    assertCause("PEER_DOWN", "/ip4/127.0.0.1/tcp/" + port);
    assertCause("NOT_FOUND", "nobody-of-that-name");
  }

  /** A full backlog of a socket that is never accepted from drops what comes, as a packet filter does. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aPortThatIsBlockedIsNamed() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 4; i++) {
        SocketChannel each = SocketChannel.open();
        waiting.add(each);
        each.configureBlocking(false);
        each.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()));
      }
      assertCause("PORT_BLOCKED", "/ip4/127.0.0.1/tcp/" + full.getLocalPort());
    } finally {
      for (SocketChannel each : waiting) each.close();
    }
  }

  @Test
  void aWrongKeyIsNamedWhetherItIsInTheAddressOrPinned() throws Exception {
    try (Session bob = LoopbackNode.start(folder, "bob", "")) {
      assertCause("WRONG_KEY", address(bob).replaceFirst("/p2p/.*", "/p2p/" + STRANGER));
      Files.createDirectories(folder.resolve("alice"));
      Files.writeString(
          folder.resolve("alice/known_peers"), "bob " + STRANGER + " 2026-01-02T03:04:05Z\n");
      assertCause("WRONG_KEY_PINNED", address(bob));
    }
  }

  @Test
  void aWrongKeyIsNamedByANodeThatHasFailedOften() throws Exception {
    try (Session bob = LoopbackNode.start(folder, "bob", "")) {
      String stale = address(bob).replaceFirst("/p2p/.*", "/p2p/" + STRANGER);
      try (Session alice = LoopbackNode.start(folder, "alice", stale)) {
        Await.until(
            Duration.ofSeconds(60),
            "several failures, and a long wait before the next try",
            () -> alice.manager().getNetworkStats().dialsFailed() >= 3);
        assertCause("WRONG_KEY", stale);
        assertCause("WRONG_KEY", STRANGER);
      }
    }
  }

  @Test
  void aPeerAtItsLimitRefusesWithTheReason() throws Exception {
    P2PConfig few = P2PConfig.defaults()
        .with("name", "bob")
        .with("data", folder.resolve("bob").toString())
        .with("discovery", "manual")
        .with("listen", "/ip4/127.0.0.1/tcp/0")
        .with("max_connections", "2")
        .with("stop_timeout", "0");
    try (Session bob = Session.node(few, extras -> {})) {
      bob.start();
      try (Session carol = LoopbackNode.start(folder, "carol", address(bob));
          Session dave = LoopbackNode.start(folder, "dave", address(bob))) {
        Await.until(Duration.ofSeconds(60), "two peers", () -> Stream.of(carol, dave)
            .allMatch(each -> each.manager().peerId("bob").isPresent()));
        CliRun run = doctor(address(bob));
        assertEquals(List.of("PEER_AT_LIMIT"), causes(run), run.out());
        assertTrue(
            run.out().contains("at its limit of 2 connections (max_connections)"), run.out());
      }
    }
  }

  @Test
  void aPortInUseAndAKeyThatOthersCanReadAreNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CliRun run = CliRun.of(
          folder.resolve("alice"),
          "doctor",
          "--json",
          "--discovery",
          "manual",
          "--listen",
          "/ip4/127.0.0.1/tcp/" + taken.getLocalPort());
      assertEquals(List.of("PORT_IN_USE"), causes(run), run.out());
    }
    openKey();
  }

  private void openKey() throws IOException {
    if (OS.current() == OS.WINDOWS) return;
    Path key = folder.resolve("alice/identity.key");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertTrue(causes(doctor()).contains("KEY_OPEN_TO_OTHERS"));
  }
}
