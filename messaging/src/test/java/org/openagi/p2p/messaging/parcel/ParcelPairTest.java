package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.parcel.ParcelSenderListener.Stage;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** Two nodes that only others connect. */
class ParcelPairTest {
  static final HostKey ALICE = TestPeers.filledKey(1);
  static final HostKey BOB = TestPeers.filledKey(2);
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private VirtualWorld world;
  private SimCourier courier;
  private SimNode alice;
  private SimNode bob;
  private final List<NetworkMessage> handled = new ArrayList<>();

  private void start(long seed, SimNode.Setting setting) {
    world = new VirtualWorld(seed);
    courier = new SimCourier(world);
    alice = new SimNode(world, courier, ALICE, BOB.peerId(), setting);
    bob = new SimNode(world, courier, BOB, ALICE.peerId(), setting);
    courier.reach(ALICE.peerId(), Reach.Kind.ROUTED);
    courier.reach(BOB.peerId(), Reach.Kind.ROUTED);
    alice.startParcels();
  }

  private void startAndCollect(long seed, SimNode.Setting setting) {
    start(seed, setting);
    bob.handle(handled::add);
  }

  private static SimNode.Setting durable() {
    return new SimNode.Setting(
        SendConfig.defaults().withLifetime(Duration.ofMinutes(20)),
        ReceiveConfig.defaults(),
        ParcelConfig.defaults(),
        true);
  }

  private OutboxEntry submit(String text) {
    return submit(Bytes.ofUtf8(text), DeliveryOptions.DEFAULT);
  }

  private OutboxEntry submit(Bytes payload, DeliveryOptions options) {
    return alice.submit(Lane.BULK, NetworkMessage.data(BOB.peerId().toString(), payload), options);
  }

  private List<String> texts() {
    return handled.stream().map(NetworkMessage::text).toList();
  }

  @Test
  void aMessageArrivesOverOthersAndIsAcknowledgedAndNobodyElseCanReadIt() {
    startAndCollect(1, SimNode.Setting.defaults());
    OutboxEntry delivery = submit("a secret that relays would like to know");
    world.runFor(SECOND);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
    assertEquals(List.of("a secret that relays would like to know"), texts());
    assertEquals(delivery.messageId(), handled.getFirst().messageId());
    for (Parcel parcel : courier.seen) {
      String all =
          new String(parcel.sealed().toArray(), java.nio.charset.StandardCharsets.ISO_8859_1);
      assertFalse(all.contains("secret"));
      String sender = new String(
          ALICE.publicKey().toProtobuf().toArray(), java.nio.charset.StandardCharsets.ISO_8859_1);
      assertFalse(all.contains(sender), "nor who sent it");
    }
    assertEquals(0, alice.quota().messages());
  }

  @Test
  void thousandsOfSmallMessagesShareParcels() {
    startAndCollect(2, SimNode.Setting.defaults());
    for (int i = 0; i < 20_000; i++) submit("message " + i);
    world.runFor(5 * SECOND);
    assertEquals(20_000, handled.size());
    assertEquals("message 19999", handled.getLast().text());
    assertTrue(alice.isIdle());
    long parcels = alice.sent.snapshot().sent();
    assertTrue(parcels < 40, parcels + " parcels");
    for (Parcel parcel : courier.seen) assertTrue(parcel.sealed().length() <= 264 << 10);
  }

  @Test
  void aPayloadOfManyParcelsArrivesWholeWhateverIsLost() {
    startAndCollect(3, SimNode.Setting.defaults());
    courier.loss = 0.1;
    byte[] big = new byte[5_000_001];
    new java.util.Random(1).nextBytes(big);
    OutboxEntry before = submit("before");
    OutboxEntry long1 = submit(Bytes.wrap(big), DeliveryOptions.DEFAULT);
    OutboxEntry after = submit("after");
    world.runFor(30 * SECOND);
    for (OutboxEntry each : List.of(before, long1, after)) {
      assertEquals(Delivery.State.ACKNOWLEDGED, each.state());
    }
    assertEquals(3, handled.size());
    assertEquals(Bytes.wrap(big), handled.get(1).payload());
  }

