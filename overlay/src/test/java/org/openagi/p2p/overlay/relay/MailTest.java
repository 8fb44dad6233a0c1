package org.openagi.p2p.overlay.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.RoutingNet.Node;
import org.openagi.p2p.overlay.linkstate.LinkStateConfig;
import org.openagi.p2p.overlay.relay.RelayConfig.MailboxConfig;
import org.openagi.p2p.testkit.TestPeers;

/** Mail for who is away: kept within quotas, handed over once, in order. */
class MailTest {
  private final RoutingNet net = new RoutingNet(7);
  private final MemoryMailStore memory = new MemoryMailStore();

  /** Sender, relay, node that keeps mail, relay, recipient: in a chain, the recipient not linked yet. */
  private List<Node> chain(NodeType middle, @Nullable MailStore store) {
    Node a = net.add(1);
    Node b = net.add(2);
    Node keeper = net.add(3, middle, store);
    Node c = net.add(4);
    Node d = net.add(5);
    net.link(a, b);
    net.link(b, keeper);
    net.link(keeper, c);
    net.run(Duration.ofSeconds(5));
    return List.of(a, b, keeper, c, d);
  }

  @Test
  void mailWaitsForTheRecipientWhileTheSenderGoes() {
    List<Node> nodes = chain(NodeType.STORAGE, memory);
    Node a = nodes.get(0);
    Node keeper = nodes.get(2);
    Node d = nodes.get(4);
    assertEquals(Reach.Kind.MAILBOX, a.relay.reach(d.id).kind());
    List<Bytes> sent = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Parcel parcel = net.parcel(d, true, 100 + i);
      sent.add(parcel.id());
      a.send(parcel);
    }
    net.run(Duration.ofSeconds(5));
    assertEquals(sent.size(), a.taken.size());
    assertEquals(40, keeper.relay.counts().mailParcels());
    assertEquals(40, memory.entries().size());

