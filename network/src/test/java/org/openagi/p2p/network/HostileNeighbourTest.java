package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.RawStream;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.network.overlay.OverlayService;

/** A neighbour that speaks the protocol of the overlay badly, over connections of its own. */
class HostileNeighbourTest {
  private static final byte[] HELLO = {1, 2, 1, 0};

  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  private P2PNetworkManager alice;
  private P2PNetworkManager mallory;
  private PeerId malloryId;

  @BeforeEach
  void make() {
    alice = nodes.start("alice");
    mallory = nodes.start("mallory", alice);
    malloryId = mallory.identity().peerId();
    TestNodes.await("neighbours", () -> isNeighbour(alice, malloryId));
  }

  private static boolean isNeighbour(P2PNetworkManager node, PeerId peer) {
    return node.overlay()
        .ask(n -> n.neighbours().contains(peer))
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
  }

  /** Opens a stream, writes, and returns what counts down when the other side has ended it. */
  private CountDownLatch say(byte[]... parts) {
    Connection connection =
        mallory.host().connections(alice.identity().peerId()).getFirst();
    RawStream raw = mallory
        .host()
        .newRawStream(connection, OverlayService.PROTOCOL)
        .toCompletableFuture()
        .orTimeout(10, TimeUnit.SECONDS)
        .join();
    CountDownLatch ended = new CountDownLatch(1);
    MuxedStream stream = raw.stream();
    connection.executor().execute(() -> {
      stream.setListener(new Ended(ended));
      for (byte[] part : parts) stream.write(Unpooled.wrappedBuffer(part));
      stream.flush();
    });
    return ended;
  }

  private record Ended(CountDownLatch latch) implements StreamListener {
    @Override
    public void onData(ByteBuf data) {
      data.release();
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {}

    @Override
    public void onClosed(@Nullable Throwable cause) {
      latch.countDown();
    }
  }

  @Test
  void framesWithoutAGreetingEndTheStream() throws InterruptedException {
    assertTrue(say(new byte[] {0x20, 1, 0}).await(20, TimeUnit.SECONDS));
    assertEquals(1, alice.overlay().violations());
    assertTrue(isNeighbour(alice, malloryId), "once is not enough to be cut");
  }

  @Test
  void aBodyThatIsTooLongEndsTheStreamBeforeItArrives() throws InterruptedException {
    byte[] header = {0x30, (byte) 0x80, (byte) 0x80, 0x3f};
    assertTrue(say(HELLO, header).await(20, TimeUnit.SECONDS));
    assertEquals(1, alice.overlay().violations());
  }

  @Test
  void aFrameInTheWrongStreamIsAViolation() throws InterruptedException {
    assertTrue(say(HELLO, new byte[] {0x50, 0}).await(20, TimeUnit.SECONDS));
    assertEquals(1, alice.overlay().violations());
  }

  @Test
  void framesOfUnknownTypesAreSkippedIfTheyMayBe() {
    say(HELLO, new byte[] {0x0f, 0});
    say(HELLO, new byte[] {(byte) 0xb0, 3, 1, 2, 3});
    TestNodes.await("skipped", () -> alice.overlay().skipped() == 1);
    TestNodes.await("not skippable", () -> alice.overlay().violations() == 1);
  }

  @Test
  void whoBreaksRulesAgainAndAgainIsCut() {
    for (int i = 0; i < 3; i++) say(HELLO, new byte[] {0x2f, 0});
    TestNodes.await("cut", () -> alice.connectedPeers().isEmpty());
    assertTrue(alice.overlay().violations() >= 3);
  }

  @Test
  void moreStreamsThanAllowedAreReset() throws InterruptedException {
    CountDownLatch last = null;
    for (int i = 0; i < 4; i++) last = say(HELLO);
    assertTrue(last.await(20, TimeUnit.SECONDS), "with that of the service there are five");
    assertTrue(isNeighbour(alice, malloryId));
  }
}
