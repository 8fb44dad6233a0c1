package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.Priority;
import org.openagi.p2p.network.config.P2PConfig;

/**
 * The usage snippets of the README, compiled and run. What stands between {@code // snippet: NAME}
 * and {@code // end} is the text there.
 */
@Timeout(150)
class ComponentSnippetsTest {
  private final BlockingQueue<String> log = new LinkedBlockingQueue<>();

  @TempDir
  Path folder;

  /** The snippets print to the console; here their lines are collected. */
  private final Console System = new Console();

  private final class Console {
    final Console out = this;

    void println(String line) {
      log.add(line);
    }

    long currentTimeMillis() {
      return java.lang.System.currentTimeMillis();
    }

    Map<String, String> getenv() {
      return Map.of("P2P_HEARTBEAT_INTERVAL", "10");
    }
  }

  // snippet: initialize
  static CompletableFuture<P2PNetworkManager> initializeP2PNetwork() {
    // Create network manager
    P2PNetworkManager p2pManager = P2PNetworkManager.builder()
        .nodeId("node_123")
        .nodeType(NodeType.FULL_NODE)
        .port(8080)
        .build();

    // Start network server, then discover peers
    return p2pManager
        .startServer()
        .thenCompose(addresses -> p2pManager.discoverPeers())
        .thenApply(peers -> p2pManager);
  }

  // end

  // snippet: send
  CompletableFuture<Boolean> sendMessage(
      P2PNetworkManager p2pManager, String recipientId, String content) {
    // Create message
    NetworkMessage message = NetworkMessage.builder()
        .messageId("msg_001")
        .senderId(p2pManager.nodeId())
        .recipientId(recipientId)
        .messageType(MessageType.DATA)
        .payload(content)
        .timestamp(System.currentTimeMillis())
        .build();

    // Send message: true means that the recipient has acknowledged it
    return p2pManager.sendMessage(message, recipientId).whenComplete((success, failure) -> {
      if (success) {
        System.out.println("Message sent successfully");
      } else {
        System.out.println("Failed to send message");
      }
    });
  }
  // end

  // snippet: receive
  void handleIncomingMessage(NetworkMessage message) {
    System.out.println("Received message from " + message.senderId() + ": " + message.text());

    // Process message based on type
    switch (message.messageType()) {
      case DATA -> processDataMessage(message);
      case HEARTBEAT -> processHeartbeat(message);
      case CONSENSUS -> processConsensusMessage(message);
      default -> {}
    }
  }

  void receiveMessages(P2PNetworkManager p2pManager) {
    // Register message handler; it runs on a virtual thread, so it may block
    p2pManager.registerMessageHandler(this::handleIncomingMessage);
  }
  // end

  // snippet: follow
  void followDelivery(P2PNetworkManager p2pManager, String messageId) {
    // By its id, as submit returned it or a person noted it; the queue remembers
    Delivery delivery = p2pManager.delivery(messageId).orElseThrow();
    System.out.println(messageId + " is " + delivery.state());
    delivery.outcome().thenAccept(outcome -> {
      switch (outcome) {
        case Outcome.Acknowledged ok -> System.out.println("arrived");
        case Outcome.Expired late -> System.out.println("too late: " + late.reason());
        case Outcome.Refused no -> System.out.println(no.reason() + ": " + no.detail());
        case Outcome.Kept kept -> System.out.println("after the next start: " + kept.reason());
      }
    });
  }
  // end

  // snippet: await
  void sendAll(P2PNetworkManager p2pManager, List<NetworkMessage> messages)
      throws InterruptedException {
    DeliveryOptions options = DeliveryOptions.DEFAULT
        .withLifetime(Duration.ofHours(1)) // the peer may be away for so long
        .withPriority(Priority.HIGH); // overtakes other DATA
    for (NetworkMessage message : messages) {
      // Waits for room in the outbox, where submit would refuse
      p2pManager.submitAwaiting(message, options);
    }
  }
  // end

  // snippet: request
  void answerRequests(P2PNetworkManager p2pManager) {
    p2pManager.registerRequestHandler(request -> Bytes.ofUtf8("It is " + request.text() + "."));
  }

  CompletableFuture<String> ask(P2PNetworkManager p2pManager, String peer, String question) {
    // Fails at once, with the reason, if the request is refused; at the latest after 5 s
    return p2pManager
        .request(peer, Bytes.ofUtf8(question), Duration.ofSeconds(5))
        .thenApply(NetworkMessage::text);
  }
  // end

  private void processDataMessage(NetworkMessage message) {
    log.add("data " + message.messageId());
  }

  private void processHeartbeat(NetworkMessage message) {
    log.add("heartbeat " + message.messageId());
  }

