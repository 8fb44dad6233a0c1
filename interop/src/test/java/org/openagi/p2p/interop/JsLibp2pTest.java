package org.openagi.p2p.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.testkit.Await;

/**
 * Our host and a js-libp2p node, each dialing the other, over each secure channel.
 *
 * <p>Goal: an implementation that shares no code with ours connects, identifies, pings and moves
 * bytes, and a reader that stops does not make us collect what it does not read.
 */
@Timeout(120)
class JsLibp2pTest {
  private static final String ECHO = "/echo/1.0.0";
  private static final String STALL = "/stall/1.0.0";
  private static final int TEN_MIB = 10 << 20;

  private Host host;
  private final CountDownLatch stalled = new CountDownLatch(1);

  @BeforeEach
  void startHost() throws Exception {
    host = Host.create(
        HostConfig.defaults().withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"))),
        HostKey.generate(new SecureRandom()));
    host.handle(ECHO, JsLibp2pTest::echo);
    host.handle(STALL, stream -> awaitQuietly(stalled));
    await(host.start());
  }

  @AfterEach
  void stopHost() {
    stalled.countDown();
    host.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"noise", "tls"})
  void jsDialsUs(String security) throws Exception {
    try (JsPeer js = JsPeer.start("--security", security)) {
      Map<String, Object> connection = js.call("dial", "address", ourAddress());
      assertEquals(host.peerId().toString(), connection.get("peerId"));
      assertEquals("/yamux/1.0.0", connection.get("multiplexer"));

      Map<String, Object> identity = js.call("info", "peerId", host.peerId().toString());
      assertTrue(JsPeer.strings(identity.get("protocols")).contains(ECHO), identity::toString);
      assertTrue(((String) identity.get("agentVersion")).startsWith("openagi-p2p/"));
      assertEquals(true, identity.get("signedPeerRecord"));
      assertTrue(
          JsPeer.strings(identity.get("listenAddrs")).stream()
              .anyMatch(a -> ourAddress().startsWith(a)),
          identity::toString);

      js.call("ping", "peerId", host.peerId().toString());
      js.call("echo", "peerId", host.peerId().toString(), "bytes", TEN_MIB);
      // js reads a quarter, then stops for a while: our echo handler has to wait for it
      js.call("echo", "peerId", host.peerId().toString(), "bytes", 2 << 20, "pauseMs", 700);
      knowsJs(js);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"noise", "tls"})
  void weDialJs(String security) throws Exception {
    try (JsPeer js = JsPeer.start("--security", security)) {
      Connection connection = await(host.connect(Multiaddr.parse(js.addresses().getFirst())));
      assertEquals(js.peerId(), connection.remotePeer().toString());
      assertEquals(
          security.equals("tls") ? HostConfig.TLS : HostConfig.NOISE, connection.security());

      assertTrue(await(host.ping(connection.remotePeer())).compareTo(Duration.ZERO) > 0);
      assertTrue(
          JsPeer.strings(js.call("info", "peerId", host.peerId().toString()).get("protocols"))
              .contains(ECHO));
      knowsJs(js);
      assertEquals(TEN_MIB, echoThrough(connection.remotePeer(), TEN_MIB));
      js.call("ping", "peerId", host.peerId().toString());
    }
  }

  /** The writer in js gets as far as our receive window and no further, and stays alive. */
  @ParameterizedTest
  @ValueSource(strings = {"noise", "tls"})
  void aReaderOfOursThatStopsDoesNotCollectWhatJsSends(String security) throws Exception {
    try (JsPeer js = JsPeer.start("--security", security)) {
      js.call("dial", "address", ourAddress());
      long before = PlatformDependent.usedDirectMemory();
      js.call("flood", "peerId", host.peerId().toString(), "protocol", STALL, "bytes", 52 << 20);
      Connection connection = host.connections().getFirst();
      Await.quiet(Duration.ofMillis(500), () -> connection.stats().bytesIn());
      long received = connection.stats().bytesIn();
      assertTrue(received < 20 << 20, () -> "took " + received + " bytes that nobody reads");
      long grown = PlatformDependent.usedDirectMemory() - before;
      assertTrue(grown < 40 << 20, () -> "direct memory grew by " + grown);
      // the connection is not hurt by the stalled stream
      js.call("ping", "peerId", host.peerId().toString());
      js.call("echo", "peerId", host.peerId().toString(), "bytes", 1 << 20);
    }
  }

  private void knowsJs(JsPeer js) {
    PeerId id = PeerId.parse(js.peerId());
    Await.until(
        Duration.ofSeconds(10),
        "identify of the js peer",
        () -> host.peers().get(id).map(p -> p.protocols().contains(ECHO)).orElse(false));
  }

  private long echoThrough(PeerId peer, int length) throws Exception {
    try (P2PStream stream = await(host.newStream(peer, ECHO))) {
      FutureTask<String> sent = new FutureTask<>(() -> {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] chunk = new byte[64 << 10];
        OutputStream out = stream.output();
        for (int left = length; left > 0; left -= chunk.length) {
          random.nextBytes(chunk);
          digest.update(chunk);
          out.write(chunk);
        }
        stream.closeWrite();
        return HexFormat.of().formatHex(digest.digest());
      });
      Thread.ofVirtual().start(sent);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long received = 0;
      byte[] buffer = new byte[64 << 10];
      InputStream in = stream.input();
      for (int n; (n = in.read(buffer)) >= 0; received += n) digest.update(buffer, 0, n);
      assertEquals(sent.get(60, TimeUnit.SECONDS), HexFormat.of().formatHex(digest.digest()));
      return received;
    }
  }

  private static void echo(P2PStream stream) {
    try {
      stream.input().transferTo(stream.output());
      stream.closeWrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String ourAddress() {
    return host.listenAddresses().getFirst().toString();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
