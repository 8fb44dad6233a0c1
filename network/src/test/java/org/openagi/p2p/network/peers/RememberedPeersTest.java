package org.openagi.p2p.network.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.openagi.p2p.testkit.TestPeers.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.multiaddr.Multiaddr;

class RememberedPeersTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir
  Path folder;

  @Test
  void rememberedPeersSurviveARestart() throws IOException {
    RememberedPeers before = RememberedPeers.load(folder);
    before.remember(peer(1), List.of(address(1).withPeerId(peer(1)), address(1)), NOW);
    before.remember(peer(2), List.of(address(2)), NOW.plusSeconds(1));
    before.save();
    List<RememberedPeer> after = RememberedPeers.load(folder).peers();
    assertEquals(
        List.of(
            new RememberedPeer(peer(2), List.of(address(2)), NOW.plusSeconds(1)),
            new RememberedPeer(peer(1), List.of(address(1)), NOW)),
        after);
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("peers"))));
  }

  @Test
  void theLeastRecentlySeenGivesWay() throws IOException {
    RememberedPeers peers = RememberedPeers.load(folder, 2);
    peers.remember(peer(1), List.of(address(1)), NOW);
    peers.remember(peer(2), List.of(address(2)), NOW);
    peers.remember(peer(1), List.of(address(1)), NOW);
    peers.remember(peer(3), List.of(address(3)), NOW);
    assertEquals(
        List.of(peer(3), peer(1)),
        peers.peers().stream().map(RememberedPeer::peer).toList());
  }

  @Test
  void addressesOfOnePeerAreBounded() throws IOException {
    RememberedPeers peers = RememberedPeers.load(folder);
    List<Multiaddr> many =
        IntStream.range(1, 50).mapToObj(RememberedPeersTest::address).toList();
    peers.remember(peer(1), many, NOW);
    peers.save();
    assertEquals(
        many.subList(0, PeersFile.ADDRESSES_MAX),
        RememberedPeers.load(folder).peers().getFirst().addresses());
  }

  @Test
  void linesThatCannotBeUnderstoodAreSkipped() throws IOException {
    Files.writeString(
        folder.resolve("peers"),
        "garbage\n" + peer(1) + " yesterday /ip4/1.2.3.4/tcp/5\n" + peer(2) + " " + NOW
            + " /ip4/1.2.3.4/tcp/5\n" + "x".repeat(10_000));
    assertEquals(
        List.of(peer(2)),
        RememberedPeers.load(folder).peers().stream().map(RememberedPeer::peer).toList());
  }

  @Test
  void forgottenPeersAreGone() throws IOException {
    RememberedPeers peers = RememberedPeers.load(folder);
    peers.remember(peer(1), List.of(address(1)), NOW);
    peers.save();
    peers.forget(peer(1));
    peers.save();
    assertEquals(List.of(), RememberedPeers.load(folder).peers());
  }

  private static Multiaddr address(int port) {
    return Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port);
  }
}
