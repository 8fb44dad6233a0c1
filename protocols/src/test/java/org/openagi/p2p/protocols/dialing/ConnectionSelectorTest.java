package org.openagi.p2p.protocols.dialing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.protocols.dialing.ConnectionSelector.Link;

class ConnectionSelectorTest {
  private static final PeerId SMALL;
  private static final PeerId LARGE;

  static {
    PeerId a = HostKey.fromSeed(Bytes.wrap(new byte[32])).peerId();
    byte[] seed = new byte[32];
    seed[0] = 1;
    PeerId b = HostKey.fromSeed(Bytes.wrap(seed)).peerId();
    SMALL = a.compareTo(b) < 0 ? a : b;
    LARGE = a.compareTo(b) < 0 ? b : a;
  }

  private static Link link(long id, boolean ours, long opened, long heard, int streams) {
    return new Link(id, ours, opened, heard, streams, false, false);
  }

  @Test
  void bothSidesOfASimultaneousConnectKeepTheSame() {
    // Connection 1 was dialed by the small id, 2 by the large one.
    List<Link> atSmall = List.of(link(1, true, 10, 20, 0), link(2, false, 11, 20, 0));
    List<Link> atLarge = List.of(link(1, false, 12, 20, 0), link(2, true, 9, 20, 0));
    assertEquals(List.of(2L), ConnectionSelector.duplicates(atSmall, SMALL, LARGE, 1000, 100));
    assertEquals(List.of(2L), ConnectionSelector.duplicates(atLarge, LARGE, SMALL, 1000, 100));
    assertEquals(
        1, ConnectionSelector.byPreference(atSmall, SMALL, LARGE).getFirst().id());
    assertEquals(
        1, ConnectionSelector.byPreference(atLarge, LARGE, SMALL).getFirst().id());
  }

  @Test
  void nothingIsClosedBeforeTheGraceOrWhileStreamsAreOpen() {
    List<Link> fresh = List.of(link(1, true, 950, 960, 0), link(2, false, 10, 960, 0));
    assertEquals(List.of(), ConnectionSelector.duplicates(fresh, SMALL, LARGE, 1000, 100));
    List<Link> busy = List.of(link(1, true, 10, 20, 0), link(2, false, 10, 20, 1));
    assertEquals(List.of(), ConnectionSelector.duplicates(busy, SMALL, LARGE, 1000, 100));
  }

  @Test
  void aKeeperMustHaveProvedToBeAlive() {
    // The peer lost power and dialed again: the old connection is canonical, but silent since.
    List<Link> links = List.of(link(1, true, 10, 500, 0), link(2, false, 900, 950, 0));
    assertEquals(List.of(), ConnectionSelector.duplicates(links, SMALL, LARGE, 2000, 100));
    assertEquals(
        2, ConnectionSelector.byPreference(links, SMALL, LARGE).getFirst().id());
  }

  @Test
  void severalConnectionsDialedByTheSameSideAreNoDuplicates() {
    List<Link> links = List.of(link(1, true, 10, 20, 0), link(2, true, 10, 20, 0));
    assertEquals(List.of(), ConnectionSelector.duplicates(links, SMALL, LARGE, 1000, 100));
  }

  @Test
  void suspectConnectionsAreUsedLast() {
    Link suspect = new Link(1, true, 10, 20, 0, false, true);
    List<Link> links = List.of(suspect, link(2, false, 5, 20, 0));
    assertEquals(
        2, ConnectionSelector.byPreference(links, SMALL, LARGE).getFirst().id());
  }

  @Test
  void trimmingGoesFromHighToLowAndSparesTheProtectedTheYoungAndTheBusy() {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < 10; i++) links.add(link(i, i % 2 == 0, 0, 100 + i, 0));
    links.add(new Link(10, false, 0, 0, 0, true, false));
    links.add(link(11, false, 990, 0, 0));
    links.add(link(12, false, 0, 0, 3));
    List<Long> ids = ConnectionSelector.trim(links, 8, 12, 1000, 100);
    assertEquals(List.of(1L, 3L, 5L, 7L, 9L), ids, "idle inbound ones, longest silent first");
    assertEquals(List.of(), ConnectionSelector.trim(links, 8, 13, 1000, 100));
    assertNotEquals(SMALL, LARGE);
  }

  @Test
  void whoIsInIllReputeGoesBeforeAllOthersAndWhoIsOfUseStaysLonger() {
    List<Link> links = List.of(
        new Link(1, true, 0, 500, 0, false, true), // suspect
        link(2, true, 0, 500, 3).withStanding(-1), // in use, but in ill repute
        link(3, true, 0, 900, 3).withStanding(-3), // worse
        link(4, true, 0, 100, 0),
        link(5, false, 0, 50, 0).withStanding(1), // of use
        link(6, false, 0, 900, 0));
    assertEquals(List.of(3L, 2L, 1L, 6L, 4L), ConnectionSelector.trim(links, 1, 5, 1000, 100));
    List<Link> spared =
        List.of(new Link(1, false, 0, 0, 0, true, false, -3), link(2, true, 0, 0, 0));
    assertEquals(List.of(2L), ConnectionSelector.trim(spared, 0, 1, 1000, 100), "protected");
  }

  @Test
  void trimmingNeverGoesBelowLowAndMayStayAboveIt() {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < 10; i++) links.add(new Link(i, false, 0, 0, 0, i < 8, false));
    assertEquals(List.of(8L, 9L), ConnectionSelector.trim(links, 2, 5, 1000, 100));
    for (int low = 1; low < 10; low++) {
      List<Link> plain =
          links.subList(0, 10).stream().map(l -> link(l.id(), false, 0, 0, 0)).toList();
      assertTrue(ConnectionSelector.trim(plain, low, 9, 1000, 100).size() <= 10 - low);
    }
  }
}
