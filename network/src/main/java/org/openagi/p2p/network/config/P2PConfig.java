package org.openagi.p2p.network.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.DeadLetterLimits;

/**
 * The validated configuration of one node: for each {@link ConfigKey} a value and where it came
 * from. Immutable.
 *
 * <pre>{@code
 * P2PConfig config = P2PConfig.loader()
 *     .file(Path.of("node.conf"))
 *     .environment(System.getenv())
 *     .flag("--name", "alice")
 *     .load();
 * P2PConfig quiet = P2PConfig.defaults().with("discovery", "manual");
 * }</pre>
 *
 * @see "docs/config-reference.md"
 */
public final class P2PConfig {
  private static final P2PConfig DEFAULTS = new P2PConfig(Map.of());

  private record Value<T>(T parsed, Origin origin) {}

  /** Holds exactly what was set; a key that is absent has its default. */
  private final Map<ConfigKey<?>, Value<?>> values;

  private P2PConfig(Map<ConfigKey<?>, Value<?>> values) {
    this.values = values;
  }

  /** Nothing set. */
  public static P2PConfig defaults() {
    return DEFAULTS;
  }

  /** Reads flags, environment and file. */
  public static ConfigLoader loader() {
    return new ConfigLoader();
  }

  /**
   * Parses and joins what was written; the first written of a key wins.
   *
   * @throws ConfigException with the given problems and all that are found here
   */
  static P2PConfig of(List<Written> written, List<ConfigProblem> problems) {
    List<ConfigProblem> all = new ArrayList<>(problems);
    Map<ConfigKey<?>, Value<?>> values = new LinkedHashMap<>();
    for (Written item : written) {
      Optional<Value<?>> value = parse(item, all);
      value.ifPresent(parsed -> values.putIfAbsent(item.key(), parsed));
    }
    P2PConfig config = new P2PConfig(values);
    config.checkTogether(all);
    if (!all.isEmpty()) throw new ConfigException(all);
    return config;
  }

  /** A value as it was written, before it is parsed. */
  record Written(ConfigKey<?> key, String text, Origin origin) {}

  /** {@link #with(String, String)} for a value that is at hand, parsed. */
  public <T> P2PConfig with(ConfigKey<T> key, T value) {
    return with(key.name(), key.print(value));
  }

  /**
   * This configuration with one value replaced, whatever its origin.
   *
   * @param key name of a key
   * @param text the value as one would write it in the file
   * @throws ConfigException if there is no such key, or it does not accept the value
   */
  public P2PConfig with(String key, String text) {
    return with(Map.of(key, text));
  }

  /**
   * {@link #with(String, String)} for several values at once.
   *
   * @throws ConfigException with the problems of all of them
   */
  public P2PConfig with(Map<String, String> texts) {
    List<ConfigProblem> problems = new ArrayList<>();
    Map<ConfigKey<?>, Value<?>> changed = new LinkedHashMap<>(values);
    texts.forEach((name, text) -> ConfigKeys.byName(name)
        .ifPresentOrElse(
            key -> parse(new Written(key, text, Origin.code(name)), problems)
                .ifPresent(value -> changed.put(key, value)),
            () -> problems.add(ConfigLoader.unknownKey(name, text, Origin.code(name)))));
    P2PConfig config = new P2PConfig(changed);
    config.checkTogether(problems);
    if (!problems.isEmpty()) throw new ConfigException(problems);
    return config;
  }

  /** The value in force. */
  @SuppressWarnings("unchecked") // parse() put it there with the key's own type
  public <T> T get(ConfigKey<T> key) {
    Value<?> value = values.get(key);
    if (value != null) return (T) value.parsed();
    return otherDefault(key)
        .map(other -> key.parse(other.defaultText()))
        .orElseGet(key::defaultValue);
  }

  /** The default that another key calls for, if it does. */
  private Optional<ConfigKey.OtherDefault> otherDefault(ConfigKey<?> key) {
    return key.otherDefault().filter(other -> get(other.key()).equals(other.value()));
  }

  /** Where the value in force was written. */
  public Origin origin(ConfigKey<?> key) {
    Value<?> value = values.get(key);
    if (value != null) return value.origin();
    return otherDefault(key)
        .map(other -> Origin.defaultFor(other.key().name() + " " + other.valueText()))
        .orElse(Origin.DEFAULT);
  }

  /** Every key with its value and origin, in the order of the reference. */
  public List<Setting> effective() {
    return ConfigKeys.ALL.stream().<Setting>map(this::setting).toList();
  }

  /** The chosen name, if any; without one the node makes one up from host name and key. */
  public Optional<String> name() {
    return get(ConfigKeys.NAME);
  }

  /** What the node is for. */
  public NodeType nodeType() {
    return get(ConfigKeys.NODE_TYPE);
  }

  /** The data folder, derived from environment and name if none was given. */
  public Path dataFolder() {
    return get(ConfigKeys.DATA).orElseGet(() -> Machine.dataFolder(name(), System.getenv()));
  }

