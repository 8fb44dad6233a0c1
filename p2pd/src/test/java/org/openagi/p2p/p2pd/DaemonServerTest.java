package org.openagi.p2p.p2pd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.testkit.Await;

/** Two nodes, each driven over its sockets only. */
@Timeout(120)
class DaemonServerTest {
  private static final int IDENTIFY = 0;
  private static final int CONNECT = 1;
  private static final int STREAM_OPEN = 2;
  private static final int STREAM_HANDLER = 3;
  private static final int DHT = 4;
  private static final int LIST_PEERS = 5;
  private static final int CONNMANAGER = 6;
  private static final int DISCONNECT = 7;
  private static final int PUBSUB = 8;
  private static final int PEERSTORE = 9;
  private static final String ECHO = "/echo/1.0.0";
  private static final Multiaddr ANY_TCP = Multiaddr.parse("/ip4/127.0.0.1/tcp/0");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir
  private Path folder;

  private Node alice;
  private Node bob;

  /** A host and the server before it, on a Unix socket and a port. */
  private static final class Node implements AutoCloseable {
    final Host host;
    final DaemonServer server;
    final Multiaddr unix;
    final Multiaddr tcp;

    Node(Path socket, DaemonLimits limits) throws Exception {
      host = Host.create(
          HostConfig.defaults().withListenAddresses(List.of(ANY_TCP)),
          HostKey.generate(new SecureRandom()));
      host.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
      unix = Multiaddr.parse("/unix" + socket);
      server = DaemonServer.open(host, List.of(unix, ANY_TCP), limits);
      tcp = server.addresses().getLast();
    }

    TestClient client() throws IOException {
      return new TestClient(unix);
    }

    Bytes id() {
      return host.peerId().toBytes();
    }

    long refused(Refusal cause) {
      return server.stats().refusals().getOrDefault(cause, 0L);
    }

    @Override
    public void close() throws IOException {
      server.close();
      host.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    alice = new Node(folder.resolve("alice"), DaemonLimits.DEFAULT);
    bob = new Node(folder.resolve("bob"), DaemonLimits.DEFAULT);
  }

  @AfterEach
  void stop() throws IOException {
    alice.close();
    bob.close();
  }

  private void connect() throws Exception {
    try (TestClient client = alice.client()) {
      Oracle.Fields answer =
          client.ask(CONNECT, "connect", "peer", bob.id(), "addrs", bobsAddresses(), "timeout", 20);
      assertTrue(answer.isOk(), () -> answer.message().toString());
    }
  }

  private List<Bytes> bobsAddresses() {
    return bob.host.listenAddresses().stream().map(Multiaddr::toBytes).toList();
  }

  private static void serve(Node node, Multiaddr callbacks, TestClient client) throws Exception {
    Oracle.Fields answer = client.ask(
        STREAM_HANDLER, "streamHandler", "addr", callbacks.toBytes(), "proto", List.of(ECHO));
    assertTrue(answer.isOk(), () -> answer.message().toString());
    assertEquals(1, node.server.stats().handlers());
  }

  @Test
  void nodesAreIdentifiedConnectedListedAndDisconnectedOverOneConnection() throws Exception {
    try (TestClient client = new TestClient(alice.tcp)) {
      Oracle.Fields self = client.ask(IDENTIFY, "").of("identify");
      assertEquals(alice.id(), self.bytes("id"));
      Multiaddr listens = Multiaddr.fromBytes(self.allBytes("addrs").getFirst());
      assertTrue(listens.isTcp() && listens.peerId().isEmpty(), listens::toString);

      assertEquals(List.of(), client.ask(LIST_PEERS, "").each("peers"));
      connect();
      connect(); // there is one already: that is fine
      List<Oracle.Fields> peers = client.ask(LIST_PEERS, "").each("peers");
      assertEquals(1, peers.size());
      assertEquals(bob.id(), peers.getFirst().bytes("id"));
      Bytes address = peers.getFirst().allBytes("addrs").getFirst();
      assertEquals(bob.host.listenAddresses().getFirst().withoutPeerId().toBytes(), address);

      Bytes id = bob.id();
      Oracle.Fields known = client
          .ask(PEERSTORE, "peerStore", "type", 2, "id", id)
          .of("peerStore")
          .of("peer");
      assertTrue(known.allBytes("addrs").contains(address));
      Await.until(
          PATIENCE,
          "bob's protocols are known",
          () -> alice.host.peers().protocols(bob.host.peerId()).contains("/ipfs/id/1.0.0"));
      assertTrue(client
          .ask(PEERSTORE, "peerStore", "type", 1, "id", id)
          .of("peerStore")
          .texts("protos")
          .contains("/ipfs/id/1.0.0"));

      assertTrue(client.ask(DISCONNECT, "disconnect", "peer", id).isOk());
      assertEquals(List.of(), client.ask(LIST_PEERS, "").each("peers"));
    }
  }

