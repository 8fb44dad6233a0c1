package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;

/** {@code p2p queue} on nodes that run. */
@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(120)
class QueueCommandTest {
  @TempDir
  Path folder;

  private final ConcurrentLinkedQueue<String> got = new ConcurrentLinkedQueue<>();
  private Session alice;
  private Session bob;

  @BeforeEach
  void start() throws Exception {
    alice = session("alice");
    bob = session("bob");
  }

  private Session session(String name) throws Exception {
    Session session = LoopbackNode.prepare(folder, name, "");
    session.manager().registerMessageHandler(message -> got.add(message.text()));
    session.start();
    return session;
  }

  @AfterEach
  void stop() throws Exception {
    alice.close();
    bob.close();
  }

  private CliRun queue(String node, String... arguments) {
    return CliRun.of(folder.resolve(node), "queue", arguments);
  }

  private static PeerId id(Session session) {
    return session.manager().identity().peerId();
  }

  private Delivery submit(String text) {
    return alice.manager().submit(NetworkMessage.text(id(bob).toString(), text));
  }

  @Test
  void messagesAreListedShownDroppedAndSentAgain() {
    CliRun empty = queue("alice", "ls");
    assertEquals(0, empty.status(), empty.err());
    assertTrue(empty.out().startsWith("nothing waits"), empty.out());
    Delivery first = submit("first");
    Delivery second = submit("second");
    List<Map<String, Object>> listed = queue("alice", "ls", "--json").json();
    assertEquals(
        List.of(first.messageId(), second.messageId()),
        listed.stream().map(each -> each.get("id")).toList());
    assertEquals("QUEUED", listed.getFirst().get("state"));
    assertTrue(listed.getFirst().containsKey("way"), "and there is none");
    assertEquals(null, listed.getFirst().get("way"));
    assertTrue(queue("alice", "ls").out().lines().findFirst().orElse("").contains("WAY"));
    assertEquals(id(bob).toString(), listed.getFirst().get("peerId"));
    assertEquals(
        0, queue("alice", "ls", "--to", id(alice).toString(), "--json").json().size());
    Map<String, Object> shown =
        queue("alice", "show", second.messageId(), "--json").json().getFirst();
    assertEquals("second", shown.get("text"));
    CliRun text = queue("alice", "show", second.messageId());
    assertTrue(text.out().contains("second"), text.out());
    assertEquals(0, queue("alice", "drop", second.messageId()).status());
    CliRun gone = queue("alice", "drop", "no-such-message");
    assertEquals(1, gone.status());
    assertTrue(gone.err().contains("no message no-such-message is known"), gone.err());
    CliRun notDead = queue("alice", "retry", first.messageId());
    assertEquals(1, notDead.status());
    assertTrue(notDead.err().contains("QUEUED"), notDead.err());
  }

  @Test
  void messagesTravelByFileAndASecondTimeChangeNothing() throws Exception {
    submit("carried");
    Path file = folder.resolve("letters");
    CliRun exported =
        queue("alice", "export", file.toString(), "--to", id(bob).toString(), "--json");
    assertEquals(0, exported.status(), exported.err());
    assertTrue(Files.size(file) > 200);
    CliRun again = queue("alice", "export", file.toString(), "--to", id(bob).toString());
    assertEquals(1, again.status());
    assertTrue(again.err().contains("exists"), again.err());
    CliRun wrong = queue("alice", "import", file.toString());
    assertEquals(1, wrong.status());
    assertTrue(wrong.err().contains("the file is for " + id(bob)), wrong.err());
    Map<String, Object> imported =
        queue("bob", "import", file.toString(), "--json").json().getFirst();
    assertEquals("imported", imported.get("event"));
    assertEquals(1, ((Number) imported.get("settled")).intValue());
    assertEquals(List.of("carried"), List.copyOf(got));
    assertTrue(queue("bob", "import", file.toString()).out().contains("0 new"));
    Files.writeString(file, "nonsense");
    CliRun nonsense = queue("bob", "import", file.toString());
    assertEquals(1, nonsense.status());
    assertTrue(nonsense.err().contains("is not taken"), nonsense.err());
    assertEquals(1, queue("bob", "import", folder.resolve("none").toString()).status());
    P2PNetworkManager sender = alice.manager();
    String address = bob.manager().addresses().getFirst().toString();
    sender.connect(address).get(40, TimeUnit.SECONDS);
    org.openagi.p2p.testkit.Await.until(
        java.time.Duration.ofSeconds(40),
        "the sender learns of it",
        () -> sender.messageQueue().waiting(null).isEmpty());
    assertEquals(List.of("carried"), List.copyOf(got));
  }