  @Test
  void withoutAKeyNothingIsSentAndWithOneEverything() {
    startAndCollect(4, SimNode.Setting.defaults());
    courier.forgetKey(BOB.peerId());
    OutboxEntry delivery = submit("waits");
    world.runFor(2 * SECOND);
    assertEquals(List.of(), courier.seen);
    assertEquals(Delivery.State.QUEUED, delivery.state());
    courier.learnKey(BOB.peerId(), bob.prekeys.announcement());
    world.runFor(SECOND);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
  }

  @Test
  void anAnnouncedKeyThatIsNoneStopsNothingButParcels() {
    startAndCollect(5, SimNode.Setting.defaults());
    courier.learnKey(BOB.peerId(), Bytes.wrap(new byte[] {1, 2, 3}));
    OutboxEntry delivery = submit("waits");
    world.runFor(20 * SECOND);
    assertEquals(List.of(), courier.seen);
    long tries = alice.sent.snapshot().unusableKeys();
    assertTrue(tries > 0 && tries < 50, tries + " tries");
    courier.learnKey(BOB.peerId(), bob.prekeys.announcement());
    world.runFor(10 * SECOND);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
  }

  @Test
  void whatALaterParcelOvertakesOrNoReceiptTellsOfIsSentAgain() {
    startAndCollect(6, SimNode.Setting.defaults());
    courier.loss = 0.3;
    List<OutboxEntry> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(submit("m" + i));
      world.runFor(10 * MILLI);
    }
    world.runFor(40 * SECOND);
    for (OutboxEntry each : all) assertEquals(Delivery.State.ACKNOWLEDGED, each.state());
    assertEquals(200, handled.size());
    assertTrue(alice.sent.snapshot().lost() > 10);
  }

  @Test
  void whatANeighbourHadTakenThatLeadsThereNoMoreGoesAnotherWayAtOnce() {
    startAndCollect(7, SimNode.Setting.defaults());
    submit("first");
    world.runFor(SECOND);
    courier.deadHop = SimCourier.RELAY;
    courier.deadHopTo = BOB.peerId();
    OutboxEntry delivery = submit("second");
    world.runFor(2 * MILLI);
    assertEquals(Delivery.State.SENT, delivery.state());
    courier.hops = List.of(SimCourier.OTHER);
    courier.reach(BOB.peerId(), Reach.Kind.ROUTED);
    world.runFor(60 * MILLI);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
  }

  @Test
  void refusedParcelsAreTriedAgainWithPauses() {
    startAndCollect(8, SimNode.Setting.defaults());
    courier.refusals = 1;
    OutboxEntry delivery = submit("patience");
    world.runFor(20 * SECOND);
    long refused = alice.sent.snapshot().refused();
    assertTrue(refused > 3 && refused < 60, refused + " refusals in 20 s");
    courier.refusals = 0;
    world.runFor(8 * SECOND);
    assertEquals(Delivery.State.ACKNOWLEDGED, delivery.state());
  }

  @Test
  void handlersThatStandStillStopTheSenderAndNothingIsLost() {
    SimNode.Setting setting = new SimNode.Setting(
        SendConfig.defaults().withLifetime(Duration.ofMinutes(20)),
        ReceiveConfig.defaults(),
        ParcelConfig.defaults(),
        false);
    startAndCollect(9, setting);
    bob.holdHandlers();
    for (int i = 0; i < 2_000; i++) submit(Bytes.wrap(new byte[20_000]), DeliveryOptions.DEFAULT);
    world.runFor(60 * SECOND);
    assertEquals(0, handled.size());
    long sent = alice.sent.snapshot().sent();
    assertTrue(sent < 200, sent + " parcels");
    bob.releaseHandlers();
    world.runFor(60 * SECOND);
    assertEquals(2_000, handled.size());
    assertTrue(alice.isIdle());
  }

  @Test
  void thousandsOfRefusalsAreAllReported() {
    start(10, SimNode.Setting.defaults());
    courier.loss = 0.05;
    List<OutboxEntry> all = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) all.add(submit("nobody wants it"));
    world.runFor(50 * SECOND);
    for (OutboxEntry entry : all) {
      assertEquals(Delivery.State.REFUSED, entry.state());
      var refused = assertInstanceOf(Outcome.Refused.class, entry.outcome().join());
      assertEquals(RefusalReason.NO_HANDLER, refused.reason());
    }
  }

  @Test
  void urgentMessagesGoFirst() {
    startAndCollect(11, SimNode.Setting.defaults());
    alice.stages.blocked = true;
    for (int i = 0; i < 3_000; i++) submit(Bytes.wrap(new byte[1_000]), DeliveryOptions.DEFAULT);
    alice.submit(
        Lane.URGENT,
        NetworkMessage.of(MessageType.CONSENSUS, "bob", Bytes.ofUtf8("vote")),
        DeliveryOptions.DEFAULT);
    world.runFor(10 * MILLI);
    alice.stages.blocked = false;
    alice.sender().pump();
    assertEquals(Lane.URGENT, alice.stages.events.getFirst().lane());
    world.runFor(5 * SECOND);
    assertEquals(3_001, handled.size());
  }

  @Test
  void messagesOfDifferentTtlDoNotShareAParcel() {
    startAndCollect(12, SimNode.Setting.defaults());
    for (int ttl : new int[] {3, 3, 5}) {
      alice.submit(
          Lane.BULK,
          NetworkMessage.builder().recipientId("bob").payload("x").ttl(ttl).build(),
          DeliveryOptions.DEFAULT);
    }
    world.runFor(SECOND);
    assertEquals(3, handled.size());
    assertEquals(
        List.of(3, 5),
        courier.seen.stream()
            .filter(p -> p.to().equals(BOB.peerId()))
            .map(Parcel::ttl)
            .toList());
  }

  @Test
  void aSenderThatWasOffLearnsOnItsReturnThatItsMailArrived() {
    startAndCollect(13, durable());
    courier.reach(BOB.peerId(), Reach.Kind.MAILBOX);
    bob.crash();
    OutboxEntry delivery = submit("while you were away");
    world.runFor(10 * SECOND);
    assertEquals(1, courier.mailOf(BOB.peerId()));
    assertEquals(Delivery.State.SENT, delivery.state());
    assertTrue(alice.sender().stageOf(Lane.BULK, 1).startsWith("in a mailbox"));
    courier.reach(ALICE.peerId(), Reach.Kind.MAILBOX);
    alice.crash();
    courier.forgetKey(ALICE.peerId()); // adverts of who is gone are gone, too
    bob.restart();
    courier.reach(BOB.peerId(), Reach.Kind.ROUTED);
    world.runFor(10 * SECOND);
    assertEquals(List.of("while you were away"), texts());
    assertEquals(1, courier.mailOf(ALICE.peerId()), "the receipt waits");
    courier.seen.clear();
    alice.restart();
    courier.reach(ALICE.peerId(), Reach.Kind.ROUTED);
    world.runFor(100 * MILLI);
    assertTrue(alice.isIdle(), "the receipt alone has settled it");
    assertEquals(List.of(), courier.seen);
  }

  @Test
  void aReceiptThatTellsOfNothingSettledIsNoMail() {
    startAndCollect(19, durable());
    bob.holdHandlers();
    submit("slowly");
    world.runFor(3 * MILLI);
    courier.reach(ALICE.peerId(), Reach.Kind.MAILBOX);
    world.runFor(10 * SECOND);
    assertEquals(0, courier.mailOf(ALICE.peerId()));
    bob.releaseHandlers();
    world.runFor(100 * MILLI);
    assertEquals(1, courier.mailOf(ALICE.peerId()), "at once: it is the first");
  }

  @Test
  void aRecipientThatStopsTellsFirstWhatItSettled() {
    startAndCollect(20, durable());
    submit("first");
    world.runFor(3 * MILLI);
    courier.reach(ALICE.peerId(), Reach.Kind.MAILBOX);
    world.runFor(SECOND);
    assertEquals(1, courier.mailOf(ALICE.peerId()));
    submit("second");
    world.runFor(100 * MILLI);
    assertEquals(List.of("first", "second"), texts());
    assertEquals(1, courier.mailOf(ALICE.peerId()), "receipts by mail wait for more to say");
    bob.stop();
    world.runFor(10 * MILLI);
    assertEquals(2, courier.mailOf(ALICE.peerId()));
    courier.reach(ALICE.peerId(), Reach.Kind.ROUTED);
    world.runFor(100 * MILLI);
    assertTrue(alice.isIdle());
  }

  @Test
  void aRecipientThatIsToStopTakesNothingMoreInAndKnowsWhenHandlersAreDone() {
    startAndCollect(21, durable());
    bob.holdHandlers();
    submit("in hand");
    world.runFor(20 * MILLI);
    bob.receiver().stopTaking();
    submit("too late");
    world.runFor(SECOND);
    assertFalse(bob.receiver().isSettled());
    long dropped = bob.received.snapshot().noRoom();
    assertTrue(dropped > 0);
    bob.releaseHandlers();
    world.runFor(100 * MILLI);
    assertTrue(bob.receiver().isSettled());
    assertEquals(List.of("in hand"), texts());
  }

  @Test
  void shortLivedMessagesAreNotPutIntoMailboxes() {
    startAndCollect(14, SimNode.Setting.defaults());
    courier.reach(BOB.peerId(), Reach.Kind.MAILBOX);
    OutboxEntry brief = submit(
        Bytes.ofUtf8("now or never"), DeliveryOptions.DEFAULT.withLifetime(Duration.ofSeconds(3)));
    submit("later will do");
    world.runFor(10 * SECOND);
    assertEquals(Delivery.State.EXPIRED, brief.state());
    assertEquals(1, courier.mailOf(BOB.peerId()));
    courier.reach(BOB.peerId(), Reach.Kind.ROUTED);
    world.runFor(SECOND);
    assertEquals(List.of("later will do"), texts());
  }

  @Test
  void whatARelayKeptAndRepeatsIsKnown() {
    startAndCollect(15, SimNode.Setting.defaults());
    for (int i = 0; i < 50; i++) {
      submit("m" + i);
      world.runFor(20 * MILLI);
    }
    world.runFor(SECOND);
    List<Parcel> all = List.copyOf(courier.seen);
    for (Parcel parcel : all) courier.deliver(parcel);
    for (Parcel parcel : all.reversed()) courier.deliver(parcel);
    world.runFor(SECOND);
    assertEquals(50, handled.size());
    assertTrue(bob.received.snapshot().duplicates() >= 100);
    assertEquals(List.of(), alice.violations);
    assertEquals(List.of(), bob.violations);
  }

  @Test
  void whatARelayAltersIsDroppedAndCounted() {
    startAndCollect(16, SimNode.Setting.defaults());
    courier.altered = 0.5;
    for (int i = 0; i < 50; i++) {
      submit("m" + i);
      world.runFor(20 * MILLI);
    }
    world.runFor(30 * SECOND);
    assertEquals(50, handled.size());
    var stats = bob.received.snapshot();
    assertTrue(stats.forged() + stats.unknownKeys() > 10, stats.toString());
    assertEquals(List.of(), bob.violations);
  }

  @Test
  void theStagesTellTheWay() {
    startAndCollect(17, SimNode.Setting.defaults());
    submit("traced");
    world.runFor(SECOND);
    List<Stage> stages = alice.stages.stages();
    assertEquals(new Stage.Sent(2, false), stages.getFirst());
    Stage.Taken taken = assertInstanceOf(Stage.Taken.class, stages.get(1));
    assertEquals(SimCourier.RELAY, taken.by());
    assertEquals(MILLI, taken.afterNanos());
    Stage.Arrived arrived = assertInstanceOf(Stage.Arrived.class, stages.get(2));
    assertEquals(
        List.of(
            new Parcel.Hop(ALICE.peerId(), 10, 1_000), new Parcel.Hop(SimCourier.RELAY, 700, 840)),
        arrived.trail());
    assertTrue(arrived.roundTripNanos() > 10 * MILLI);
    assertTrue(arrived.ageMicros() >= 5_000);
  }

  @Test
  void aRecipientThatStartsAnewGetsWhatTheOneBeforeHadAndDidNotSettle() {
    startAndCollect(18, durable());
    bob.holdHandlers();
    for (int i = 0; i < 20; i++) submit("m" + i);
    world.runFor(300 * MILLI);
    assertEquals(0, handled.size());
    bob.crash();
    bob.restart();
    world.runFor(10 * SECOND);
    assertEquals(20, handled.size());
    assertTrue(alice.isIdle());
  }
}