    net.kill(a);
    net.run(Duration.ofSeconds(20));
    net.link(nodes.get(3), d);
    net.run(Duration.ofSeconds(5));
    assertEquals(sent, d.parcels.stream().map(Parcel::id).toList(), "in order, each once");
    assertEquals(0, keeper.relay.counts().mailParcels());
    assertEquals(40, keeper.relay.counts().mailDelivered());
    assertEquals(List.of(), memory.entries());
    Parcel first = d.parcels.getFirst();
    assertEquals(
        List.of(a.id, nodes.get(1).id, keeper.id, nodes.get(3).id),
        first.trail().stream().map(Parcel.Hop::node).toList());
    long heldSeconds = first.trail().get(2).heldMicros() / 1_000_000;
    assertTrue(heldSeconds >= 24 && heldSeconds <= 32, heldSeconds + " s in the mailbox");
    assertTrue(first.lifetimeMillis() < 60_000 - 24_000, first.lifetimeMillis() + " ms left");
  }

  @Test
  void withoutANodeThatKeepsItIsRefused() {
    List<Node> nodes = chain(NodeType.FULL, null);
    Parcel parcel = net.parcel(nodes.get(4), true, 100);
    nodes.get(0).send(parcel);
    assertEquals(Map.of(parcel.id(), ParcelRefusal.NO_ROUTE), nodes.get(0).refused);
  }

  @Test
  void whatMustNotBeKeptIsNot() {
    List<Node> nodes = chain(NodeType.STORAGE, memory);
    Parcel parcel = net.parcel(nodes.get(4), false, 100);
    nodes.get(0).send(parcel);
    net.run(Duration.ofSeconds(5));
    assertEquals(Map.of(parcel.id(), ParcelRefusal.NO_ROUTE), nodes.get(0).refused);
    assertEquals(List.of(), memory.entries());
  }

  @Test
  void sendersChooseTheSameTwoNodesAndTheRecipientGetsItOnce() {
    List<Node> keepers = new ArrayList<>();
    Node middle = net.add(10);
    for (int i = 20; i < 26; i++) {
      Node keeper = net.add(i, NodeType.STORAGE, new MemoryMailStore());
      keepers.add(keeper);
      net.link(middle, keeper);
    }
    Node a = net.add(1);
    Node b = net.add(2);
    Node d = net.add(3);
    net.link(a, middle);
    net.link(b, keepers.getFirst());
    net.run(Duration.ofSeconds(5));
    a.send(net.parcel(d, true, 100));
    b.send(net.parcel(d, true, 100));
    net.run(Duration.ofSeconds(2));
    Set<PeerId> keeping = new TreeSet<>();
    for (Node each : keepers) {
      if (each.relay.counts().mailParcels() == 0) continue;
      assertEquals(2, each.relay.counts().mailParcels());
      keeping.add(each.id);
    }
    assertEquals(2, keeping.size());

    net.link(d, middle);
    net.run(Duration.ofSeconds(3));
    assertEquals(2, d.parcels.size());
    for (Node each : keepers) assertEquals(0, each.relay.counts().mailParcels());
  }

  @Test
  void mailIsHandedOverAgainWhenTheWayBreaksInBetween() {
    List<Node> nodes = chain(NodeType.STORAGE, memory);
    Node d = nodes.get(4);
    nodes.get(0).send(net.parcel(d, true, 100));
    net.run(Duration.ofSeconds(1));
    net.spy = (from, to, frame) -> !(frame instanceof RelayFrame.Arrived);
    net.link(nodes.get(3), d);
    net.run(Duration.ofSeconds(3));
    assertEquals(1, d.parcels.size());
    assertEquals(1, nodes.get(2).relay.counts().mailParcels(), "nobody said that it arrived");
    net.spy = (from, to, frame) -> true;
    net.run(Duration.ofSeconds(20));
    assertEquals(1, d.parcels.size(), "the repetition has no effect");
    assertEquals(0, nodes.get(2).relay.counts().mailParcels());
  }

  @Test
  void mailThatNobodyFetchesExpires() {
    List<Node> nodes = chain(NodeType.STORAGE, memory);
    nodes.get(0).send(net.parcel(nodes.get(4), true, 100));
    net.run(Duration.ofSeconds(70));
    assertEquals(1, nodes.get(2).relay.counts().mailExpired());
    assertEquals(List.of(), memory.entries());
  }

  @Test
  void eachQuotaRefusesWhatIsBeyondIt() {
    long one = 1000 + Mailbox.OVERHEAD_BYTES;
    assertEquals(3, keptOf(10, quotas(100 * one, 3 * one, 100 * one, 100), 1));
    assertEquals(5, keptOf(10, quotas(100 * one, 100 * one, 5 * one, 100), 1));
    assertEquals(7, keptOf(10, quotas(7 * one, 100 * one, 100 * one, 100), 1));
    assertEquals(4, keptOf(10, quotas(100 * one, 100 * one, 100 * one, 4), 1));
    assertEquals(9, keptOf(12, quotas(100 * one, 3 * one, 100 * one, 100), 3));
  }

  private static MailboxConfig quotas(long total, long recipient, long depositor, int parcels) {
    MailboxConfig d = MailboxConfig.defaults();
    return new MailboxConfig(
        total, recipient, depositor, parcels, d.maxLifetime(), d.retry(), d.window());
  }

  private static long keptOf(int parcels, MailboxConfig quotas, int recipients) {
    RoutingNet net = new RoutingNet(3);
    RelayConfig d = RelayConfig.defaults(true);
    RelayConfig config = new RelayConfig(
        true,
        d.maxHeldBytes(),
        d.maxHeldBytesPerNeighbour(),
        d.maxHeldParcels(),
        d.windowBytes(),
        d.maxSeen(),
        d.seenFor(),
        d.copyFor(),
        d.takenTimeout(),
        d.fullPause(),
        d.patience(),
        d.keepers(),
        d.maxWatched(),
        d.watchedFor(),
        quotas);
    Node a = net.add(1);
    Node keeper = net.add(
        2,
        NodeType.STORAGE,
        LinkStateConfig.defaults(NodeType.STORAGE),
        config,
        new MemoryMailStore());
    net.link(a, keeper);
    net.run(Duration.ofSeconds(3));
    for (int i = 0; i < parcels; i++) {
      Parcel any = net.parcel(keeper, true, 1000);
      PeerId away = TestPeers.keyless(100 + i % recipients);
      a.send(new Parcel(any.id(), away, 32, 60_000, true, List.of(), any.sealed()));
    }
    net.run(Duration.ofSeconds(3));
    long kept = keeper.relay.counts().mailParcels();
    assertEquals(parcels - kept, a.refused.size());
    for (ParcelRefusal why : a.refused.values()) assertEquals(ParcelRefusal.FULL, why);
    return kept;
  }

  /** A parcel counts as taken only when the store has it, and what it has is there after a restart. */
  @Test
  void aSlowStoreDelaysTheAnswerAndAFullOneRefuses() {
    List<Consumer<Boolean>> waiting = new ArrayList<>();
    MailStore slow = new MailStore() {
      @Override
      public List<Mail> entries() {
        return memory.entries();
      }

      @Override
      public void put(Mail mail, Parcel parcel, Consumer<Boolean> kept) {
        waiting.add(ok -> {
          if (ok) memory.put(mail, parcel, kept);
          else kept.accept(false);
        });
      }

      @Override
      public void load(Mail mail, Consumer<Optional<Parcel>> loaded) {
        memory.load(mail, loaded);
      }

      @Override
      public void remove(Mail mail) {
        memory.remove(mail);
      }
    };
    List<Node> nodes = chain(NodeType.STORAGE, slow);
    Node b = nodes.get(1);
    Node keeper = nodes.get(2);
    Parcel first = net.parcel(nodes.get(4), true, 100);
    Parcel second = net.parcel(nodes.get(4), true, 100);
    b.send(first);
    b.send(second);
    net.run(Duration.ofSeconds(1));
    assertEquals(List.of(), b.taken);
    waiting.get(0).accept(true);
    waiting.get(1).accept(false);
    net.run(Duration.ofSeconds(1));
    assertEquals(List.of(first.id()), b.taken);
    assertEquals(Map.of(second.id(), ParcelRefusal.FULL), b.refused);

    net.kill(keeper);
    Node again = net.add(3, NodeType.STORAGE, memory);
    net.link(again, nodes.get(3));
    net.link(nodes.get(3), nodes.get(4));
    net.run(Duration.ofSeconds(10));
    assertEquals(1, nodes.get(4).parcels.size());
    assertEquals(first.id(), nodes.get(4).parcels.getFirst().id());
  }
}
