package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.overlay.health.HealthStats.Count;

/** Nodes on a machine that has no time for them, with a heartbeat of a second: nobody is accused. */
@Tag("torture")
@Timeout(180)
class BusyMachineTest {
  private static final int NODES = 4;
  private static final int BURNERS_PER_CORE = 3;
  private static final Set<Fault> ACCUSATIONS =
      EnumSet.of(Fault.PEER_SUSPECT, Fault.PEER_DEAD, Fault.LINK_DEAD);

  @TempDir
  Path folder;

  @Test
  void nobodyIsSuspectedWhileAllCoresAreBusy() throws Exception {
    Queue<String> accusations = new ConcurrentLinkedQueue<>();
    try (TestNodes nodes = new TestNodes(folder)) {
      List<P2PNetworkManager> all = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        String name = "n" + i;
        all.add(nodes.start(
            name,
            name,
            builder -> builder.set("heartbeat_interval", "1"),
            all.toArray(P2PNetworkManager[]::new)));
      }
      for (P2PNetworkManager node : all) {
        TestNodes.await(
            "neighbours",
            () -> node.overlay()
                    .ask(n -> n.neighbours().size())
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join()
                == NODES - 1);
        node.events().subscribe(NetworkEvent.FaultEvent.class, event -> {
          if (ACCUSATIONS.contains(event.what())) accusations.add(event.toString());
        });
        node.events()
            .subscribe(
                NetworkEvent.PeerDisconnected.class, event -> accusations.add(event.toString()));
      }
      burn(20);
      assertEquals(List.of(), List.copyOf(accusations));
      for (P2PNetworkManager node : all) {
        var health = node.getNetworkStats().overlay().orElseThrow().health();
        System.out.println("busy machine: " + health);
        assertEquals(0, health.count(Count.SUSPECTED));
        assertEquals(NODES - 1, node.connectedPeers().size());
      }
    }
  }

  /** Keeps all cores busy for so many seconds. */
  private static void burn(int seconds) throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    int threads = BURNERS_PER_CORE * Runtime.getRuntime().availableProcessors();
    CountDownLatch ended = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform().daemon().start(() -> {
        double sum = 0;
        while (!stop.get()) for (int k = 1; k < 10_000; k++) sum += Math.sqrt(k);
        if (sum < 0) throw new IllegalStateException("no root is negative");
        ended.countDown();
      });
    }
    new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    stop.set(true);
    ended.await();
  }
}