  private void processConsensusMessage(NetworkMessage message) {
    log.add("consensus " + message.messageId());
  }

  P2PConfig configure() {
    // snippet: configure
    P2PConfig config = P2PConfig.defaults()
        .with("discovery", "zeroconf") // or "manual"
        .with("heartbeat_interval", "30") // seconds
        .with("max_connections", "50")
        .with("message_timeout", "60") // seconds
        .with("retry_attempts", "3")
        .with("bandwidth_limit", "1048576"); // 1 MiB/s

    // Or from the environment: P2P_DISCOVERY_METHOD, P2P_HEARTBEAT_INTERVAL, ...
    P2PConfig fromEnvironment = P2PConfig.loader().environment(System.getenv()).load();
    // end
    assertEquals(10, fromEnvironment.heartbeatInterval().toSeconds());
    return config;
  }

  @Test
  void theConfigurationOfTheComponentIsTheDefault() {
    assertEquals(
        P2PConfig.defaults().effective().stream().map(each -> each.value()).toList(),
        configure().effective().stream().map(each -> each.value()).toList());
  }

  @Test
  void messagesAreSentAndReceivedAsInTheSnippets() throws Exception {
    try (TestNodes nodes = new TestNodes(folder)) {
      P2PNetworkManager bob = nodes.start("bob");
      receiveMessages(bob);
      P2PNetworkManager sender = nodes.start("node_123", bob);
      TestNodes.awaitNames(sender, bob);
      assertTrue(sendMessage(sender, "bob", "hello").get(40, TimeUnit.SECONDS));
      List<String> lines = List.of(
          "Received message from node_123: hello", "data msg_001", "Message sent successfully");
      for (String line : lines) assertEquals(line, log.poll(40, TimeUnit.SECONDS));
    }
  }

  @Test
  void messagesAreFollowedAwaitedAndAnsweredAsInTheSnippets() throws Exception {
    try (TestNodes nodes = new TestNodes(folder)) {
      P2PNetworkManager bob = nodes.start("bob");
      answerRequests(bob);
      bob.registerMessageHandler(message -> log.add("bob got " + message.text()));
      P2PNetworkManager alice = nodes.start("alice", bob);
      TestNodes.awaitNames(alice, bob);
      assertEquals("It is so.", ask(alice, "bob", "so").get(40, TimeUnit.SECONDS));
      sendAll(alice, List.of(NetworkMessage.text("bob", "one"), NetworkMessage.text("bob", "two")));
      assertEquals("bob got one", log.poll(40, TimeUnit.SECONDS));
      assertEquals("bob got two", log.poll(40, TimeUnit.SECONDS));
      Delivery sent = alice.submit(NetworkMessage.text("bob", "three"));
      assertEquals("bob got three", log.poll(40, TimeUnit.SECONDS));
      assertTrue(sent.acknowledged().get(40, TimeUnit.SECONDS));
      followDelivery(alice, sent.messageId());
      assertEquals(sent.messageId() + " is ACKNOWLEDGED", log.poll(40, TimeUnit.SECONDS));
      assertEquals("arrived", log.poll(40, TimeUnit.SECONDS));
    }
  }

  /** Runs the first snippet, in a process of its own because of the port and the data folder. */
  static final class Initialize {
    private Initialize() {}

    public static void main(String[] arguments) {
      try (P2PNetworkManager manager = initializeP2PNetwork().join()) {
        java.lang.System.out.println(manager.nodeId() + " " + manager.identity().nodeType());
        manager.addresses().forEach(java.lang.System.out::println);
      }
    }
  }

  /** Goal: the node listens on port 8080. Method: a network namespace with nothing but loopback. */
  @Test
  void theNodeOfTheFirstSnippetListens() throws Exception {
    assumeTrue(isPossible("unshare", "-rn", "true"), "no network namespaces here");
    String executable = ProcessHandle.current().info().command().orElseThrow();
    ProcessBuilder builder = new ProcessBuilder(
        "unshare",
        "-rn",
        "sh",
        "-c",
        "ip link set lo up && exec \"$@\"",
        "sh",
        executable,
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        java.lang.System.getProperty("java.class.path"),
        Initialize.class.getName());
    builder.environment().put("XDG_DATA_HOME", folder.toString());
    Process process = builder.redirectErrorStream(true).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
    assertTrue(lines.contains("node_123 FULL"), lines::toString);
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("/ip4/127.0.0.1/tcp/8080/p2p/")),
        lines::toString);
    assertTrue(Files.exists(folder.resolve("openagi-p2p/node_123/identity.key")));
  }

  private static boolean isPossible(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // no such command
    }
  }
}
