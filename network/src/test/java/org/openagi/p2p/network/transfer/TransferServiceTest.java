package org.openagi.p2p.network.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.transfer.TransferNode.await;
import static org.openagi.p2p.network.transfer.TransferNode.end;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.messaging.transfer.TransferReason;

/** Transfers between real hosts on loopback. */
@Timeout(120)
class TransferServiceTest {
  private static final TransferConfig CONFIG = TransferConfig.defaults().withSync(1 << 20);
  private final SecureRandom random = new SecureRandom();
  private final HostKey senderKey = HostKey.generate(random);
  private final HostKey recipientKey = HostKey.generate(random);
  private final List<TransferNode> nodes = new ArrayList<>();
  private TransferNode sender;
  private TransferNode recipient;
  private Path inbox;

  @TempDir
  private Path folder;

  @BeforeEach
  void start() throws Exception {
    inbox = Files.createDirectories(folder.resolve("inbox"));
    sender = sender();
    recipient = recipient(CONFIG);
  }

  private TransferNode sender() throws Exception {
    return added(new TransferNode(senderKey, folder.resolve("s"), CONFIG, 0));
  }

  private TransferNode recipient(TransferConfig config) throws Exception {
    TransferNode node = added(new TransferNode(recipientKey, folder.resolve("r"), config, 0));
    node.decide(offer -> offer.acceptInto(inbox));
    return node;
  }

  private TransferNode added(TransferNode node) {
    nodes.add(node);
    return node;
  }

  @AfterEach
  void stop() {
    nodes.forEach(TransferNode::close);
  }

