package org.openagi.p2p.network.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.link.LinkNodes.await;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.network.link.LinkNodes.Node;
import org.openagi.p2p.network.store.FailingDisk;
import org.openagi.p2p.network.store.QueueFolder;

/** The disk of a node fails while others send messages to it. */
@Timeout(150)
class DiskFailureTest {
  private static final int FOREVER = Integer.MAX_VALUE;

  @TempDir
  Path folder;

  private final LinkNodes nodes = new LinkNodes();
  private final HostKey bobKey = HostKey.generate(new SecureRandom());
  private final AtomicInteger goodSyncs = new AtomicInteger(FOREVER);
  private final ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> refusals = new ConcurrentLinkedQueue<>();
  private final List<QueueFolder> queues = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.close();
    queues.forEach(QueueFolder::close);
  }

  private Node bob() throws Exception {
    JournalConfig config = JournalConfig.of(
        16 << 20, JournalConfig.Sync.ALWAYS, Duration.ofHours(1), QueueFolder.bootId());
    QueueFolder queue = FailingDisk.open(folder, config, goodSyncs);
    queues.add(queue);
    Node bob = nodes.start(bobKey, c -> c.withDial(false), queue.store());
    bob.messages.addHandler(message -> got.add(message.text()));
    return bob;
  }

  private Node alice() throws Exception {
    Node alice = nodes.start(c -> c.withDial(false));
    alice.messages.addFaultListener(new MessageFaultListener() {
      @Override
      public void onStreamRefused(PeerId peer, Lane lane, String why) {
        refusals.add(lane + " " + why);
      }
    });
    return alice;
  }

  private static Delivery send(Node from, Node to, String text) {
    return from.messages.submit(to.id(), NetworkMessage.text("bob", text));
  }

  @Test
  void peersAreRefusedKeepTheirMessagesAndDeliverThemOnceWhenTheNodeIsBack() throws Exception {
    Node bob = bob();
    Node alice = alice();
    alice.connect(bob);
    assertTrue(LinkNodes.end(send(alice, bob, "0")).isAcknowledged());
    goodSyncs.set(0);
    List<Delivery> sent =
        IntStream.rangeClosed(1, 50).mapToObj(i -> send(alice, bob, "" + i)).toList();
    await("alice hears why", () -> !refusals.isEmpty());
    assertEquals(
        "BULK the disk of " + bob.id().shortString()
            + " failed, it takes no messages until it is started anew",
        refusals.peek());
    await(
        "a new stream is refused, too", () -> bob.messages.stats().received().streamsRefused() > 1);
    assertEquals(1, refusals.size(), "told once");
    for (Delivery each : sent) assertTrue(!each.state().isEnd(), each.toString());
    Outcome.Refused own =
        assertInstanceOf(Outcome.Refused.class, LinkNodes.end(send(bob, alice, "mine")));
    assertEquals(RefusalReason.STORAGE_FAILED, own.reason());

    bob.close();
    queues.getLast().close();
    goodSyncs.set(FOREVER);
    Node again = bob();
    alice.connect(again);
    for (Delivery each : sent) assertTrue(LinkNodes.end(each).isAcknowledged(), each.toString());
    assertEquals(
        IntStream.rangeClosed(0, 50).mapToObj(i -> "" + i).toList(),
        List.copyOf(got),
        "each once, in order");
  }

  @Test
  void aMessageThatExpiresMeanwhileSaysSo() throws Exception {
    Node bob = bob();
    Node alice = alice();
    alice.connect(bob);
    goodSyncs.set(0);
    Delivery first = send(alice, bob, "first");
    await("alice hears why", () -> !refusals.isEmpty());
    Delivery late = alice.messages.submit(
        bob.id(),
        NetworkMessage.text("bob", "late"),
        DeliveryOptions.DEFAULT.withLifetime(Duration.ofMillis(200)));
    Outcome.Expired expired = assertInstanceOf(Outcome.Expired.class, LinkNodes.end(late));
    assertTrue(expired.reason().contains("the disk of"), expired.reason());
    assertTrue(!first.state().isEnd());
  }

  @Test
  void aFileIsNotTakenIn() throws Exception {
    Node bob = bob();
    Node alice = alice();
    send(alice, bob, "carried");
    BundleFile file =
        BundleFile.read(alice.messages.queue().export(bob.id()).file().toArray());
    goodSyncs.set(0);
    ExecutionException refused = assertThrows(
        ExecutionException.class, () -> bob.messages.take(file).get(30, TimeUnit.SECONDS));
    assertTrue(refused.getCause().getMessage().contains("disk of"), refused.getMessage());
  }
}
