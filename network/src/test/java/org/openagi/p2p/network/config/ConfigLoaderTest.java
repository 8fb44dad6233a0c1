package org.openagi.p2p.network.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;

class ConfigLoaderTest {
  @TempDir
  Path folder;

  @Test
  void hasTheDefaultsOfTheComponent() {
    P2PConfig config = P2PConfig.defaults();
    assertEquals(Discovery.ZEROCONF, config.discovery());
    assertEquals(Duration.ofSeconds(30), config.heartbeatInterval());
    assertEquals(50, config.maxConnections());
    assertEquals(Duration.ofSeconds(60), config.messageTimeout());
    assertEquals(3, config.retryAttempts());
    assertEquals(1_048_576, config.bandwidthLimit());
    assertEquals(NodeType.FULL, config.nodeType());
    assertEquals(
        List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/0"), Multiaddr.parse("/ip6/::/tcp/0")),
        config.listen());
  }

  @Test
  void lightNodesKeepMessagesInMemoryUnlessToldOtherwise() {
    assertEquals(Store.JOURNAL, P2PConfig.defaults().store());
    P2PConfig light = P2PConfig.loader().flag("--node-type", "light").load();
    assertEquals(Store.MEMORY, light.store());
    assertTrue(
        light.effective().stream().anyMatch(each -> each.toString()
            .equals("store = memory  # default for node_type light")),
        light.toString());
    P2PConfig chosen = P2PConfig.loader()
        .flag("--node-type", "light")
        .flag("--store", "journal")
        .load();
    assertEquals(Store.JOURNAL, chosen.store());
    assertEquals("flag --store", chosen.origin(ConfigKeys.STORE).toString());
    assertEquals(Store.JOURNAL, light.with("node_type", "full").store());
    assertEquals(Origin.DEFAULT, P2PConfig.defaults().origin(ConfigKeys.STORE));
  }

  @Test
  void readsTheVariablesOfTheComponent() {
    P2PConfig config = P2PConfig.loader()
        .environment(Map.of(
            "P2P_DISCOVERY_METHOD", "manual",
            "P2P_HEARTBEAT_INTERVAL", "5",
            "P2P_MAX_CONNECTIONS", "7",
            "P2P_MESSAGE_TIMEOUT", "9.5",
            "PATH", "/bin"))
        .load();
    assertEquals(Discovery.MANUAL, config.discovery());
    assertEquals(Duration.ofSeconds(5), config.heartbeatInterval());
    assertEquals(7, config.maxConnections());
    assertEquals(Duration.ofMillis(9_500), config.messageTimeout());
  }

  @Test
  void reportsAllProblemsOfAllOriginsTogether() throws IOException {
    Path file = write("max_connections = 0\nheartbeat = 5\nno equals sign\nretry_attempts=1\n");
    ConfigException failure = assertThrows(ConfigException.class, () -> P2PConfig.loader()
        .flag("--discovery", "magic")
        .environment(Map.of("P2P_HEARTBEAT_INTERVAL", "abc", "P2P_MAX_CONECTIONS", "2"))
        .file(file)
        .load());
    assertEquals(
        List.of(
            "P2P_MAX_CONECTIONS = '2' (environment P2P_MAX_CONECTIONS): there is no such variable;"
                + " did you mean P2P_MAX_CONNECTIONS?",
            "no equals sign (file " + file + ":3): must have the form key = value",
            "heartbeat = '5' (file " + file + ":2): there is no such key",
            "discovery = 'magic' (flag --discovery): must be one of zeroconf, manual",
            "heartbeat_interval = 'abc' (environment P2P_HEARTBEAT_INTERVAL): must be a number of"
                + " seconds, 0.1 to 3600",
            "max_connections = '0' (file " + file + ":1): must be a whole number, 1 to 100000"),
        failure.problems().stream().map(ConfigProblem::toString).toList());
    assertEquals(6, failure.getMessage().lines().count());
  }

