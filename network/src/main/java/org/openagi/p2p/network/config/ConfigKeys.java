package org.openagi.p2p.network.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.messaging.DeadLetterLimits;

/** The table of everything that can be configured. */
public final class ConfigKeys {
  /** Shape of a node's name. */
  static final Pattern NAME_SHAPE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private static final Pattern INTERFACE_SHAPE = Pattern.compile("[^\\s,]{1,64}");
  private static final Pattern HOST_SHAPE =
      Pattern.compile("[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}]");
  private static final Pattern SERVICE_SHAPE =
      Pattern.compile("_[A-Za-z0-9-]{1,62}\\._(udp|tcp)\\.local");

  /** The name others see. */
  public static final ConfigKey<Optional<String>> NAME = ConfigKey.of(
      "name",
      ValueTypes.optionalText(NAME_SHAPE, "1 to 64 of the characters A-Z a-z 0-9 . _ -"),
      "",
      "Name of this node, which others may use to address it. Each pins it to this node's key"
          + " when first seen. If not set: the host's name and four characters of the peer"
          + " id.");

  /** What the node is for. */
  public static final ConfigKey<NodeType> NODE_TYPE = ConfigKey.of(
      "node_type",
      ValueTypes.oneOf(nodeTypes()),
      "full",
      "What this node is for, announced to peers in its signed record. A light node carries nothing"
          + " for others and keeps its own messages in memory unless store says otherwise. A storage"
          + " node keeps sealed messages for peers that are away. The other types carry messages for"
          + " others and differ in name only so far.");

  /** Where key, pins and remembered peers live. */
  public static final ConfigKey<Optional<Path>> DATA = ConfigKey.of(
      "data",
      ValueTypes.optionalPath("the path of a folder"),
      "",
      "Folder of the identity key, the pinned names and the remembered peers; one process at a"
          + " time. If not set: openagi-p2p/NAME in $XDG_DATA_HOME or ~/.local/share, with"
          + " NAME 'default' for a node without a name.");

  /** One port for the default addresses. */
  public static final ConfigKey<Long> PORT = ConfigKey.of(
      "port",
      ValueTypes.wholeNumber(0, 65535, ""),
      "0",
      "TCP port to listen on, on all addresses, IPv4 and IPv6; 0 picks a free one. Not"
          + " together with listen.");

  /** Explicit addresses. */
  public static final ConfigKey<List<Multiaddr>> LISTEN = ConfigKey.of(
      "listen",
      ValueTypes.tcpAddresses("TCP multiaddrs such as /ip4/0.0.0.0/tcp/4001"),
      "",
      "Addresses to listen on. If not set: all addresses, IPv4 and IPv6, with the given port;"
          + " only loopback addresses if every interface given is the loopback interface.");

  /** zeroconf or manual. */
  public static final ConfigKey<Discovery> DISCOVERY = ConfigKey.of(
          "discovery",
          ValueTypes.oneOf(words("zeroconf", Discovery.ZEROCONF, "manual", Discovery.MANUAL)),
          "zeroconf",
          "How peers are found: zeroconf announces this node and asks for others on the local"
              + " network by multicast DNS; manual uses only the peers listed and those"
              + " remembered.")
      .withEnvironmentVariable("P2P_DISCOVERY_METHOD");

  /** Bootstrap addresses. */
  public static final ConfigKey<List<Multiaddr>> PEERS = ConfigKey.of(
          "peers",
          ValueTypes.tcpAddresses("TCP multiaddrs such as /ip4/192.0.2.7/tcp/4001/p2p/12D3..."),
          "",
          "Peers to connect to at start and to reconnect to, with either kind of discovery.")
      .withFlag("--peer");

  /** Interfaces for mDNS. */
  public static final ConfigKey<List<String>> INTERFACES = ConfigKey.of(
          "interfaces",
          ValueTypes.texts(INTERFACE_SHAPE, "names of network interfaces such as eth0"),
          "",
          "Network interfaces to discover on; lo keeps everything on this machine. If not set:"
              + " all that are up and can multicast.")
      .withFlag("--interface");

  /** mDNS service. */
  public static final ConfigKey<String> SERVICE = ConfigKey.of(
      "service",
      ValueTypes.text(SERVICE_SHAPE, "a DNS service name such as _p2p._udp.local"),
      "_p2p._udp.local",
      "Multicast DNS service name. Nodes with different ones don't see each other; the default"
          + " is that of libp2p.");

