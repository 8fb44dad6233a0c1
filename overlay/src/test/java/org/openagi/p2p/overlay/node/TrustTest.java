package org.openagi.p2p.overlay.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.LinkLoss;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.OverlayLink;
import org.openagi.p2p.overlay.RoutingNet;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.membership.MembershipFrame;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelKey;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.overlay.relay.RelayFrame;
import org.openagi.p2p.overlay.reputation.Cause;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** What a neighbour does that it should not, and by which name it is held against it. */
class TrustTest implements OverlayHost {
  private static final PeerId SELF = TestPeers.keyless(1);
  private static final PeerId LIAR = TestPeers.keyless(2);
  private static final PeerId OTHER = TestPeers.keyless(3);

  private final VirtualTime time = new VirtualTime();
  private final List<String> cuts = new ArrayList<>();
  private final OverlayNode node = new OverlayNode(
      OverlayConfig.of("self", NodeType.FULL, Duration.ofSeconds(30)),
      SELF,
      this,
      new Signatures(),
      new OverlayListener() {},
      null,
      SeededRandom.of(1),
      time);

  private static final class Signatures implements OverlayCrypto {
    @Override
    public Bytes sign(Bytes text) {
      return RoutingNet.signature(SELF, text);
    }

    @Override
    public boolean verify(PeerId signer, Bytes text, Bytes signature) {
      return RoutingNet.signature(signer, text).equals(signature);
    }
  }

  @BeforeEach
  void link() {
    for (PeerId each : List.of(LIAR, OTHER)) {
      node.onLinkUp(new OverlayLink(each, true, Optional.empty(), NodeType.FULL), time.nanoTime());
    }
  }

  private void give(OverlayFrame frame) {
    try {
      node.onFrame(LIAR, frame, time.nanoTime());
    } catch (ProtocolViolationException e) {
      node.onViolation(LIAR, e, time.nanoTime());
    }
  }

  private long noted(Cause cause) {
    Explanation why = node.reputation().explain(LIAR, time.nanoTime()).orElseThrow();
    return why.terms().stream()
        .filter(term -> term.cause() == cause)
        .mapToLong(Explanation.Term::count)
        .sum();
  }

  private static BroadcastMessage message(PeerId origin, Bytes signature, VirtualTime time) {
    return new BroadcastMessage(origin, 1, 1, time.epochMillis(), Bytes.ofUtf8("x"), signature);
  }

  private RelayFrame.Carry parcel(int id, int ttl, long lifetimeMillis, PeerId... trail) {
    byte[] bytes = new byte[Parcel.ID_BYTES];
    bytes[0] = (byte) id;
    bytes[1] = (byte) (id >>> 8);
    List<Parcel.Hop> hops = new ArrayList<>();
    for (PeerId each : trail) hops.add(new Parcel.Hop(each, 1));
    Parcel parcel =
        new Parcel(Bytes.wrap(bytes), OTHER, ttl, lifetimeMillis, false, hops, Bytes.ofUtf8("?"));
    return new RelayFrame.Carry(0, Optional.empty(), false, 0, parcel);
  }

  @Test
  void aMessageInTheNameOfAnotherIsAWrongSignatureAndTwoOfThemAreEnough() {
    Bytes wrong = Bytes.wrap(new byte[64]);
    for (int i = 0; i < 2; i++) {
      give(new BroadcastFrame.Gossip(1, message(OTHER, wrong, time)));
    }
    assertEquals(2, noted(Cause.INVALID_SIGNATURE));
    assertEquals(Standing.REFUSED, node.reputation().standing(LIAR));
    assertTrue(cuts.getFirst().contains("2 HOSTILE"), cuts.toString());
    assertEquals(Standing.GOOD, node.reputation().standing(OTHER), "in whose name it was");
  }

  @Test
  void aKeyThatIsNoneIsMalformedAndNoWrongSignature() {
    byte[] body = {1, 0x7f};
    try {
      node.onFrame(LIAR, 0x40, body, time.nanoTime());
    } catch (ProtocolViolationException e) {
      assertEquals(ProtocolViolationException.Scope.STREAM, e.scope());
      node.onViolation(LIAR, e, time.nanoTime());
    }
    assertEquals(1, noted(Cause.PROTOCOL_VIOLATION));
  }

  @Test
  void parcelsWithoutHopsOrTimeOrBackToWhereTheyWereAreUseless() {
    give(parcel(1, 0, 1000, LIAR));
    give(parcel(2, 5, 0, LIAR));
    give(parcel(3, 5, 1000, OTHER, SELF, LIAR));
    assertEquals(3, noted(Cause.USELESS_PARCEL));
    give(parcel(4, 5, 1000, LIAR));
    assertEquals(3, noted(Cause.USELESS_PARCEL), "that one has no way on, which it need not know");
  }