  @Test
  void flagBeatsEnvironmentBeatsFileBeatsDefault() throws IOException {
    Path file = write("max_connections=10\nretry_attempts=10\nmessage_timeout=10\n");
    P2PConfig config = P2PConfig.loader()
        .file(file)
        .environment(Map.of("P2P_MAX_CONNECTIONS", "20", "P2P_RETRY_ATTEMPTS", "20"))
        .flag("--max-connections", "30")
        .load();
    assertEquals(30, config.maxConnections());
    assertEquals(20, config.retryAttempts());
    assertEquals(Duration.ofSeconds(10), config.messageTimeout());
    assertEquals(Duration.ofSeconds(30), config.heartbeatInterval());
    assertEquals(
        List.of(
            "max_connections = 30  # flag --max-connections",
            "heartbeat_interval = 30  # default",
            "message_timeout = 10  # file " + file + ":3",
            "retry_attempts = 20  # environment P2P_RETRY_ATTEMPTS"),
        config.effective().stream()
            .map(Setting::toString)
            .filter(line -> line.matches("(max_conn|retry|message|heartbeat).*"))
            .toList());
  }

  @Test
  void readsTheFileNamedByTheEnvironment() throws IOException {
    Path file = write("name = alice\n");
    P2PConfig config =
        P2PConfig.loader().environment(Map.of("P2P_CONFIG", file.toString())).load();
    assertEquals(Optional.of("alice"), config.name());
  }

  @Test
  void missingFileIsAProblem() {
    ConfigException failure = assertThrows(
        ConfigException.class,
        () -> P2PConfig.loader().file(folder.resolve("absent")).load());
    assertTrue(failure.getMessage().contains("absent"), failure.getMessage());
  }

  @Test
  void keyTwiceInTheFileIsAProblem() throws IOException {
    Path file = write("port=1\nport=2\n");
    ConfigException failure =
        assertThrows(ConfigException.class, () -> P2PConfig.loader().file(file).load());
    assertEquals(
        "port = '2' (file " + file + ":2): is already set in line 1", failure.getMessage());
  }

  @Test
  void repeatedFlagsOfAListAreJoined() {
    P2PConfig config = P2PConfig.loader()
        .flag("--listen", "/ip4/127.0.0.1/tcp/0")
        .flag("--listen", "/ip6/::1/tcp/0")
        .load();
    assertEquals(
        List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/0"), Multiaddr.parse("/ip6/::1/tcp/0")),
        config.listen());
  }

  @Test
  void portAndListenExcludeEachOther() {
    ConfigException failure = assertThrows(ConfigException.class, () -> P2PConfig.loader()
        .flag("--listen", "/ip4/127.0.0.1/tcp/0")
        .environment(Map.of("P2P_PORT", "8080"))
        .load());
    assertTrue(failure.getMessage().startsWith("port = '8080' (environment P2P_PORT): cannot"));
  }

  @Test
  void portIsUsedOnAllAddresses() {
    assertEquals(
        List.of(Multiaddr.parse("/ip4/0.0.0.0/tcp/8080"), Multiaddr.parse("/ip6/::/tcp/8080")),
        P2PConfig.defaults().with(ConfigKeys.PORT, 8080L).listen());
  }

  @Test
  void aBadAddressIsNamed() {
    ConfigException failure = assertThrows(ConfigException.class, () -> P2PConfig.defaults()
        .with("peers", "/ip4/127.0.0.1/tcp/1,/ip4/127.0.0.1/udp/1"));
    assertTrue(
        failure.getMessage().endsWith("('/ip4/127.0.0.1/udp/1' is not a TCP address)"),
        failure.getMessage());
  }

  @Test
  void listsAreBounded() {
    String tooMany = "eth0,".repeat(ValueTypes.LIST_ITEMS_MAX + 1);
    assertThrows(ConfigException.class, () -> P2PConfig.defaults().with("interfaces", tooMany));
    String most = "eth0,".repeat(ValueTypes.LIST_ITEMS_MAX);
    assertEquals(
        ValueTypes.LIST_ITEMS_MAX,
        P2PConfig.defaults().with("interfaces", most).interfaces().size());
  }

  @Test
  void everyDefaultIsAccepted() {
    for (ConfigKey<?> key : ConfigKeys.ALL)
      assertEquals(
          key.defaultText(),
          P2PConfig.defaults().effective().stream()
              .filter(setting -> setting.key().equals(key.name()))
              .findFirst()
              .orElseThrow()
              .value());
  }

  @Test
  void namesOfKeysVariablesAndFlagsAreUnique() {
    assertEquals(ConfigKeys.ALL.size(), count(ConfigKey::name));
    assertEquals(ConfigKeys.ALL.size(), count(ConfigKey::environmentVariable));
    assertEquals(ConfigKeys.ALL.size(), count(ConfigKey::flag));
  }

  private static long count(java.util.function.Function<ConfigKey<?>, String> part) {
    return ConfigKeys.ALL.stream().map(part).distinct().count();
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("node.conf"), content);
  }
}