  /**
   * The addresses to listen on, derived from port and interfaces if none were given; without IPv6 on
   * a machine that has none.
   */
  public List<Multiaddr> listen() {
    List<Multiaddr> explicit = get(ConfigKeys.LISTEN);
    if (!explicit.isEmpty()) return explicit;
    boolean onlyLoopback =
        !interfaces().isEmpty() && interfaces().stream().allMatch(Machine::isLoopback);
    String end = "/tcp/" + get(ConfigKeys.PORT);
    List<Multiaddr> derived = new ArrayList<>();
    derived.add(Multiaddr.parse((onlyLoopback ? "/ip4/127.0.0.1" : "/ip4/0.0.0.0") + end));
    if (Machine.hasIp6())
      derived.add(Multiaddr.parse((onlyLoopback ? "/ip6/::1" : "/ip6/::") + end));
    return List.copyOf(derived);
  }

  /** How peers are found. */
  public Discovery discovery() {
    return get(ConfigKeys.DISCOVERY);
  }

  /** Peers to connect to at start. */
  public List<Multiaddr> peers() {
    return get(ConfigKeys.PEERS);
  }

  /** Interfaces to discover on; empty means all. */
  public List<String> interfaces() {
    return get(ConfigKeys.INTERFACES);
  }

  /** Multicast DNS service name. */
  public String service() {
    return get(ConfigKeys.SERVICE);
  }

  /** Bound of a look around for peers. */
  public Duration discoveryTimeout() {
    return get(ConfigKeys.DISCOVERY_TIMEOUT);
  }

  /** Connections open at the same time, 1 to 100000. */
  public int maxConnections() {
    return Math.toIntExact(get(ConfigKeys.MAX_CONNECTIONS));
  }

  /** Time between two checks of a quiet peer. */
  public Duration heartbeatInterval() {
    return get(ConfigKeys.HEARTBEAT_INTERVAL);
  }

  /** Lifetime of a message that has none of its own. */
  public Duration messageTimeout() {
    return get(ConfigKeys.MESSAGE_TIMEOUT);
  }

  /** Redeliveries after a handler failed, 0 to 100. */
  public int retryAttempts() {
    return Math.toIntExact(get(ConfigKeys.RETRY_ATTEMPTS));
  }

  /** Where messages wait. */
  public Store store() {
    return get(ConfigKeys.STORE);
  }

  /** Most bytes of the journal on disk. */
  public long queueQuota() {
    return get(ConfigKeys.QUEUE_QUOTA);
  }

  /** How many messages that expired or were refused are kept. */
  public DeadLetterLimits deadLetters() {
    return new DeadLetterLimits(
        Math.toIntExact(get(ConfigKeys.DEAD_LETTERS)), get(ConfigKeys.DEAD_LETTER_BYTES));
  }

  /** When a message in the journal counts as kept. */
  public StoreSync storeSync() {
    return get(ConfigKeys.STORE_SYNC);
  }

  /** Bytes per second to all peers together; 0 means no limit. */
  public long bandwidthLimit() {
    return get(ConfigKeys.BANDWIDTH_LIMIT);
  }

  /** Neighbours that the node seeks in a large network. */
  public int targetDegree() {
    return Math.toIntExact(get(ConfigKeys.TARGET_DEGREE));
  }

  /** Nodes to which a way over others can be found, 16 to 16,384. */
  public int knownNodes() {
    return Math.toIntExact(get(ConfigKeys.KNOWN_NODES));
  }

  /** Connections kept to each peer, 1 to 4. */
  public int connectionsPerPeer() {
    return Math.toIntExact(get(ConfigKeys.CONNECTIONS_PER_PEER));
  }

  /** Bytes per second to each peer; 0 means no limit. */
  public long bandwidthLimitPerPeer() {
    return get(ConfigKeys.BANDWIDTH_LIMIT_PER_PEER);
  }

  /** Whether messages are compressed. */
  public Compression compression() {
    return get(ConfigKeys.COMPRESSION);
  }

  /** {@code tls}, {@code noise}: most wanted first, at least one. */
  public List<String> security() {
    return get(ConfigKeys.SECURITY);
  }

  /** When signatures of messages from direct connections are checked. */
  public Verify verify() {
    return get(ConfigKeys.VERIFY);
  }

  /** How long stopping waits for messages on their way. */
  public Duration stopTimeout() {
    return get(ConfigKeys.STOP_TIMEOUT);
  }

  /** {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}. */
  public String logLevel() {
    return get(ConfigKeys.LOG_LEVEL);
  }

  private <T> Setting setting(ConfigKey<T> key) {
    return new Setting(key.name(), key.print(get(key)), origin(key));
  }

  private static Optional<Value<?>> parse(Written written, List<ConfigProblem> problems) {
    ConfigKey<?> key = written.key();
    try {
      return Optional.of(new Value<Object>(key.parse(written.text()), written.origin()));
    } catch (IllegalArgumentException e) {
      String detail = e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
      problems.add(new ConfigProblem(
          key.name(), written.text(), written.origin(), "must be " + key.allowed() + detail));
      return Optional.empty();
    }
  }

  private void checkTogether(List<ConfigProblem> problems) {
    if (!get(ConfigKeys.LISTEN).isEmpty() && values.containsKey(ConfigKeys.PORT))
      problems.add(new ConfigProblem(
          "port",
          String.valueOf(get(ConfigKeys.PORT)),
          origin(ConfigKeys.PORT),
          "cannot be set together with listen, which is set by "
              + origin(ConfigKeys.LISTEN)
              + "; write the port into the listen addresses"));
  }

  @Override
  public String toString() {
    return effective().toString();
  }
}