  @Test
  void bytesGoBothWaysAndEachDirectionEndsByItself() throws Exception {
    connect();
    try (var callbacks = new TestClient.Callbacks(folder.resolve("callbacks"));
        TestClient control = bob.client();
        TestClient out = alice.client()) {
      serve(bob, callbacks.address, control);
      Oracle.Fields opened =
          out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of("/none", ECHO));
      assertTrue(opened.isOk(), () -> opened.message().toString());
      assertEquals(ECHO, opened.of("streamInfo").text("proto"));
      assertEquals(bob.id(), opened.of("streamInfo").bytes("peer"));

      try (TestClient in = callbacks.accept()) {
        Oracle.Fields info = Oracle.read("StreamInfo", in.message());
        assertEquals(alice.id(), info.bytes("peer"));
        assertEquals(ECHO, info.text("proto"));
        assertTrue(Multiaddr.fromBytes(info.bytes("addr")).isTcp());

        byte[] much = new byte[3 << 20];
        new Random(7).nextBytes(much);
        Thread writer = Thread.ofVirtual().start(() -> {
          try {
            out.raw(much);
            out.endOutput();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
        assertArrayEquals(much, in.bytes(much.length));
        assertEquals("", in.rest(), "alice has ended her direction");
        writer.join();
        in.say("still here");
        in.endOutput();
        assertEquals("still here", out.rest());
      }
    }
    Await.until(PATIENCE, "no stream is left", () -> alice.server.stats().streams() == 0);
    Await.until(PATIENCE, "none at bob's", () -> bob.server.stats().streams() == 0);
    assertEquals(0, alice.server.stats().clients());
  }

  @Test
  void whatIsSentBeforeTheAnswerBelongsToTheStream() throws Exception {
    connect();
    try (var callbacks = new TestClient.Callbacks(ANY_TCP);
        TestClient control = new TestClient(bob.tcp);
        TestClient out = alice.client()) {
      serve(bob, callbacks.address, control);
      out.send(Oracle.request(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO)));
      out.say("early");
      try (TestClient in = callbacks.accept()) {
        in.message();
        assertEquals("early", new String(in.bytes(5), StandardCharsets.UTF_8));
      }
    }
  }

  @Test
  void aClientThatDoesNotReadHoldsUpItsPeerAndCostsNoMemory() throws Exception {
    connect();
    try (var callbacks = new TestClient.Callbacks(folder.resolve("callbacks"));
        TestClient control = bob.client();
        TestClient out = alice.client()) {
      serve(bob, callbacks.address, control);
      out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO));
      try (TestClient stalled = callbacks.accept()) {
        long sent = out.flood();
        assertTrue(sent < 24 << 20, () -> sent + " bytes were taken that nobody reads");
        stalled.message();
        assertEquals(0, stalled.bytes((int) sent)[0]);
      }
    }
  }

