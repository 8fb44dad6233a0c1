package org.openagi.p2p.network.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.transfer.Transfer;
import org.openagi.p2p.network.transfer.TransferOutcome;

/**
 * The program of docs/guide-messages.md, compiled and run. What stands between {@code // snippet: NAME}
 * and {@code // end} is the text there.
 */
@Timeout(150)
class MessageGuideTest {
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @TempDir
  Path folder;

  /** The program prints to the console; here its lines are collected. */
  private final Console System = new Console();

  private final class Console {
    final Console out = this;

    void println(String line) {
      lines.add(line);
    }
  }

  // snippet: start
  P2PNetworkManager start(String name, Path folder, String peers) {
    P2PNetworkManager node = P2PNetworkManager.builder()
        .nodeId(name)
        .dataFolder(folder.resolve(name)) // its key, and the messages that wait
        .set("discovery", "manual") // leave these three out, and nodes of one
        .set("listen", "/ip4/127.0.0.1/tcp/0") // network find each other
        .set("peers", peers)
        .build();
    node.startServer().join();
    return node;
  }

  // end

  // snippet: handle
  void handleMessages(P2PNetworkManager node) {
    // Runs on a virtual thread and may block. When it returns, the message is acknowledged;
    // when it throws, the message is handed over again
    node.registerMessageHandler(
        MessageType.DATA,
        message -> System.out.println(message.senderId() + " says " + message.text()));
  }

  // end

  // snippet: send
  void send(P2PNetworkManager node) {
    // True means that the handler of bob has returned
    boolean arrived =
        node.sendMessage(NetworkMessage.text("bob", "hello"), "bob").join();
    System.out.println("arrived: " + arrived);
  }

  // end

  // snippet: deliver
  void follow(P2PNetworkManager node) {
    DeliveryOptions options = DeliveryOptions.DEFAULT.withLifetime(Duration.ofHours(1));
    Delivery delivery = node.submit(NetworkMessage.text("bob", "take your time"), options);
    delivery.accepted().join(); // it is on disk, and survives the end of this process
    Outcome outcome = delivery.outcome().join();
    System.out.println(
        switch (outcome) {
          case Outcome.Acknowledged ok -> "bob has it";
          case Outcome.Expired late -> "too late: " + late.reason();
          case Outcome.Refused no -> "refused: " + no.detail();
          case Outcome.Kept kept -> "after the next start: " + kept.reason();
        });
  }

  // end

  // snippet: request
  void answer(P2PNetworkManager node) {
    node.registerRequestHandler(request -> Bytes.ofUtf8(request.text().toUpperCase(Locale.ROOT)));
  }

  void ask(P2PNetworkManager node) {
    NetworkMessage reply = node.request("bob", Bytes.ofUtf8("how are you?"), Duration.ofSeconds(20))
        .join();
    System.out.println("bob answers " + reply.text());
  }

  // end

  // snippet: transfer
  void receiveFiles(P2PNetworkManager node, Path into) {
    // Until somebody decides, offers are refused. Never use offer.name() as a path
    node.onTransfer(offer -> offer.acceptTo(into.resolve(offer.safeName())));
  }

  void sendFile(P2PNetworkManager node, Path file) throws IOException {
    Transfer transfer = node.sendFile("bob", file); // of any size; goes on after a lost connection
    TransferOutcome outcome = transfer.outcome().join();
    System.out.println(
        switch (outcome) {
          case TransferOutcome.Completed done -> "bob has " + done.bytes() + " bytes";
          case TransferOutcome.Refused no -> "bob refuses: " + no.detail();
          case TransferOutcome.Failed failed -> "failed: " + failed.detail();
        });
  }

  // end

  // snippet: main
  void run(Path folder) throws IOException {
    try (P2PNetworkManager bob = start("bob", folder, "");
        P2PNetworkManager alice =
            start("alice", folder, bob.addresses().getFirst().toString())) {
      handleMessages(bob);
      answer(bob);
      receiveFiles(bob, Files.createDirectories(folder.resolve("received")));

      send(alice);
      follow(alice);
      ask(alice);
      Path file = Files.writeString(folder.resolve("notes.txt"), "a large file");
      sendFile(alice, file);
    }
  }

  // end

  @Test
  void theProgramDoesWhatItSays() throws Exception {
    run(folder);
    String[] expected = {
      "alice says hello",
      "arrived: true",
      "alice says take your time",
      "bob has it",
      "bob answers HOW ARE YOU?",
      "bob has 12 bytes"
    };
    for (String line : expected) assertEquals(line, lines.poll(1, TimeUnit.SECONDS));
    assertTrue(lines.isEmpty());
    assertEquals("a large file", Files.readString(folder.resolve("received/notes.txt")));
  }
}