  @Test
  void aFileArrivesAsItIs() throws Exception {
    for (int size : new int[] {0, 1, 3 << 20, 5_000_001}) {
      Path file = file("data " + size + ".bin", size);
      Transfer transfer = sender.send(recipient, file);
      var completed = assertInstanceOf(TransferOutcome.Completed.class, end(transfer));
      assertEquals(size, completed.bytes());
      assertEquals(sha256(file), completed.sha256());
      assertEquals(1, completed.streams());
      Path copy = inbox.resolve("data " + size + ".bin");
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(copy));
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)));
      assertEquals(TransferState.COMPLETED, transfer.state());
      assertEquals(
          new TransferProgress(size, size, OptionalLong.of(size), 0, 1), transfer.progress());
    }
    assertEquals(List.of(), leftovers());
    assertEquals(4, sender.transfers.stats().sent());
    assertEquals(4, recipient.transfers.stats().received());
    assertEquals(0, sender.transfers.stats().sending());
  }

  @Test
  void goesOnAfterEachLostConnection() throws Exception {
    Path file = file("big", 24 << 20);
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch second = new CountDownLatch(1);
    Transfer transfer =
        sender.send(recipient, "big", gated(gated(file, 6 << 20, first), 14 << 20, second));
    await("a quarter is there", () -> size("big.part") >= 6 << 20);
    recipient.cut();
    first.countDown();
    await("more than half is there", () -> size("big.part") >= 14 << 20);
    recipient.cut();
    second.countDown();
    var completed = assertInstanceOf(TransferOutcome.Completed.class, end(transfer));
    assertTrue(completed.streams() > 2, "streams: " + completed.streams());
    assertEquals(sha256(file), sha256(inbox.resolve("big")));
    assertEquals(List.of(), leftovers());
    long twice = recipient.transfers.stats().bytesReceived();
    assertEquals(24 << 20, twice, "nothing that arrived was sent again");
  }

  @Test
  void goesOnAfterARestartOfTheRecipient() throws Exception {
    Path file = file("big", 12 << 20);
    CountDownLatch gate = new CountDownLatch(1);
    Transfer transfer = sender.send(recipient, "big", gated(file, 6 << 20, gate));
    await("half is there", () -> size("big.part") >= 6 << 20);
    recipient.close();
    TransferNode again = recipient(CONFIG);
    sender.knows(again);
    gate.countDown();
    assertInstanceOf(TransferOutcome.Completed.class, end(transfer));
    assertEquals(sha256(file), sha256(inbox.resolve("big")));
    assertTrue(again.transfers.stats().bytesReceived() <= 7 << 20, "the rest only");
    assertEquals(List.of(), leftovers());
  }

  @Test
  void theSameCallAfterARestartOfTheSenderGoesOn() throws Exception {
    Path file = file("big", 40 << 20);
    Transfer first = sender.send(recipient, file);
    await("some is there", () -> size("big.part") >= 1 << 20);
    sender.close();
    var failed = assertInstanceOf(TransferOutcome.Failed.class, end(first));
    assertEquals(TransferReason.GOING_AWAY, failed.reason());
    TransferNode again = sender();
    Transfer second = again.send(recipient, file);
    assertEquals(first.id(), second.id());
    assertInstanceOf(TransferOutcome.Completed.class, end(second));
    assertEquals(sha256(file), sha256(inbox.resolve("big")));
    assertEquals(40 << 20, recipient.transfers.stats().bytesReceived());
    Transfer third = again.send(recipient, file);
    assertFalse(third.id().equals(second.id()), "what is complete is forgotten");
    end(third);
    assertEquals(sha256(file), sha256(inbox.resolve("big (1)")));
  }

  @Test
  void whatWasDamagedOnTheDiskIsSentAgain() throws Exception {
    Path file = file("big", 12 << 20);
    CountDownLatch gate = new CountDownLatch(1);
    Transfer transfer = sender.send(recipient, "big", gated(file, 8 << 20, gate));
    await("much is there", () -> size("big.part") >= 8 << 20);
    recipient.close();
    try (RandomAccessFile part = new RandomAccessFile(inbox.resolve("big.part").toFile(), "rw")) {
      part.seek((5 << 20) + 17);
      part.write(part.read() ^ 1);
    }
    TransferNode again = recipient(CONFIG);
    sender.knows(again);
    gate.countDown();
    assertInstanceOf(TransferOutcome.Completed.class, end(transfer));
    assertEquals(sha256(file), sha256(inbox.resolve("big")));
    long received = again.transfers.stats().bytesReceived();
    assertTrue(received >= 7 << 20 && received < 12 << 20, "received again: " + received);
  }

  @Test
  void aCompletedTransferIsNotReceivedTwice() throws Exception {
    Path file = file("once", 100_000);
    Transfer first = sender.send(recipient, file);
    end(first);
    var key = new IncomingTransfer.Key(sender.id(), first.id());
    TransferMemory memory = TransferMemory.load(
        folder.resolve("r/transfers-received"), org.openagi.p2p.core.time.TimeSource.system());
    assertTrue(memory.find(key.bytes()).isPresent());
  }

  @Test
  void refusalsAreNamed() throws Exception {
    Path file = file("x", 10);
    recipient.transfers.setHandler(Optional::empty);
    assertRefused(TransferReason.NO_RECEIVER, sender.send(recipient, file));
    recipient.decide(offer -> offer.refuse("not today"));
    TransferOutcome declined = end(sender.send(recipient, file));
    assertEquals(new TransferOutcome.Refused(TransferReason.DECLINED, "not today"), declined);
    recipient.decide(offer -> {
      throw new IllegalStateException("broken");
    });
    assertRefused(TransferReason.DECLINED, sender.send(recipient, file));
    recipient.decide(offer -> offer.acceptTo(inbox.resolve("no/such/folder")));
    assertRefused(TransferReason.STORAGE_FAILED, sender.send(recipient, file));
    Path taken = Files.writeString(inbox.resolve("taken"), "mine");
    recipient.decide(offer -> offer.acceptTo(taken));
    assertRefused(TransferReason.STORAGE_FAILED, sender.send(recipient, file));
    assertEquals("mine", Files.readString(taken));
    recipient.close();
    TransferNode small = recipient(CONFIG.withMaxSize(9));
    assertRefused(TransferReason.TOO_LARGE, sender.send(small, file));
    assertEquals(1, small.transfers.stats().ended().get(TransferReason.TOO_LARGE));
  }

  @Test
  void replacesAFileOnlyWhenAskedTo() throws Exception {
    Path taken = Files.writeString(inbox.resolve("taken"), "mine");
    recipient.decide(
        offer -> offer.acceptTo(taken, java.nio.file.StandardCopyOption.REPLACE_EXISTING));
    Path file = file("x", 10);
    end(sender.send(recipient, file));
    assertEquals(sha256(file), sha256(taken));
  }

  @Test
  void thereAreOnlySoManyAtATime() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    List<Transfer> running = new ArrayList<>();
    for (int i = 0; i < CONFIG.maxPerPeer(); i++)
      running.add(sender.send(recipient, "s" + i, gated(file("f" + i, 1000), 500, gate)));
    TransferOutcome refused = end(sender.send(recipient, file("more", 5)));
    assertEquals(
        TransferReason.BUSY,
        assertInstanceOf(TransferOutcome.Failed.class, refused).reason());
    await("all are there", () -> recipient.transfers.stats().receiving() == CONFIG.maxPerPeer());
    // The recipient counts for itself: another node with the same key is the same peer to it.
    TransferNode twin = sender();
    Transfer waits = twin.send(recipient, file("twin", 5));
    await("is told to wait", () -> waits.state() == TransferState.INTERRUPTED);
    assertTrue(recipient.transfers.stats().ended().get(TransferReason.BUSY) >= 1);
    gate.countDown();
    for (Transfer each : running) assertTrue(end(each).isCompleted());
    assertTrue(end(waits).isCompleted(), "gets its turn");
  }

  @Test
  void aStreamOfUnknownLengthGoesIntoASink() throws Exception {
    byte[] content = content(3_500_000);
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    CompletableFuture<IncomingOffer> offered = new CompletableFuture<>();
    recipient.decide(offered::complete);
    TransferSource source = TransferSource.once(new ByteArrayInputStream(content));
    Transfer transfer = sender.send(recipient, "../../etc/passwd", source);
    IncomingOffer offer = offered.get();
    assertEquals(OptionalLong.empty(), offer.size());
    assertEquals("../../etc/passwd", offer.name());
    assertEquals("passwd", offer.safeName());
    assertEquals(sender.id(), offer.sender());
    Transfer incoming = offer.acceptTo(TransferSink.to(target));
    assertThrows(IllegalStateException.class, () -> offer.acceptInto(inbox));
    assertTrue(end(transfer).isCompleted());
    assertTrue(end(incoming).isCompleted());
    assertArrayEquals(content, target.toByteArray());
  }

  @Test
  void aSlowSinkHoldsTheSourceBack() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch sinking = new CountDownLatch(1);
    long total = 200 << 20;
    AtomicLong read = new AtomicLong();
    AtomicLong ahead = new AtomicLong();
    AtomicReference<@Nullable Thread> reader = new AtomicReference<>();
    recipient.decide(offer -> offer.acceptTo(new TransferSink() {
      @Override
      public void write(byte[] content, int offset, int length) throws IOException {
        sinking.countDown();
        try {
          gate.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }

      @Override
      public void restart() {}

      @Override
      public void complete() {}
    }));
    Transfer transfer = sender.send(recipient, "endless", TransferSource.once(new InputStream() {
      @Override
      public int read() {
        return 7;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        reader.set(Thread.currentThread());
        int now = (int) Math.min(length, total - read.get());
        if (now == 0) return -1;
        read.addAndGet(now);
        if (gate.getCount() > 0) ahead.set(read.get());
        return now;
      }
    }));
    await("the sink is busy", () -> sinking.getCount() == 0);
    await("the source waits for it", () -> isWaiting(reader.get()));
    assertTrue(read.get() < 2 << 20, "read ahead: " + read.get());
    gate.countDown();
    assertTrue(end(transfer).isCompleted());
    assertEquals(total, read.get());
    assertTrue(ahead.get() < 2 << 20, "read before the sink went on: " + ahead.get());
  }

  private static boolean isWaiting(@Nullable Thread thread) {
    if (thread == null) return false;
    Thread.State state = thread.getState();
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  @Test
  void eitherSideMayCancel() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Path file = file("x", 1 << 20);
    Transfer ours = sender.send(recipient, "ours", gated(file, 500_000, never));
    await("is there", () -> size("ours.part") > 0);
    ours.cancel();
    assertEquals(
        TransferReason.CANCELLED,
        assertInstanceOf(TransferOutcome.Failed.class, end(ours)).reason());
    await("nothing is left of it", () -> leftovers().isEmpty());

    CompletableFuture<Transfer> incoming = new CompletableFuture<>();
    recipient.decide(offer -> incoming.complete(offer.acceptInto(inbox)));
    Transfer theirs = sender.send(recipient, "theirs", gated(file, 500_000, never));
    await("is there", () -> size("theirs.part") > 0);
    incoming.get().cancel();
    assertRefused(TransferReason.CANCELLED, theirs);
    await("nothing is left of it", () -> leftovers().isEmpty());
    never.countDown();
  }

  @Test
  void aSourceThatIsNotWhatItWasEndsIt() throws Exception {
    Path file = file("shrinks", 1 << 20);
    TransferSource liar = new TransferSource() {
      @Override
      public OptionalLong size() {
        return OptionalLong.of(2 << 20);
      }

      @Override
      public InputStream openAt(long offset) throws IOException {
        return TransferSource.of(file).openAt(offset);
      }
    };
    var changed =
        assertInstanceOf(TransferOutcome.Failed.class, end(sender.send(recipient, "x", liar)));
    assertEquals(TransferReason.SOURCE_CHANGED, changed.reason());
    await("the recipient has heard of it", () -> leftovers().isEmpty());
    TransferSource broken = TransferSource.once(new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("bad sector");
      }
    });
    var failed =
        assertInstanceOf(TransferOutcome.Failed.class, end(sender.send(recipient, "x", broken)));
    assertEquals(TransferReason.SOURCE_FAILED, failed.reason());
    assertTrue(failed.detail().contains("bad sector"));
  }

  @Test
  void aStreamThatCannotGoBackFailsWhenCut() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    recipient.decide(offer -> offer.acceptTo(new TransferSink() {
      private long taken;

      @Override
      public void write(byte[] content, int offset, int length) throws IOException {
        taken += length;
        if (taken > 1 << 20) recipient.cut(); // more is under way, which is lost
      }

      @Override
      public void restart() throws IOException {
        throw new IOException("no");
      }

      @Override
      public void complete() {}
    }));
    InputStream content = new ByteArrayInputStream(content(40 << 20));
    Transfer transfer = sender.send(recipient, "once", TransferSource.once(content));
    var failed = assertInstanceOf(TransferOutcome.Failed.class, end(transfer));
    assertEquals(TransferReason.SOURCE_FAILED, failed.reason());
    assertTrue(failed.detail().contains("can't be read again"), failed.detail());
    never.countDown();
  }

  @Test
  void whoDoesNotComeBackIsGivenUp() throws Exception {
    recipient.close();
    TransferNode hasty = recipient(
        CONFIG.withTimes(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofMillis(800)));
    CountDownLatch never = new CountDownLatch(1);
    CompletableFuture<Transfer> incoming = new CompletableFuture<>();
    hasty.decide(offer -> incoming.complete(offer.acceptInto(inbox)));
    TransferNode quick = added(new TransferNode(
        HostKey.generate(random),
        folder.resolve("q"),
        CONFIG.withTimes(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofMillis(800)),
        0));
    Transfer idle = quick.send(hasty, "idle", gated(file("x", 1000), 500, never));
    TransferOutcome outcome = end(incoming.get());
    assertEquals(
        TransferReason.IDLE,
        assertInstanceOf(TransferOutcome.Failed.class, outcome).reason());
    assertRefused(TransferReason.IDLE, idle);
    never.countDown();
  }

  @Test
  void whoIsSilentIsGivenUp() throws Exception {
    recipient.close();
    TransferNode hasty = recipient(
        CONFIG.withTimes(Duration.ofMillis(100), Duration.ofMillis(400), Duration.ofMillis(800)));
    CountDownLatch never = new CountDownLatch(1);
    CompletableFuture<Transfer> incoming = new CompletableFuture<>();
    hasty.decide(offer -> incoming.complete(offer.acceptInto(inbox)));
    Transfer silent = sender.send(hasty, "silent", gated(file("x", 1000), 500, never));
    await(
        "interrupted",
        () -> incoming.isDone() && incoming.join().state() == TransferState.INTERRUPTED);
    silent.cancel();
    assertEquals(
        TransferReason.UNREACHABLE,
        assertInstanceOf(TransferOutcome.Failed.class, end(incoming.get())).reason());
    assertEquals(
        List.of("silent.part", "silent.state"), leftovers().stream().sorted().toList());
    never.countDown();
  }

  @Test
  void anOfferNobodyDecidesIsDeclined() throws Exception {
    recipient.close();
    TransferNode hasty = recipient(
        CONFIG.withTimes(Duration.ofMillis(100), Duration.ofSeconds(5), Duration.ofMillis(300)));
    hasty.decide(offer -> {});
    assertRefused(TransferReason.DECLINED, sender.send(hasty, file("x", 10)));
  }

  @Test
  void aFileIsSentToAPeerOnceAtATime() throws Exception {
    CompletableFuture<IncomingOffer> offered = new CompletableFuture<>();
    recipient.decide(offered::complete);
    Path file = file("x", 10);
    Transfer first = sender.send(recipient, file);
    assertThrows(IOException.class, () -> sender.send(recipient, file));
    assertThrows(IOException.class, () -> sender.send(recipient, folder));
    offered.get().acceptInto(inbox);
    assertTrue(end(first).isCompleted());
  }

  @Test
  void theSameNameTwiceIsTwoFiles() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    Path one = file("one", 5000);
    Path two = file("two", 6000);
    Transfer first = sender.send(recipient, "a.tar.gz", gated(one, 100, gate));
    await("the first has the name", () -> size("a.tar.gz.part") > 0);
    Transfer second = sender.send(recipient, "a.tar.gz", TransferSource.of(two));
    assertTrue(end(second).isCompleted());
    gate.countDown();
    assertTrue(end(first).isCompleted());
    assertEquals(sha256(one), sha256(inbox.resolve("a.tar.gz")));
    assertEquals(sha256(two), sha256(inbox.resolve("a.tar (1).gz")));
  }

  // ---- material --------------------------------------------------------------------------------

  private Path file(String name, int size) throws IOException {
    Path out = Files.createDirectories(folder.resolve("outbox")).resolve(name);
    return Files.write(out, content(size));
  }

  private static byte[] content(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }

  /** Gives a part, and the rest when the gate opens; can be read again. */
  private static TransferSource gated(Path file, long part, CountDownLatch gate) {
    return gated(TransferSource.of(file), part, gate);
  }

  private static TransferSource gated(TransferSource whole, long part, CountDownLatch gate) {
    return new TransferSource() {
      @Override
      public OptionalLong size() throws IOException {
        return whole.size();
      }

      @Override
      public InputStream openAt(long offset) throws IOException {
        InputStream content = whole.openAt(offset);
        return new InputStream() {
          private long position = offset;

          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] target, int at, int length) throws IOException {
            int most = length;
            if (gate.getCount() > 0 && position < part)
              most = (int) Math.min(length, part - position);
            else if (gate.getCount() > 0) awaitGate();
            int bytes = content.read(target, at, most);
            position += Math.max(0, bytes);
            return bytes;
          }

          private void awaitGate() throws IOException {
            try {
              gate.await();
            } catch (InterruptedException e) {
              throw new IOException("interrupted", e);
            }
          }

          @Override
          public void close() throws IOException {
            content.close();
          }
        };
      }
    };
  }

  private long size(String name) {
    try {
      return Files.size(inbox.resolve(name));
    } catch (IOException e) {
      return -1;
    }
  }

  private List<String> leftovers() {
    try (Stream<Path> files = Files.list(inbox)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.endsWith(".part") || name.endsWith(".state"))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(TransferReason reason, Transfer transfer) throws Exception {
    assertEquals(
        reason, assertInstanceOf(TransferOutcome.Refused.class, end(transfer)).reason());
  }

  private static Bytes sha256(Path file) throws Exception {
    return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