  @Test
  void aHandlerIsReplacedAndOneThatIsGoneResetsTheStream() throws Exception {
    connect();
    try (TestClient control = bob.client()) {
      try (var gone = new TestClient.Callbacks(folder.resolve("gone"))) {
        serve(bob, gone.address, control);
      }
      try (TestClient out = alice.client()) {
        assertTrue(out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
            .isOk());
        assertEquals("", out.rest(), "the stream was reset");
      }
      Await.until(
          PATIENCE, "the failure is counted", () -> bob.refused(Refusal.CALLBACK_FAILED) == 1);
      try (var callbacks = new TestClient.Callbacks(folder.resolve("new"));
          TestClient out = alice.client()) {
        serve(bob, callbacks.address, control);
        out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO));
        callbacks.accept().close();
      }
    }
  }

  @Test
  void handlersAreCalledOnThisMachineOnlyAndUnixSocketsForTheirOwnerOnly() throws Exception {
    try (TestClient unix = bob.client();
        TestClient tcp = new TestClient(bob.tcp)) {
      for (String elsewhere :
          List.of("/ip4/192.0.2.1/tcp/80", "/dns/example.org/tcp/80", "/ip4/127.0.0.1/udp/80")) {
        assertTrue(register(unix, elsewhere, ECHO).contains("loopback"), elsewhere);
      }
      assertTrue(register(tcp, "/unix/tmp/some.sock", ECHO).contains("Unix socket only"));
      assertEquals(4, bob.refused(Refusal.CALLBACK_ADDRESS));
      assertTrue(register(unix, "/unix/tmp/some.sock", "/ipfs/id/1.0.0").contains("handler"));
      assertTrue(register(unix, "/unix/tmp/some.sock", "no-slash").contains("begin with /"));
      assertEquals(2, bob.refused(Refusal.PROTOCOL_TAKEN));
    }
  }

  private static String register(TestClient client, String address, String protocol)
      throws Exception {
    Bytes encoded = Multiaddr.parse(address).toBytes();
    return client
        .ask(STREAM_HANDLER, "streamHandler", "addr", encoded, "proto", List.of(protocol))
        .error();
  }

  @Test
  void tagsKeepConnectionsUntilTheyAreTakenBack() throws Exception {
    connect();
    var connection = alice.host.connections(bob.host.peerId()).getFirst();
    try (TestClient client = alice.client()) {
      Bytes id = bob.id();
      assertTrue(client
          .ask(CONNMANAGER, "connManager", "type", 0, "peer", id, "tag", "t", "weight", 5)
          .isOk());
      Await.until(PATIENCE, "the connection is kept", connection::isProtected);
      assertTrue(client
          .ask(CONNMANAGER, "connManager", "type", 1, "peer", id, "tag", "t")
          .isOk());
      Await.until(PATIENCE, "it is kept no more", () -> !connection.isProtected());
      assertTrue(client.ask(CONNMANAGER, "connManager", "type", 2).error().contains("trimming"));
    }
  }

  @Test
  void whatIsNotSupportedSaysSoAndTheConnectionGoesOn() throws Exception {
    try (TestClient client = alice.client()) {
      assertEquals("the DHT is not supported by this node", client.ask(DHT, "").error());
      assertEquals(
          "PUBSUB is not supported by this node", client.ask(PUBSUB, "").error());
      String unknown = client
          .ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
          .error();
      assertTrue(unknown.contains("address"), unknown);
      assertTrue(client.ask(IDENTIFY, "").isOk());
    }
    assertEquals(2, alice.refused(Refusal.UNSUPPORTED));
    assertEquals(1, alice.refused(Refusal.FAILED));
  }

  @Test
  void malformedAndOversizedRequestsEndTheConnectionWithAReason() throws Exception {
    for (byte[] wrong : List.of(
        Bytes.fromHex("ffffff7f").toArray(),
        Bytes.fromHex("0300ff00").toArray(),
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nAccept: text/html\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8))) {
      try (TestClient client = new TestClient(alice.tcp)) {
        client.raw(wrong);
        assertTrue(Oracle.response(client.message()).error().startsWith("malformed request: "));
      }
    }
    assertEquals(3, alice.refused(Refusal.MALFORMED));
    try (TestClient client = alice.client()) {
      assertTrue(client.ask(IDENTIFY, "").isOk());
    }
  }

  @Test
  void boundsAreKeptAndWhoHangsIsCutOff() throws Exception {
    Duration soon = Duration.ofMillis(300);
    DaemonLimits tight = new DaemonLimits(2, 1, 1, 1, soon, Duration.ofSeconds(20));
    try (Node carol = new Node(folder.resolve("carol"), tight)) {
      try (TestClient half = carol.client()) {
        half.raw(new byte[] {20, 8});
        assertEquals("", half.rest(), "a request that does not go on");
      }
      assertEquals(1, carol.refused(Refusal.TOO_SLOW));
      Await.until(PATIENCE, "its place is free", () -> carol.server.stats().clients() == 0);
      try (TestClient first = carol.client();
          TestClient second = carol.client()) {
        assertTrue(first.ask(IDENTIFY, "").isOk());
        assertTrue(second.ask(IDENTIFY, "").isOk());
        try (TestClient third = carol.client()) {
          assertTrue(Oracle.response(third.message()).error().contains("2 clients"));
        }
        assertEquals("", register(first, "/unix/tmp/some.sock", ECHO));
        assertTrue(register(first, "/unix/tmp/some.sock", "/two").contains("1 protocols"));
        for (int i = 0; i < 2; i++) {
          String told = first
              .ask(
                  CONNMANAGER,
                  "connManager",
                  "type",
                  0,
                  "peer",
                  bob.id(),
                  "tag",
                  "t" + i,
                  "weight",
                  1)
              .error();
          assertEquals(i == 1, told.contains("1 tags"), told);
        }
        bobServesEcho(carol, first, second);
      }
    }
  }

  @Test
  void whatIsSilentForTooLongEnds() throws Exception {
    Duration soon = Duration.ofMillis(300);
    DaemonLimits impatient = new DaemonLimits(8, 8, 8, 8, Duration.ofSeconds(20), soon);
    CountDownLatch tested = new CountDownLatch(1);
    bob.host.handle(ECHO, stream -> {
      try {
        stream.input().transferTo(stream.output());
        tested.await(); // ends its own direction only then
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    try (Node carol = new Node(folder.resolve("carol"), impatient)) {
      try (TestClient idle = carol.client()) {
        assertTrue(idle.ask(IDENTIFY, "").isOk());
        assertEquals("", idle.rest(), "no further request");
      }
      assertEquals(1, carol.refused(Refusal.TOO_SLOW));
      try (TestClient out = carol.client()) {
        assertTrue(out.ask(CONNECT, "connect", "peer", bob.id(), "addrs", bobsAddresses())
            .isOk());
        assertTrue(out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
            .isOk());
        out.say("echo");
        out.bytes(4);
        out.endOutput();
        assertEquals("", out.rest(), "bob never ends his direction");
      }
      assertEquals(2, carol.refused(Refusal.TOO_SLOW));
      Await.until(PATIENCE, "the stream is gone", () -> carol.server.stats().streams() == 0);
    } finally {
      tested.countDown();
    }
  }

  private void bobServesEcho(Node carol, TestClient first, TestClient second) throws Exception {
    bob.host.handle(ECHO, stream -> {
      try {
        stream.input().transferTo(stream.output());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    assertTrue(second
        .ask(CONNECT, "connect", "peer", bob.id(), "addrs", bobsAddresses())
        .isOk());
    assertTrue(second
        .ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
        .isOk());
    String told = first
        .ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
        .error();
    assertTrue(told.contains("1 streams"), told);
    second.say("ping");
    assertArrayEquals("ping".getBytes(StandardCharsets.UTF_8), second.bytes(4));
    assertEquals(1, carol.refused(Refusal.TOO_MANY_STREAMS));
  }

  @Test
  void theSocketIsItsOwnersAloneAndGoesWithTheServer() throws Exception {
    Path socket = folder.resolve("own");
    Multiaddr address = Multiaddr.parse("/unix" + socket);
    DaemonServer server = DaemonServer.open(alice.host, List.of(address));
    assertEquals(
        PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(socket));
    String inUse = message(address);
    assertTrue(inUse.contains("another process listens there"), inUse);
    TestClient client = new TestClient(address);
    assertTrue(client.ask(IDENTIFY, "").isOk());
    server.close();
    assertEquals("", client.rest());
    assertFalse(Files.exists(socket));

    Files.writeString(socket, "a file");
    String file = message(address);
    assertTrue(file.contains("not a socket"), file);
    assertEquals("a file", Files.readString(socket));
    assertTrue(message(Multiaddr.parse("/ip4/192.0.2.1/tcp/0")).contains("loopback"));
  }

  private String message(Multiaddr address) {
    return String.valueOf(
        assertThrows(IOException.class, () -> DaemonServer.open(alice.host, List.of(address)))
            .getMessage());
  }

  @Test
  void closingEndsStreamsAndServesProtocolsNoMore() throws Exception {
    connect();
    try (var callbacks = new TestClient.Callbacks(folder.resolve("callbacks"));
        TestClient control = bob.client();
        TestClient out = alice.client()) {
      serve(bob, callbacks.address, control);
      out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO));
      try (TestClient in = callbacks.accept()) {
        in.message();
        bob.server.close();
        assertEquals("", in.rest());
        assertEquals("", out.rest());
      }
    }
    // Until it has heard of it, alice opens a stream without waiting whether bob still serves it.
    Await.until(
        PATIENCE,
        "alice knows what bob serves no more",
        () -> !alice.host.peers().protocols(bob.host.peerId()).contains(ECHO));
    try (TestClient out = alice.client()) {
      assertFalse(out.ask(STREAM_OPEN, "streamOpen", "peer", bob.id(), "proto", List.of(ECHO))
          .isOk());
    }
  }
}
