package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.testkit.TestPeers.peer;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostStats;
import org.openagi.p2p.network.peers.RememberedPeer;
import org.openagi.p2p.protocols.peers.PeerTable;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualTime;

/** Decisions in virtual time, on a host that only writes down what it is told. */
class PeerKeeperTest {
  private static final List<Multiaddr> ADDRESS = List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/1"));
  private static final CloseReason LOST =
      new CloseReason(CloseReason.Kind.CONNECTION_LOST, "reset by peer");
  private static final CloseReason FAREWELL =
      new CloseReason(CloseReason.Kind.REMOTE_CLOSED, "closed by the peer");

  private record Due(long nanos, int order, Runnable task) {}

  private final VirtualTime time = new VirtualTime();
  private final PriorityQueue<Due> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Due::nanos).thenComparingInt(Due::order));
  private final Set<PeerId> kept = new HashSet<>();
  private final List<Multiaddr> dialed = new ArrayList<>();
  private final PeerTable table = new PeerTable(time, 10_000);
  private final PeerId self = peer(1);
  private final Map<PeerId, Boolean> candidates = new HashMap<>();
  private int keptMax = Integer.MAX_VALUE;
  private int handshakes;
  private int order;

  private final PeerKeeper keeper = keeper(Integer.MAX_VALUE);

  /** A peer whose id is larger than ours: we dial. */
  private final PeerId larger = find(true);

  /** A peer whose id is smaller than ours: it dials, if it sees us. */
  private final PeerId smaller = find(false);

  private PeerKeeper keeper(int max) {
    return new PeerKeeper(
        host(), this::schedule, time, max, (peer, addresses, known) -> candidates.put(peer, known));
  }

  @Test
  void ofManyThatAnnounceThemselvesTheFirstAreKeptAndAllAreCandidates() {
    PeerKeeper few = keeper(2);
    few.onDisconnected(peer(50), LOST);
    run(Duration.ZERO);
    for (int i = 51; i < 55; i++) few.onAnnounced(peer(i), ADDRESS);
    run(PeerKeeper.POLITE_DELAY);
    assertEquals(2, kept.size());
    assertFalse(kept.contains(peer(50)), "who was lost gives way to who announces itself");
    assertEquals(Set.of(peer(51), peer(52), peer(53), peer(54)), candidates.keySet());
    assertFalse(candidates.containsValue(true));
    Multiaddr listed = ADDRESS.getFirst().withPeerId(peer(60));
    few.start(List.of(listed), List.of());
    run(Duration.ZERO);
    assertTrue(kept.contains(peer(60)), "who is listed is kept all the same");
    assertTrue(few.isKept(peer(60)));
    assertTrue(candidates.get(peer(60)));
  }

  @Test
  void theSmallerPeerIdDialsAtOnceAndTheLargerWaits() {
    keeper.onAnnounced(larger, ADDRESS);
    keeper.onAnnounced(smaller, ADDRESS);
    run(Duration.ZERO);
    assertEquals(Set.of(larger), kept);
    assertEquals(ADDRESS, table.addresses(smaller));
    run(PeerKeeper.POLITE_DELAY);
    assertEquals(Set.of(larger, smaller), kept);
  }

  @Test
  void aHandshakeInFlightIsWaitedForButNotForEver() {
    handshakes = 1;
    keeper.onAnnounced(smaller, ADDRESS);
    run(PeerKeeper.POLITE_DELAY_MAX.minusMillis(1));
    assertEquals(Set.of(), kept);
    run(PeerKeeper.POLITE_DELAY);
    assertEquals(Set.of(smaller), kept);
  }

  @Test
  void aPeerThatSaysGoodByeIsLeftAlone() {
    keeper.onAnnounced(larger, ADDRESS);
    keeper.onConnected(larger);
    run(Duration.ZERO);
    keeper.onAnnouncementGone(larger);
    keeper.onDisconnected(larger, FAREWELL);
    run(Duration.ZERO);
    assertEquals(Set.of(), kept);
    assertEquals(List.of(), table.addresses(larger));
  }

  @Test
  void aPeerThatIsLostIsDialedAgainForSomeMinutes() {
    keeper.start(List.of(), List.of());
    keeper.onConnected(larger);
    run(Duration.ofHours(1));
    assertEquals(Set.of(), kept);
    keeper.onDisconnected(larger, LOST);
    run(PeerKeeper.RECENT_KEPT.minusSeconds(1));
    assertEquals(Set.of(larger), kept);
    run(Duration.ofSeconds(10));
    assertEquals(Set.of(), kept);
  }

  @Test
  void aPeerThatCameBackTakesNoPlaceAmongThoseToBeDialed() {
    keeper.onDisconnected(larger, LOST);
    run(Duration.ZERO);
    assertEquals(Set.of(larger), kept);
    keeper.onConnected(larger);
    run(Duration.ZERO);
    assertEquals(Set.of(), kept);
  }

  @Test
  void strangersDoNotPushOutThePeersThatAreListed() {
    keptMax = 2;
    keeper.onDisconnected(peer(500), LOST);
    keeper.onDisconnected(peer(501), LOST);
    run(Duration.ZERO);
    assertEquals(Set.of(peer(500), peer(501)), kept);
    keeper.onAnnounced(larger, ADDRESS);
    keeper.start(List.of(ADDRESS.getFirst().withPeerId(peer(502))), List.of());
    run(Duration.ofMinutes(1));
    assertEquals(Set.of(larger, peer(502)), kept);
    keeper.onDisconnected(peer(503), LOST);
    run(Duration.ofMinutes(1));
    assertEquals(Set.of(larger, peer(502)), kept);
  }

  @Test
  void aPeerWhoseNameWasRefusedIsTriedAgainAfterAPause() {
    keeper.start(List.of(ADDRESS.getFirst().withPeerId(larger)), List.of());
    run(Duration.ZERO);
    keeper.onNameRefused(larger);
    run(PeerKeeper.REFUSED_PAUSE.minusSeconds(1));
    assertEquals(Set.of(), kept);
    run(Duration.ofSeconds(10));
    assertEquals(Set.of(larger), kept);
  }

  @Test
  void aForgottenNameEndsThePause() {
    keeper.start(List.of(ADDRESS.getFirst().withPeerId(larger)), List.of());
    run(Duration.ZERO);
    keeper.onNameRefused(larger);
    keeper.onNameForgotten();
    run(Duration.ZERO);
    assertEquals(Set.of(larger), kept);
  }

  @Test
  void thePeersOfLastTimeAreTriedForSomeMinutesTheNewestFirst() {
    List<RememberedPeer> remembered = IntStream.range(10, 10 + PeerKeeper.REMEMBERED_TRIED_MAX + 5)
        .mapToObj(i -> new RememberedPeer(peer(i), ADDRESS, Instant.EPOCH))
        .toList();
    keeper.start(List.of(), remembered);
    run(Duration.ZERO);
    assertEquals(PeerKeeper.REMEMBERED_TRIED_MAX, kept.size());
    assertEquals(true, kept.contains(remembered.getFirst().peer()));
    run(PeerKeeper.RECENT_KEPT.plusSeconds(10));
    assertEquals(Set.of(), kept);
  }

  @Test
  void whatTheHostCannotKeepNowIsTriedAgain() {
    keptMax = 0;
    keeper.start(List.of(), List.of());
    keeper.onAnnounced(larger, ADDRESS);
    run(Duration.ofSeconds(1));
    keptMax = 1;
    run(Duration.ofSeconds(10));
    assertEquals(Set.of(larger), kept);
  }

  @Test
  void aListedAddressWithoutAPeerIdIsDialedWithGrowingPauses() {
    keeper.start(ADDRESS, List.of());
    run(Duration.ofSeconds(16)); // after 0, 1, 3, 7 and 15 seconds
    assertEquals(5, dialed.size());
    run(Duration.ofMinutes(10));
    assertEquals(16, dialed.size());
  }

  @Test
  void ourOwnAnnouncementIsIgnored() {
    keeper.onAnnounced(self, ADDRESS);
    run(Duration.ofSeconds(10));
    assertEquals(Set.of(), kept);
  }

  @Test
  void noMorePeersThanTheLimitAreTracked() {
    for (int i = 0; i < PeerKeeper.TRACKED_MAX + 10; i++)
      keeper.onAnnounced(peer(100 + i), ADDRESS);
    run(PeerKeeper.POLITE_DELAY);
    assertEquals(PeerKeeper.TRACKED_MAX, kept.size());
    keeper.onAnnouncementGone(kept.iterator().next());
    keeper.onAnnounced(larger, ADDRESS);
    run(Duration.ZERO);
    assertEquals(PeerKeeper.TRACKED_MAX, kept.size());
    assertEquals(true, kept.contains(larger));
  }

  private PeerId find(boolean isLarger) {
    return IntStream.range(10, 1000)
        .mapToObj(TestPeers::peer)
        .filter(each -> self.compareTo(each) < 0 == isLarger)
        .findFirst()
        .orElseThrow();
  }

  private void schedule(Duration delay, Runnable task) {
    tasks.add(new Due(time.nanoTime() + delay.toNanos(), order++, task));
  }

  private void run(Duration span) {
    long endNanos = time.nanoTime() + span.toNanos();
    while (!tasks.isEmpty() && tasks.peek().nanos() <= endNanos) {
      Due due = tasks.remove();
      time.advanceNanos(Math.max(0, due.nanos() - time.nanoTime()));
      due.task().run();
    }
    time.advanceNanos(endNanos - time.nanoTime());
  }

  private Host host() {
    return (Host) Proxy.newProxyInstance(
        Host.class.getClassLoader(),
        new Class<?>[] {Host.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "peerId" -> self;
          case "peers" -> table;
          case "connections" -> List.of();
          case "stats" -> stats();
          case "keepConnected" -> kept.size() < keptMax && kept.add((PeerId) arguments[0]);
          case "releaseConnected" -> {
            kept.remove((PeerId) arguments[0]);
            yield null;
          }
          case "connect" -> {
            dialed.add((Multiaddr) arguments[0]);
            yield CompletableFuture.failedFuture(new java.io.IOException("nobody there"));
          }
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  private HostStats stats() {
    return new HostStats(0, 0, handshakes, 0, 0, 0, 0, java.util.Map.of(), 0, 0, 0, 0);
  }
}
