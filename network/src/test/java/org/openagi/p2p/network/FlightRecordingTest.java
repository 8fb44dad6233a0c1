package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.network.TestNodes.awaitNames;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.messaging.NetworkMessage;

/** What Java Flight Recorder sees of two nodes that talk. Other tests of this process may be in the recording too. */
@Timeout(120)
class FlightRecordingTest {
  @TempDir
  Path folder;

  @AutoClose
  private final TestNodes nodes = new TestNodes(() -> folder);

  @Test
  void seesHandshakesBundlesAndCommits() throws Exception {
    String aliceId;
    String bobId;
    List<RecordedEvent> events;
    try (Recording recording = new Recording()) {
      recording.start();
      P2PNetworkManager alice = nodes.start("alice");
      P2PNetworkManager bob = nodes.start("bob", alice);
      aliceId = alice.identity().peerId().toString();
      bobId = bob.identity().peerId().toString();
      awaitNames(alice, bob);
      alice.registerMessageHandler(message -> {});
      assertTrue(bob.sendMessage(NetworkMessage.text("alice", "hello"), "alice")
          .orTimeout(40, TimeUnit.SECONDS)
          .join());
      dialAsAnother(bob, alice);
      recording.stop();
      events = read(recording);
    }

    RecordedEvent dialed =
        first(events, "p2p.Handshake", e -> isOf(e, "peer", aliceId) && e.getBoolean("outgoing"));
    assertNull(dialed.getString("failure"));
    assertTrue(dialed.getString("muxer").contains("yamux"), dialed.getString("muxer"));
    assertTrue(dialed.getString("address").contains("127.0.0.1"), dialed.getString("address"));
    assertFalse(dialed.getDuration().isZero());
    first(events, "p2p.Handshake", e -> isOf(e, "peer", bobId) && !e.getBoolean("outgoing"));
    RecordedEvent failed =
        first(events, "p2p.Handshake", e -> isOf(e, "peer", STRANGER) && e.getBoolean("outgoing"));
    assertNotNull(failed.getString("failure"));

    RecordedEvent signed =
        first(events, "p2p.Bundle", e -> isOf(e, "signer", bobId) && !e.getBoolean("incoming"));
    assertTrue(signed.getDuration("waited").compareTo(signed.getDuration()) <= 0);
    RecordedEvent verified =
        first(events, "p2p.Bundle", e -> isOf(e, "signer", bobId) && e.getBoolean("incoming"));
    assertTrue(verified.getBoolean("genuine"));

    RecordedEvent commit = first(events, "p2p.StoreCommit", e -> e.getLong("bytes") > 0);
    assertNotNull(commit.getString("file"));
  }

  private static final String STRANGER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

  /** Expects somebody else at the address of a node. */
  private static void dialAsAnother(P2PNetworkManager dialer, P2PNetworkManager target) {
    Multiaddr address = target.addresses().getFirst().withoutPeerId();
    assertThrows(CompletionException.class, () -> dialer
        .connect(address + "/p2p/" + STRANGER)
        .orTimeout(40, TimeUnit.SECONDS)
        .join());
  }

  private List<RecordedEvent> read(Recording recording) throws IOException {
    Path file = folder.resolve("recording.jfr");
    recording.dump(file);
    return RecordingFile.readAllEvents(file);
  }

  private static boolean isOf(RecordedEvent event, String field, String text) {
    return text.equals(event.getString(field));
  }

  private static RecordedEvent first(
      List<RecordedEvent> events, String name, Predicate<RecordedEvent> wanted) {
    List<RecordedEvent> ofName =
        events.stream().filter(e -> e.getEventType().getName().equals(name)).toList();
    return ofName.stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + ": " + ofName));
  }
}