  /** Bound of discoverPeers. */
  public static final ConfigKey<Duration> DISCOVERY_TIMEOUT = ConfigKey.of(
      "discovery_timeout",
      ValueTypes.seconds("0", "60"),
      "5",
      "How long discoverPeers() looks around before it answers, and how long an unknown name"
          + " is waited for before a send is refused.");

  /** Connection limit. */
  public static final ConfigKey<Long> MAX_CONNECTIONS = ConfigKey.of(
      "max_connections",
      ValueTypes.wholeNumber(1, 100_000, ""),
      "50",
      "Connections open at the same time; a further peer is refused with a reason.");

  /** Neighbours. */
  public static final ConfigKey<Long> TARGET_DEGREE = ConfigKey.of(
      "target_degree",
      ValueTypes.wholeNumber(2, 32, ""),
      "6",
      "Neighbours that this node seeks in a large network; it accepts up to half as many more. Listed"
          + " peers come on top, and in a small network, of some 16 nodes, everyone is linked to"
          + " everyone.");

  /** Nodes in the table of ways. */
  public static final ConfigKey<Long> KNOWN_NODES = ConfigKey.of(
      "known_nodes",
      ValueTypes.wholeNumber(16, 16_384, ""),
      "8192",
      "Nodes to which this node can find a way over others, the nearest ones; some 2 KB of memory"
          + " each. In a larger network those beyond are reached by a connection or not at all, and"
          + " messages for them wait until they expire; BEYOND_HORIZON counts how often a way to one"
          + " was sought.");

  /** Spare connections. */
  public static final ConfigKey<Long> CONNECTIONS_PER_PEER = ConfigKey.of(
      "connections_per_peer",
      ValueTypes.wholeNumber(1, 4, ""),
      "1",
      "Connections this node keeps to each peer that it dials. They share the messages by load and"
          + " latency; what a lost one carried goes over the others at once. All count towards"
          + " max_connections.");

  /** Heartbeats. */
  public static final ConfigKey<Duration> HEARTBEAT_INTERVAL = ConfigKey.of(
      "heartbeat_interval",
      ValueTypes.seconds("0.1", "3600"),
      "30",
      "Silence after which a peer is asked for a sign of life; traffic proves as much. If it does not"
          + " answer, others are asked about it, and if they hear nothing either, it is avoided and, some"
          + " seconds later, disconnected.");

  /** Lifetime of a message. */
  public static final ConfigKey<Duration> MESSAGE_TIMEOUT = ConfigKey.of(
      "message_timeout",
      ValueTypes.seconds("0.1", "604800"),
      "60",
      "How long a message may wait for its acknowledgement before it is reported as expired.");

  /** Where messages wait. */
  public static final ConfigKey<Store> STORE = ConfigKey.of(
          "store",
          ValueTypes.oneOf(words("journal", Store.JOURNAL, "memory", Store.MEMORY)),
          "journal",
          "Where messages wait and what was handled is remembered: journal keeps both on disk, in the"
              + " folder queue of the data folder, and goes on after a crash; memory forgets all"
              + " when the node ends. A node of type light uses memory unless told otherwise.")
      .withDefaultIf(NODE_TYPE, NodeType.LIGHT, "memory");

  /** Disk space of the journal. */
  public static final ConfigKey<Long> QUEUE_QUOTA = ConfigKey.of(
      "queue_quota",
      ValueTypes.wholeNumber(4L << 20, 1L << 40, "bytes"),
      "1073741824",
      "Most bytes the journal may take on disk. When it is full a message is refused with"
          + " QUEUE_FULL.");

  /** How many dead letters are kept. */
  public static final ConfigKey<Long> DEAD_LETTERS = ConfigKey.of(
      "dead_letters",
      ValueTypes.wholeNumber(1, DeadLetterLimits.MAX_LETTERS, ""),
      "1024",
      "Messages that expired or were refused and are kept, with their reason, to be looked at and"
          + " sent again; beyond it the one that ended first is forgotten. At most one for each"
          + " 4 KiB of queue_quota.");

  /** How large dead letters may be. */
  public static final ConfigKey<Long> DEAD_LETTER_BYTES = ConfigKey.of(
      "dead_letter_bytes",
      ValueTypes.wholeNumber(0, DeadLetterLimits.MAX_BYTES, "bytes"),
      "16777216",
      "Bytes of payload that those messages may have together, in memory and in the journal; the"
          + " last one is kept whatever its size. At most a quarter of queue_quota.");

