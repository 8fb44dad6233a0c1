package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.node.control.ControlServer;
import org.openagi.p2p.node.control.ControlVerbs;
import org.openagi.p2p.node.control.PeersService;
import org.openagi.p2p.node.control.QueueService;
import org.openagi.p2p.node.control.TopologyService;
import org.openagi.p2p.node.control.TraceService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node that runs for the length of one command. Confined to one thread but for {@link #stop}. */
final class Session implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** A second identity, for commands used while a node of the same name runs. */
  private static final String CLIENT_FOLDER = "client";

  private final P2PNetworkManager manager;
  private final @Nullable Path temporary;
  private final @Nullable LocalApi api;
  private final LocalDaemon daemon = new LocalDaemon();
  private volatile @Nullable ControlServer control;

  private Session(P2PNetworkManager manager, @Nullable Path temporary, @Nullable LocalApi api) {
    this.manager = manager;
    this.temporary = temporary;
    this.api = api;
  }

  /**
   * Prepares a node that runs under its own name or not at all, with its local API.
   *
   * @param extras adds handlers and protocols before the start
   */
  static Session node(P2PConfig config, Consumer<P2PNetworkManager.Builder> extras) {
    return new Session(build(config, extras), null, new LocalApi());
  }

  /**
   * Prepares a node that asks or tells something. If a node of the same name runs here, this one takes
   * another identity, kept beside, and says so.
   */
  static Session client(P2PConfig config, Output out) throws IOException {
    Path folder = config.dataFolder();
    if (!DataFolder.isHeld(folder)) return new Session(build(config, extras -> {}), null, null);
    Path beside = folder.resolve(CLIENT_FOLDER);
    Path temporary = DataFolder.isHeld(beside) ? Files.createTempDirectory("p2p-client") : null;
    Path used = temporary == null ? beside : temporary;
    out.remark("a node runs with the data folder "
        + folder
        + "; this command takes part as another one, "
        + (temporary == null ? "kept in " + beside : "for this time only"));
    P2PConfig changed = withFreePorts(config)
        .with(ConfigKeys.DATA.name(), used.toString())
        .with(ConfigKeys.NAME.name(), "");
    return new Session(build(changed, extras -> {}), temporary, null);
  }

  /**
   * Starts it and waits until it listens.
   *
   * @return the addresses
   * @throws IOException with one sentence for the person who started it
   */
  List<Multiaddr> start() throws IOException, InterruptedException {
    if (api != null) api.watch(manager);
    try {
      List<Multiaddr> addresses = manager.startServer().get();
      control = openControl();
      if (api != null) {
        api.open(manager);
        daemon.open(manager);
      }
      return addresses;
    } catch (ExecutionException e) {
      if (NetworkCommand.reason(e) instanceof IOException known) throw known;
      throw new IllegalStateException(NetworkCommand.reason(e));
    }
  }

  /** A node without a control socket does its work all the same. */
  private @Nullable ControlServer openControl() {
    try {
      LiveQueue queue = new LiveQueue(manager);
      return ControlServer.open(
          manager.config().dataFolder(),
          new ControlVerbs(Map.of(
              "queue", new QueueService(queue),
              "peers", new PeersService(manager::getPeerInfo),
              "topology", new TopologyService(manager),
              "trace", new TraceService(manager::trace, manager::nameOf))));
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("other commands cannot work on this node");
      return null;
    }
  }

  private void closeControl() {
    if (api != null) api.close();
    daemon.close();
    ControlServer open = control;
    control = null;
    if (open == null) return;
    try {
      open.close();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("control socket not removed");
    }
  }

  /** Where the local API is, if there is one. */
  Optional<String> apiUrl() {
    return api == null ? Optional.empty() : api.url();
  }

  /** Where programs in other languages drive the node, if anywhere. */
  List<Multiaddr> daemonAddresses() {
    return daemon.addresses();
  }

  P2PNetworkManager manager() {
    return manager;
  }

  /** Stops the node in good order, within its stop timeout; any thread. */
  void stop() {
    closeControl();
    manager.stopServer().join();
  }

  @Override
  public void close() throws IOException {
    closeControl();
    manager.close();
    if (temporary == null) return;
    try (Stream<Path> files = Files.walk(temporary)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }

  /** The node that runs has the ports that were asked for. */
  private static P2PConfig withFreePorts(P2PConfig config) {
    List<Multiaddr> listen = config.get(ConfigKeys.LISTEN);
    if (listen.isEmpty()) return config.with(ConfigKeys.PORT.name(), "0");
    String free = listen.stream()
        .map(address -> address.toString().replaceFirst("/tcp/\\d+", "/tcp/0"))
        .collect(Collectors.joining(","));
    return config.with(ConfigKeys.LISTEN.name(), free);
  }

  private static P2PNetworkManager build(
      P2PConfig config, Consumer<P2PNetworkManager.Builder> extras) {
    P2PNetworkManager.Builder builder = P2PNetworkManager.builder().config(config);
    extras.accept(builder);
    return builder.build();
  }
}
