package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.RefusalCause;

/** What strangers do to an open port. */
class HostileSocketTest {
  private static final Timeouts IMPATIENT =
      Timeouts.defaults().withHandshake(Duration.ofMillis(700));

  private final TestHosts hosts = new TestHosts();
  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (Socket s : sockets) s.close();
    hosts.close();
  }

  private Socket open(Host host) throws IOException {
    int port =
        host.listenAddresses().getFirst().toTcpSocketAddress().orElseThrow().getPort();
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(10_000);
    sockets.add(socket);
    return socket;
  }

  private static boolean isClosedByPeer(Socket socket) {
    try {
      while (socket.getInputStream().read() >= 0) {} // what it says before does not matter
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private void assertUnharmed(Host host) {
    await("no handshake left", () -> host.stats().handshakesInFlight() == 0);
    Host stranger = hosts.start();
    await("others can connect", () -> canConnect(stranger, host));
  }

  /** On a busy machine an honest handshake may miss the short deadline, too. */
  private static boolean canConnect(Host from, Host to) {
    try {
      return get(from.connect(to.listenAddresses().getFirst())).isOpen();
    } catch (TestHosts.FailedStage e) {
      return false;
    }
  }

  @Test
  void whoConnectsAndSaysNothingIsCutOffAtTheDeadline() throws Exception {
    Host host = hosts.start(c -> c.withTimeouts(IMPATIENT));
    Socket silent = open(host);
    assertTrue(isClosedByPeer(silent));
    await("counted", () -> host.stats().refusals().containsKey(RefusalCause.HANDSHAKE_TIMEOUT));
    assertUnharmed(host);
  }

  @Test
  void drippingBytesDoesNotExtendTheDeadline() throws Exception {
    Host host = hosts.start(c -> c.withTimeouts(IMPATIENT));
    Socket slow = open(host);
    Thread.ofVirtual().start(() -> {
      byte[] line = "\u0013/multistream/1.0.0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
      try {
        OutputStream out = slow.getOutputStream();
        for (int i = 0; ; i = (i + 1) % (line.length - 1)) {
          out.write(line[i]);
          java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
        }
      } catch (IOException closed) {
        // As it should be.
      }
    });
    long start = System.nanoTime();
    assertTrue(isClosedByPeer(slow));
    assertTrue(System.nanoTime() - start < Duration.ofSeconds(8).toNanos());
    assertUnharmed(host);
  }

  @Test
  void garbageIsCutOffAtOnceAndCounted() throws Exception {
    Host host = hosts.start();
    String[] openings = {
      "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " + "x".repeat(100) + "\r\n\r\n",
      "SSH-2.0-OpenSSH_9.6\r\n".repeat(5),
      "\u0000\u0000\u0000"
    };
    for (String text : openings) {
      Socket socket = open(host);
      socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertTrue(isClosedByPeer(socket), text);
    }
    Random random = new Random(1);
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[1 + random.nextInt(5000)];
      random.nextBytes(noise);
      Socket socket = open(host);
      socket.getOutputStream().write(noise);
      socket.shutdownOutput();
      assertTrue(isClosedByPeer(socket));
    }
    await(
        "counted",
        () -> host.stats().refusals().getOrDefault(RefusalCause.HANDSHAKE_FAILED, 0L) == 23);
    assertUnharmed(host);
  }

  @Test
  void garbageInsideTheHandshakesIsCutOff() throws Exception {
    Host host = hosts.start();
    for (String security : List.of("/noise", "/tls/1.0.0")) {
      Socket socket = open(host);
      OutputStream out = socket.getOutputStream();
      byte[] header =
          "\u0013/multistream/1.0.0\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
      out.write(header);
      out.write(security.length() + 1);
      out.write((security + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
      byte[] noise = new byte[3000];
      new Random(2).nextBytes(noise);
      noise[0] = 0;
      noise[1] = 32;
      out.write(noise);
      assertTrue(isClosedByPeer(socket), security);
    }
    assertUnharmed(host);
  }

  @Test
  void aFloodOfHalfOpenConnectionsStaysWithinTheBound() throws Exception {
    Limits limits = Limits.of(50).withHandshakes(10, 10, 2);
    Host host = hosts.start(c -> c.withTimeouts(IMPATIENT).withLimits(limits));
    for (int i = 0; i < 100; i++) open(host);
    await(
        "most are turned away",
        () -> host.stats().refusals().getOrDefault(RefusalCause.MAX_HANDSHAKES, 0L) >= 80);
    assertTrue(host.stats().handshakesInFlight() <= 10);
    assertUnharmed(host);
  }
}