  /** When a message in the journal counts as kept. */
  public static final ConfigKey<StoreSync> STORE_SYNC = ConfigKey.of(
      "store_sync",
      ValueTypes.oneOf(words("always", StoreSync.ALWAYS, "os", StoreSync.OS)),
      "always",
      "When a message counts as kept: always waits until the disk has it, so it survives a loss of"
          + " power; os trusts the operating system, so it survives the end of the process"
          + " only.");

  /** Redeliveries to a failing handler and resends. */
  public static final ConfigKey<Long> RETRY_ATTEMPTS = ConfigKey.of(
      "retry_attempts",
      ValueTypes.wholeNumber(0, 100, ""),
      "3",
      "How often a message is handed over again after its handler failed.");

  /** Outbound budget. */
  public static final ConfigKey<Long> BANDWIDTH_LIMIT = ConfigKey.of(
      "bandwidth_limit",
      ValueTypes.zeroOrWholeNumber(1024, 1_000_000_000_000L, "bytes per second"),
      "1048576",
      "Bytes of messages and transfers this node sends per second to all peers together; 0 means no limit. Peers get"
          + " equal shares; CONSENSUS and HEARTBEAT count but overtake what waits, unless they are a"
          + " flood.");

  /** Outbound budget of each peer. */
  public static final ConfigKey<Long> BANDWIDTH_LIMIT_PER_PEER = ConfigKey.of(
      "bandwidth_limit_per_peer",
      ValueTypes.zeroOrWholeNumber(1024, 1_000_000_000_000L, "bytes per second"),
      "0",
      "Bytes of messages and transfers this node sends per second to each peer; 0 means no limit but that of all"
          + " together.");

  /** Compression of what is sent. */
  public static final ConfigKey<Compression> COMPRESSION = ConfigKey.of(
      "compression",
      ValueTypes.oneOf(words("auto", Compression.AUTO, "off", Compression.OFF)),
      "auto",
      "Whether messages are compressed before they are encrypted: auto where it makes them shorter;"
          + " off for programs that put secrets beside text of strangers into messages to the"
          + " same peer, whose length could then tell of the secret.");

  /** Security protocols. */
  public static final ConfigKey<List<String>> SECURITY = ConfigKey.of(
      "security",
      ValueTypes.someOf(words("tls", "tls", "noise", "noise")),
      "tls,noise",
      "Secure channels offered and accepted, most wanted first.");

  /** Strictness of signature checks. */
  public static final ConfigKey<Verify> VERIFY = ConfigKey.of(
      "verify",
      ValueTypes.oneOf(words(
          "before-acknowledgement",
          Verify.BEFORE_ACKNOWLEDGEMENT,
          "before-delivery",
          Verify.BEFORE_DELIVERY)),
      "before-acknowledgement",
      "When the signature of a message from a direct connection is checked: before it is"
          + " acknowledged, beside the handler, or before the handler sees it.");

  /** Grace at stop. */
  public static final ConfigKey<Duration> STOP_TIMEOUT = ConfigKey.of(
      "stop_timeout",
      ValueTypes.seconds("0", "600"),
      "3",
      "How long stopping waits for messages that are on their way.");

  /** Where the local API is. */
  public static final ConfigKey<Optional<InetSocketAddress>> API = ConfigKey.of(
      "api",
      ValueTypes.socketAddress("off, or an IP address and port such as 127.0.0.1:8480 or [::1]:0"),
      "127.0.0.1:8480",
      "Where p2p node serves its local API and the dashboard, or off. If the port is in use, and was"
          + " not asked for, a free one is taken; p2p status tells which. The API is not encrypted: for use"
          + " from elsewhere put a proxy with TLS before it.");

  /** Names by which the API may be called. */
  public static final ConfigKey<List<String>> API_HOSTS = ConfigKey.of(
      "api_hosts",
      ValueTypes.texts(HOST_SHAPE, "host names or addresses, without ports"),
      "",
      "Names by which requests to the local API may call this node, beyond localhost, 127.0.0.1 and"
          + " [::1]; for a proxy that passes on the name it was called by.");