  @Test
  void theQueueOfANodeThatStoppedIsWorkedOnInItsFolder() throws Exception {
    Delivery kept = submit("kept");
    Delivery dropped = submit("dropped");
    alice.close();
    List<Map<String, Object>> listed = queue("alice", "ls", "--json").json();
    assertEquals(
        List.of(kept.messageId(), dropped.messageId()),
        listed.stream().map(each -> each.get("id")).toList());
    assertEquals(0, queue("alice", "drop", dropped.messageId()).status());
    Path file = folder.resolve("letters");
    CliRun exported = queue("alice", "export", file.toString(), "--to", id(bob).toString());
    assertEquals(0, exported.status(), exported.err());
    assertEquals(0, queue("bob", "import", file.toString()).status());
    assertEquals(List.of("kept"), List.copyOf(got));
    CliRun handlers = queue("alice", "import", file.toString());
    assertEquals(1, handlers.status());
    assertTrue(handlers.err().contains("the node must run"), handlers.err());
    alice = session("alice");
    alice
        .manager()
        .connect(bob.manager().addresses().getFirst().toString())
        .get(40, TimeUnit.SECONDS);
    org.openagi.p2p.testkit.Await.until(
        java.time.Duration.ofSeconds(40),
        "settled",
        () -> alice.manager().messageQueue().waiting(null).isEmpty());
    assertEquals(List.of("kept"), List.copyOf(got));
  }

  @Test
  void theFilesOfAQueueAreVerifiedWhileTheNodeRunsAndAfterwards() throws Exception {
    submit("kept").accepted().get(40, TimeUnit.SECONDS);
    CliRun live = queue("alice", "verify");
    assertEquals(0, live.status(), live.err());
    assertTrue(live.out().contains("1 messages wait") && live.out().contains("sound"), live.out());
    assertTrue(live.out().contains("read up to what the node had written"), live.out());
    alice.close();
    CliRun stopped = queue("alice", "verify", "--json");
    assertEquals(0, stopped.status(), stopped.err());
    Map<String, Object> verified = stopped.json().getLast();
    assertEquals("verified", verified.get("event"));
    assertEquals(true, verified.get("sound"));
    assertEquals(false, verified.get("inUse"));
    assertEquals(1, ((Number) verified.get("messages")).intValue());

    Path queue = folder.resolve("alice").resolve("queue");
    Path file = queue.resolve("0000000000000001.journal");
    byte[] bytes = Files.readAllBytes(file);
    bytes[70] ^= 1;
    Files.write(file, bytes);
    CliRun damaged = queue("alice", "verify", "--json");
    assertEquals(1, damaged.status(), damaged.out());
    Map<String, Object> damage = damaged.json().getFirst();
    assertEquals("damaged", damage.get("event"));
    assertEquals("0000000000000001.journal", damage.get("file"));
    assertEquals(64, ((Number) damage.get("offset")).intValue());
    CliRun text = queue("alice", "verify");
    assertEquals(1, text.status());
    assertTrue(
        text.out().startsWith("damaged: 0000000000000001.journal at offset 64: no whole record"),
        text.out());
    CliRun refused = queue("alice", "ls");
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("0000000000000001.journal at offset 64"), refused.err());
  }

  @Test
  void whatCannotBeRightEndsWithTwo() {
    for (String[] wrong : new String[][] {
      {"fly"},
      {},
      {"show"},
      {"ls", "x"},
      {"verify", "x"},
      {"export", "f"},
      {"ls", "--to", "not a name!"}
    }) {
      CliRun result = queue("alice", wrong);
      assertEquals(2, result.status(), result.err());
    }
    CliRun nobody = queue("nobody", "ls");
    assertEquals(1, nobody.status());
    assertTrue(nobody.err().contains("no node runs"), nobody.err());
  }
}