  @Test
  void nowAndThenAnAnswerToNothingIsNothingButAFloodOfThemIs() {
    ParcelKey unknown = parcel(9, 1, 1, LIAR).key();
    for (int i = 0; i < OverlayNode.WASTED_BURST; i++) give(new RelayFrame.Taken(unknown));
    assertEquals(0, noted(Cause.LIMIT_VIOLATION));
    int frames = 0;
    while (node.reputation().standing(LIAR) != Standing.REFUSED) {
      give(new RelayFrame.Taken(unknown));
      assertTrue(++frames < 10 * OverlayNode.WASTED_BURST, "it is cut");
    }
    assertEquals(8, noted(Cause.LIMIT_VIOLATION));
    assertEquals(frames + OverlayNode.WASTED_BURST, node.stats().wasted());
  }

  @Test
  void whoComesBackHasUsedUpWhatItHad() {
    ParcelKey unknown = parcel(9, 1, 1, LIAR).key();
    for (int i = 0; i < OverlayNode.WASTED_BURST; i++) give(new RelayFrame.Taken(unknown));
    node.onLinkDown(LIAR, LinkLoss.CLOSED, time.nanoTime());
    node.onLinkUp(new OverlayLink(LIAR, true, Optional.empty(), NodeType.FULL), time.nanoTime());
    give(new RelayFrame.Taken(unknown));
    assertEquals(1, noted(Cause.LIMIT_VIOLATION));
  }

  @Test
  void aParcelThatIsRefusedAgainAndAgainIsOfNoUse() {
    for (int i = 0; i < 10; i++) give(parcel(4, 5, 1000, LIAR));
    assertEquals(9, node.stats().wasted());
  }

  @Test
  void framesOfMembershipBeyondTheirRateAreNotReadAndHeldAgainstTheNeighbour() {
    for (int i = 0; i < 12_000; i++) give(new MembershipFrame.Answer(false, 1, List.of()));
    assertEquals(Standing.REFUSED, node.reputation().standing(LIAR));
    assertTrue(noted(Cause.LIMIT_VIOLATION) >= 7, "named as a flood");
  }

  @Test
  void controlFramesOfAllKindsTogetherHaveALimit() {
    for (int i = 0; i < OverlayNode.CONTROL_BURST; i++) give(new BroadcastFrame.Prune());
    assertEquals(0, node.stats().wasted());
    for (int i = 0; i < 10; i++) give(new BroadcastFrame.Prune());
    assertEquals(10, node.stats().wasted());
    assertEquals(0, noted(Cause.LIMIT_VIOLATION), "so few are no flood");
  }

  @Test
  void repeatedMessagesToEveryoneAreAFloodOnlyBeyondWhatATreeCanRepeat() {
    BroadcastFrame copy =
        new BroadcastFrame.Gossip(1, message(SELF, Bytes.wrap(new byte[64]), time));
    for (int i = 0; i < 1_000; i++) give(copy);
    assertEquals(0, node.stats().wasted());
    for (int i = 0; i < 12 * OverlayNode.WASTED_BURST; i++) give(copy);
    assertEquals(Standing.REFUSED, node.reputation().standing(LIAR));
  }

  @Test
  void whoDoesNotTakeOurParcelsIsThoughtLessOfButNeverCutForIt() {
    for (int i = 0; i < 200; i++) {
      RelayFrame.Carry own = parcel(i, 5, 60_000);
      node.relay()
          .send(
              new Parcel(
                  own.parcel().id(),
                  LIAR,
                  5,
                  60_000,
                  false,
                  List.of(),
                  own.parcel().sealed()),
              null);
      give(new RelayFrame.Refused(own.key(), ParcelRefusal.NOT_SERVED));
    }
    assertEquals(200, noted(Cause.REFUSED_PARCEL));
    assertEquals(Standing.GOOD, node.reputation().standing(LIAR));
  }

  // ---- host: it is cut off, nothing else matters here ----

  @Override
  public boolean send(PeerId to, OverlayFrame frame) {
    return true;
  }

  @Override
  public void dial(PeerId peer, List<Multiaddr> addresses) {}

  @Override
  public void disconnect(PeerId peer, Cut cut, String why) {
    cuts.add((peer.equals(LIAR) ? 2 : 3) + " " + cut + " " + why);
  }

  @Override
  public void release(PeerId peer, String why) {}

  @Override
  public void keep(PeerId peer, boolean wanted) {}

  @Override
  public boolean isProtected(PeerId peer) {
    return false;
  }

  @Override
  public List<Multiaddr> addresses() {
    return List.of();
  }

  @Override
  public void doubt(PeerId peer) {}

  @Override
  public int loadPermille() {
    return 0;
  }
}
