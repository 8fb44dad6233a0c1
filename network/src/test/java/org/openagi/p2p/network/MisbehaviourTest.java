package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;

/** Who misbehaves too often is cut off, refused, and the reason is told. */
class MisbehaviourTest {
  @TempDir
  Path folder;

  @Test
  void whoSignsFalselyAgainAndAgainIsCutOffAndRefused() {
    try (TestNodes nodes = new TestNodes(folder)) {
      P2PNetworkManager alice = nodes.start("alice");
      var refusals = new ConcurrentLinkedQueue<FaultEvent>();
      alice.events().subscribe(FaultEvent.class, event -> {
        if (event.what() == Fault.PEER_REFUSED) refusals.add(event);
      });
      P2PNetworkManager bob = nodes.start("bob", alice);
      PeerId id = bob.identity().peerId();
      TestNodes.await(
          "neighbours",
          () -> alice.overlay().ask(n -> n.neighbours().contains(id)).join());
      var reports = new MisbehaviourReports(alice.overlay(), TimeSource.system());
      for (int i = 0; i < 3; i++) {
        reports.onViolation(id, new ProtocolViolationException(Scope.PEER, "signature is wrong"));
      }
      TestNodes.await("the refusal is told", () -> !refusals.isEmpty());
      assertTrue(refusals.element().cause().contains("invalid signatures"), refusals.toString());
      TestNodes.await("bob is cut off", () -> alice.connectedPeers().isEmpty());
      // Bob keeps its listed peers connected, so it dials again.
      TestNodes.await(
          "bob is refused",
          () -> alice.getNetworkStats().refusals().getOrDefault(RefusalCause.GATED, 0L) > 0);
      assertTrue(alice
              .getPeerInfo(id.toString())
              .orElseThrow()
              .reputation()
              .orElseThrow()
              .score()
          < -60);
    }
  }
}