  /** Whether messages wait for clients of the API. */
  public static final ConfigKey<ApiInbox> API_INBOX = ConfigKey.of(
      "api_inbox",
      ValueTypes.oneOf(words("show", ApiInbox.SHOW, "hold", ApiInbox.HOLD)),
      "show",
      "When a message that arrives counts as handled: show as soon as clients of the local API can"
          + " see it; hold only when one of them says that it has handled it, so that none is lost between"
          + " the node and a program that works through the API.");

  /** Where programs in other languages drive the node. */
  public static final ConfigKey<List<Multiaddr>> P2PD = ConfigKey.of(
      "p2pd",
      ValueTypes.localAddresses(
          "addresses on this machine such as /unix/run/p2p/p2pd.sock or /ip4/127.0.0.1/tcp/8481"),
      "",
      "Where p2p node serves the control protocol of go-libp2p-daemon, by which programs in other"
          + " languages use its connections and streams. The protocol has no authentication: a Unix socket"
          + " is for its owner alone, a TCP port is for every user of this machine. If not set: nowhere.");

  /** Log level of the daemon. */
  public static final ConfigKey<String> LOG_LEVEL = ConfigKey.of(
      "log_level",
      ValueTypes.oneOf(words(
          "error", "error", "warn", "warn", "info", "info", "debug", "debug", "trace", "trace")),
      "warn",
      "Least important log lines shown by the p2p command; a program that embeds a node"
          + " configures its own logging.");

  /** Where the daemon logs. */
  public static final ConfigKey<Optional<Path>> LOG_FILE = ConfigKey.of(
      "log_file",
      ValueTypes.optionalPath("the path of a file"),
      "",
      "File that p2p node logs to, in place of standard error, where only errors are shown then."
          + " Older lines are in the same name with .1, .2 and so on; restarting goes on in the same"
          + " file.");

  /** Size of a log file. */
  public static final ConfigKey<Long> LOG_FILE_BYTES = ConfigKey.of(
      "log_file_bytes",
      ValueTypes.wholeNumber(4096, 1L << 30, "bytes"),
      "10485760",
      "Size at which a log file is put aside and the next begun.");

  /** Number of log files. */
  public static final ConfigKey<Long> LOG_FILES = ConfigKey.of(
      "log_files",
      ValueTypes.wholeNumber(2, 20, ""),
      "5",
      "Log files that are kept, the one in use among them; beyond it the oldest is deleted.");

  /** Every key, in the order of the reference. */
  public static final List<ConfigKey<?>> ALL = List.of(
      NAME,
      NODE_TYPE,
      DATA,
      DISCOVERY,
      PEERS,
      INTERFACES,
      SERVICE,
      DISCOVERY_TIMEOUT,
      PORT,
      LISTEN,
      SECURITY,
      MAX_CONNECTIONS,
      CONNECTIONS_PER_PEER,
      TARGET_DEGREE,
      KNOWN_NODES,
      HEARTBEAT_INTERVAL,
      MESSAGE_TIMEOUT,
      RETRY_ATTEMPTS,
      STORE,
      QUEUE_QUOTA,
      DEAD_LETTERS,
      DEAD_LETTER_BYTES,
      STORE_SYNC,
      BANDWIDTH_LIMIT,
      BANDWIDTH_LIMIT_PER_PEER,
      COMPRESSION,
      VERIFY,
      STOP_TIMEOUT,
      API,
      API_HOSTS,
      API_INBOX,
      P2PD,
      LOG_LEVEL,
      LOG_FILE,
      LOG_FILE_BYTES,
      LOG_FILES);

  private ConfigKeys() {}

  /** The key of that name in the file, if there is one. */
  public static Optional<ConfigKey<?>> byName(String name) {
    return ALL.stream().filter(key -> key.name().equals(name)).findFirst();
  }

  private static Map<String, NodeType> nodeTypes() {
    Map<String, NodeType> words = new LinkedHashMap<>();
    for (NodeType type : NodeType.values())
      words.put(type.name().toLowerCase(java.util.Locale.ROOT), type);
    return words;
  }

  /** An ordered map of words and values, given in turn. */
  @SuppressWarnings("unchecked")
  private static <T> Map<String, T> words(String firstWord, T firstValue, Object... more) {
    Map<String, T> words = new LinkedHashMap<>();
    words.put(firstWord, firstValue);
    for (int i = 0; i < more.length; i += 2) words.put((String) more[i], (T) more[i + 1]);
    return words;
  }
}
