package org.openagi.p2p.network;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.Messenger;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostStats;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.network.config.ConfigException;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.link.Carried;
import org.openagi.p2p.network.link.MessageQueue;
import org.openagi.p2p.network.link.MessageTrace;
import org.openagi.p2p.network.overlay.OverlayService;
import org.openagi.p2p.network.transfer.Transfer;
import org.openagi.p2p.network.transfer.TransferHandler;
import org.openagi.p2p.network.transfer.TransferOptions;
import org.openagi.p2p.network.transfer.TransferSource;
import org.openagi.p2p.network.transfer.TransferStats;

/**
 * One node of the network: finds peers, stays connected to them, and exchanges signed messages that
 * are acknowledged. Safe for any thread.
 *
 * <pre>{@code
 * P2PNetworkManager manager =
 *     P2PNetworkManager.builder().nodeId("node_123").nodeType(NodeType.FULL_NODE).port(8080).build();
 * manager.registerMessageHandler(message -> System.out.println(message.text()));
 * manager.startServer().join();
 * boolean arrived = manager.sendMessage(NetworkMessage.text("bob", "hello"), "bob").join();
 * }</pre>
 *
 * <p>Wherever a peer is named, its alias, its peer id or a multiaddr of it will do. Futures complete
 * on virtual threads; what is attached to them may block. Cancelling a future stops nothing but the
 * waiting. A manager that was stopped can be started again.
 */
public final class P2PNetworkManager implements Messenger, AutoCloseable {
  private final P2PConfig config;
  private final EventBus events = new EventBus();
  private final TimeSource time = TimeSource.system();
  private final Registrations handlers = new Registrations();
  private final NodeLifeCycle life;

  /** Asked by the node that runs, whichever that is. */
  private volatile @Nullable TransferHandler transferHandler;

  private P2PNetworkManager(P2PConfig config, Map<String, Consumer<P2PStream>> protocols) {
    this.config = config;
    RunningNode.Extras extras =
        new RunningNode.Extras(protocols, handlers, () -> Optional.ofNullable(transferHandler));
    this.life = new NodeLifeCycle(() -> RunningNode.start(config, extras, events, time));
  }

  /** Begins to describe a node. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts the node: takes its data folder, listens, announces itself and connects to the peers it
   * knows. Calling it while the node runs changes nothing.
   *
   * @return the addresses it listens on, each ending in {@code /p2p/ID}, once it does; fails with an
   *     {@link IOException} whose message is one sentence that says what to do, and then the node
   *     is stopped
   */
  public CompletableFuture<List<Multiaddr>> startServer() {
    return life.start().thenApply(RunningNode::addresses);
  }

  /**
   * Stops the node: says good-bye to the local network, takes no more messages, waits for those that
   * are on their way for at most {@code stop_timeout}, closes all connections and gives the data
   * folder back. What is left then is kept for the next start, with {@code store=memory} refused. Calling it while the node
   * is stopped changes nothing.
   *
   * @return completes when all of that is done; never fails
   */
  public CompletableFuture<Void> stopServer() {
    return life.stop();
  }

  /** Stops the node, waits for that, and ends the event bus. */
  @Override
  public void close() {
    stopServer().join();
    events.close();
  }

  /**
   * Looks around for peers, at most for {@code discovery_timeout}, and shorter if somebody was found
   * and everyone found is connected. Discovery goes on in the background anyway.
   *
   * @return everyone who is connected or announces itself by then, named ones first
   * @throws IllegalStateException if the node does not run
   */
  public CompletableFuture<List<PeerInfo>> discoverPeers() {
    RunningNode node = node();
    return VirtualThreads.run(() -> {
      new LookAround(node, time).await(events, config.discoveryTimeout());
      return node.infos().connectedAnd(node.discovery().announced());
    });
  }

  /**
   * Sends a message and waits for its acknowledgement.
   *
   * @param message its recipient is replaced by the one given here
   * @param recipient alias, peer id, multiaddr, or {@code *} for every node that can be reached
   * @return true if the recipient has acknowledged it, or, for {@code *}, the neighbours have taken it over to pass it on; false if it expired, was
   *     refused, or nobody of that name was found: {@link #events} then has a fault that says why,
   *     and so has the delivery of {@link #submit(NetworkMessage)}. Fails in one case only, with a {@link
   *     org.openagi.p2p.messaging.KeptException}: the node stops first and keeps the message for its next start
   * @throws IllegalStateException if the node does not run
   */
  @Override
  public CompletableFuture<Boolean> sendMessage(NetworkMessage message, String recipient) {
    RunningNode node = node();
    return node.sender().send(message.withRecipient(recipient));
  }

  /** {@link #submit(NetworkMessage, DeliveryOptions)} with the defaults. */
  @Override
  public Delivery submit(NetworkMessage message) {
    return submit(message, DeliveryOptions.DEFAULT);
  }

  /**
   * Queues a message. Returns at once; the delivery shows what becomes of it. If nobody goes by the
   * recipient's name yet, the name is waited for, at most for {@code discovery_timeout}.
   *
   * @throws IllegalStateException if the node does not run
   */
  @Override
  public Delivery submit(NetworkMessage message, DeliveryOptions options) {
    return node().sender().submit(message, options);
  }

  /** {@link #submitAwaiting(NetworkMessage, DeliveryOptions)} with the defaults. */
  public Delivery submitAwaiting(NetworkMessage message) throws InterruptedException {
    return submitAwaiting(message, DeliveryOptions.DEFAULT);
  }

  /**
   * Queues a message as {@link #submit(NetworkMessage, DeliveryOptions)} does, but waits for room in the outbox where that
   * refuses. Callers are served in the order they came, and wait for the recipient's name as well, if nobody goes by it yet.
   *
   * @return once the message is queued; or refused, with {@code QUEUE_FULL} if there was no room for as long as the message
   *     lives or too many callers wait already, with {@code CLOSED} as soon as the node stops
   * @throws InterruptedException if the thread is interrupted while it waits; then the message was not queued
   * @throws IllegalStateException if the node does not run
   */
  public Delivery submitAwaiting(NetworkMessage message, DeliveryOptions options)
      throws InterruptedException {
    return node().sender().submitAwaiting(message, options);
  }

  /**
   * The delivery of a message by its id: of one that waits, or ended not too long ago. With a durable store also of one that
   * an earlier process sent.
   *
   * @param messageId the one its user gave it, or that {@link Delivery#messageId} told
   * @return empty if no such message was accepted, or it ended longer ago than is remembered
   * @throws IllegalStateException if the node does not run
   */
  @Override
  public Optional<Delivery> delivery(String messageId) {
    return messageQueue().delivery(messageId);
  }

  /**
   * Which way a message went that this node sent: when it was queued and sent, which nodes took it over, when the recipient
   * had it, how it ended. Of those that ended, the last that somebody waited for are remembered, in memory.
   *
   * @param messageId the one its user gave it, or that {@link Delivery#messageId} told
   * @return empty if nothing is known of it any more
   * @throws IllegalStateException if the node does not run
   */
  public Optional<MessageTrace> trace(String messageId) {
    return node().messages().trace(messageId);
  }

  /**
   * What waits to be delivered, and what expired or was refused: to be listed, sent again, dropped, or carried by file.
   *
   * @throws IllegalStateException if the node does not run
   */
  public MessageQueue messageQueue() {
    return node().messages().queue();
  }

  /**
   * Takes in messages that were carried here in a file, as if their sender had sent them over a connection.
   *
   * @return completes when all were handled; exceptionally if the content breaks a rule of the protocol
   * @throws org.openagi.p2p.network.link.QueueException if they are for somebody else
   * @throws IllegalStateException if the node does not run
   */
  public CompletableFuture<List<Carried>> take(BundleFile file) throws IOException {
    return node().messages().take(file);
  }

  /**
   * Who a name means, if that can be told without waiting.
   *
   * @param peer alias, peer id, or multiaddr with a peer id
   * @throws IllegalStateException if the node does not run
   * @throws IllegalArgumentException if the text is none of these
   */
  public Optional<PeerId> peerId(String peer) {
    return node().names().resolveNow(peer);
  }

  /** {@link #request(NetworkMessage, DeliveryOptions, Duration)} of type DATA. */
  @Override
  public CompletableFuture<NetworkMessage> request(String peer, Bytes payload, Duration timeout) {
    return request(NetworkMessage.data(peer, payload), DeliveryOptions.DEFAULT, timeout);
  }

  /**
   * Asks a peer: sends a request to its {@link #registerRequestHandler request handler} and waits for the answer.
   *
   * @param timeout 1 ms to {@link DeliveryOptions#MAX_LIFETIME}; the request lives as long, unless the options say otherwise
   * @return completes with the answer, or with a {@link org.openagi.p2p.messaging.RequestException}: at once if the request
   *     is refused or too many wait for their answers
   * @throws IllegalStateException if the node does not run
   * @throws IllegalArgumentException if the timeout is out of range, or the recipient everyone
   */
  @Override
  public CompletableFuture<NetworkMessage> request(
      NetworkMessage message, DeliveryOptions options, Duration timeout) {
    RunningNode node = node();
    return node.messages().request(message, options, timeout, node.sender()::submit);
  }

  /**
   * Sets how many bytes per second go to all peers together, until the node stops; see {@code
   * bandwidth_limit}.
   *
   * @param bytesPerSecond 0 for no limit
   * @throws IllegalStateException if the node does not run
   * @throws IllegalArgumentException if negative
   */
  public void setBandwidthLimit(long bytesPerSecond) {
    node().messages().setLimit(bytesPerSecond);
  }

  /**
   * Sets how many bytes per second go to one peer, until the node stops; see {@code
   * bandwidth_limit_per_peer}.
   *
   * @param peer alias of a known peer, peer id, or multiaddr with a peer id
   * @param bytesPerSecond 0 for no limit of its own
   * @throws IllegalStateException if the node does not run, or serves too many peers to take on this one
   * @throws IllegalArgumentException if negative, or nobody is known by that name
   */
  public void setBandwidthLimit(String peer, long bytesPerSecond) {
    RunningNode node = node();
    PeerId id = node.names()
        .resolveNow(peer)
        .orElseThrow(() -> new IllegalArgumentException("no peer called '" + peer + "' is known"));
    if (!node.messages().setLimit(id, bytesPerSecond))
      throw new IllegalStateException(
          "no limit for '" + peer + "': messages for too many other peers wait");
  }

  /**
   * Adds a handler for messages of all types. Several handlers of a type get each message of it one
   * after the other, in the order they were added; it is acknowledged when the last has returned.
   *
   * @param handler runs on a virtual thread and may block; see {@link MessageHandler}
   */
  @Override
  public void registerMessageHandler(MessageHandler handler) {
    for (MessageType type : MessageType.values()) registerMessageHandler(type, handler);
  }

  /** Adds a handler for messages of one type; see {@link #registerMessageHandler(MessageHandler)}. */
  @Override
  public void registerMessageHandler(MessageType type, MessageHandler handler) {
    handlers.add(type, Objects.requireNonNull(handler, "handler"));
  }

  /** Removes a handler from all types it was added for. */
  @Override
  public void removeMessageHandler(MessageHandler handler) {
    handlers.remove(handler);
  }

  /**
   * Sets who answers requests of type DATA; see {@link #registerRequestHandler(MessageType, RequestHandler)}.
   */
  @Override
  public void registerRequestHandler(RequestHandler handler) {
    registerRequestHandler(MessageType.DATA, handler);
  }

  /**
   * Sets who answers requests of one type, in place of who did. Requests never reach message handlers.
   *
   * @param handler runs on a virtual thread and may block; see {@link RequestHandler}
   */
  @Override
  public void registerRequestHandler(MessageType type, RequestHandler handler) {
    handlers.setRequestHandler(type, Objects.requireNonNull(handler, "handler"));
  }

  /** Answers no more requests of a type: they are refused. */
  @Override
  public void removeRequestHandler(MessageType type) {
    handlers.setRequestHandler(type, null);
  }

  /** {@link #sendFile(String, Path, TransferOptions)} with the defaults. */
  public Transfer sendFile(String peer, Path file) throws IOException {
    return sendFile(peer, file, TransferOptions.DEFAULT);
  }

  /**
   * Sends a file of any size. It goes on by itself after a lost connection, and, when this is called
   * again with the same peer and the unchanged file, after a restart of either side.
   *
   * @param peer alias, peer id or multiaddr
   * @throws IOException if the file can't be read, or is being sent to the peer already
   * @throws IllegalArgumentException if the name or another option can't be offered
   * @throws IllegalStateException if the node does not run
   */
  public Transfer sendFile(String peer, Path file, TransferOptions options) throws IOException {
    RunningNode node = node();
    return node.transfers().sendFile(peer, () -> node.names().resolve(peer), file, options);
  }

  /**
   * Sends what a source gives, of known or unknown size. It goes on by itself after a lost connection
   * if the source can be read again.
   *
   * @param peer alias, peer id or multiaddr
   * @param name what the recipient sees, 1 to 255 bytes
   * @throws IOException if the source can't tell its size
   * @throws IllegalArgumentException if the name or an option can't be offered
   * @throws IllegalStateException if the node does not run
   */
  public Transfer sendStream(
      String peer, String name, TransferSource source, TransferOptions options) throws IOException {
    RunningNode node = node();
    return node.transfers()
        .sendStream(peer, () -> node.names().resolve(peer), name, source, options);
  }

  /**
   * Decides from now on about transfers that peers offer, in place of who did before; without anybody
   * they are refused. Works before the start as well.
   */
  public void onTransfer(TransferHandler handler) {
    transferHandler = Objects.requireNonNull(handler, "handler");
  }

  /**
   * Counters of transfers.
   *
   * @throws IllegalStateException if the node does not run
   */
  public TransferStats getTransferStats() {
    return node().transfers().stats();
  }

  /**
   * What is known of a peer now, without asking anybody.
   *
   * @param peer alias, peer id, or multiaddr with a peer id
   * @return empty if nothing is known
   * @throws IllegalStateException if the node does not run
   * @throws IllegalArgumentException if the text is none of these
   */
  public Optional<PeerInfo> getPeerInfo(String peer) {
    RunningNode node = node();
    PeerInfos infos = node.infos();
    return node.names().resolveNow(peer).flatMap(infos::find);
  }

  /**
   * Counters of the node at this moment.
   *
   * @throws IllegalStateException if the node does not run
   */
  public NetworkStats getNetworkStats() {
    RunningNode node = node();
    HostStats host = node.host().stats();
    return new NetworkStats(
        node.startedAt(),
        (int) node.host().connections().stream()
            .map(Connection::remotePeer)
            .distinct()
            .count(),
        node.host().peers().size(),
        host.connections(),
        host.bytesIn(),
        host.bytesOut(),
        host.refusals(),
        host,
        node.messages().stats(),
        node.exchange().failed(),
        events.published(),
        node.infos().overlayStats());
  }

  /** The peers that are connected now, named ones first. */
  public List<PeerInfo> connectedPeers() {
    RunningNode node = node();
    return node.infos().connectedAnd(List.of());
  }

  /**
   * Connects to a peer, or finds that it is connected. Whoever asks wants to know now: addresses that failed a moment ago are
   * tried all the same, so that a failure names its cause.
   *
   * @param peer alias, peer id or multiaddr
   * @return fails with {@link UnknownPeerException} or {@link org.openagi.p2p.net.DialException}
   */
  public CompletableFuture<PeerInfo> connect(String peer) {
    RunningNode node = node();
    PeerInfos infos = node.infos();
    return node.names()
        .resolve(peer)
        .thenCompose(found -> node.host().connect(found, node.host().peers().addresses(found)))
        .thenApplyAsync(
            connection -> infos.find(connection.remotePeer()).orElseThrow(),
            VirtualThreads.EXECUTOR);
  }

  /**
   * Measures one round trip to a peer, connecting first if necessary.
   *
   * @param peer alias, peer id or multiaddr
   * @return fails like {@link #connect}
   */
  public CompletableFuture<Duration> ping(String peer) {
    RunningNode node = node();
    return connect(peer)
        .thenCompose(info -> node.host().ping(info.peerId()))
        .thenApplyAsync(roundTrip -> roundTrip, VirtualThreads.EXECUTOR);
  }

  /**
   * The network as this node knows it: who is linked to whom, and how well it hangs together.
   *
   * @return completes on a virtual thread, within a few seconds for a network of thousands
   * @throws IllegalStateException if the node does not run
   */
  public CompletableFuture<NetworkTopology> topology() {
    RunningNode node = node();
    return node.overlay()
        .ask(NetworkTopology.Known::of)
        .thenApplyAsync(
            known -> known.analyse(node.directory(), node.identity()), VirtualThreads.EXECUTOR);
  }

  /**
   * Forgets which key a name belongs to, so that the next peer to claim it has it.
   *
   * @return whether the name was pinned
   * @throws IOException if the file can't be written
   */
  public boolean forgetPeer(String alias) throws IOException {
    RunningNode node = node();
    Optional<PeerId> owner = node.pins().peer(alias);
    boolean forgotten = node.pins().forget(alias);
    if (!forgotten) return false;
    owner.ifPresent(node.directory()::onNameForgotten);
    node.keeper().onNameForgotten();
    return true;
  }

  /** What happens on this node; works before the start as well. */
  public EventBus events() {
    return events;
  }

  /**
   * The libp2p host, for protocols of one's own: {@code host().handle("/echo/1.0.0", ...)}. To serve
   * a protocol from the very first connection, see {@link Builder#protocol}.
   *
   * @throws IllegalStateException if the node does not run
   */
  public Host host() {
    return node().host();
  }

  /** The overlay of the node that runs. */
  OverlayService overlay() {
    return node().overlay();
  }

  /**
   * What a node is called: its pinned name, or the one it tells by others if it is the only one of that name; this node's own
   * name for itself. Empty if it has none.
   *
   * @throws IllegalStateException if the node does not run
   */
  public Optional<String> nameOf(PeerId peer) {
    RunningNode node = node();
    if (peer.equals(node.identity().peerId()))
      return Optional.of(node.identity().nodeId());
    String name = node.directory().displayName(peer);
    return name.equals(peer.toString()) ? Optional.empty() : Optional.of(name);
  }

  /**
   * Who this node is.
   *
   * @throws IllegalStateException if the node does not run
   */
  public Identity identity() {
    return node().identity();
  }

  /**
   * The name of this node.
   *
   * @throws IllegalStateException if none was given and the node does not run, since it is then made
   *     from the key
   */
  @Override
  public String nodeId() {
    return config.name().orElseGet(() -> identity().nodeId());
  }

  /**
   * Addresses this node listens on now, each ending in {@code /p2p/ID}.
   *
   * @throws IllegalStateException if the node does not run
   */
  public List<Multiaddr> addresses() {
    return node().host().listenAddresses();
  }

  /** The configuration in force. */
  public P2PConfig config() {
    return config;
  }

  /** Whether the node runs. */
  public boolean isRunning() {
    return life.isRunning();
  }

  private RunningNode node() {
    return life.node();
  }

  /** Collects what a node is to be. Not safe for several threads. */
  public static final class Builder {
    private final Map<String, Consumer<P2PStream>> protocols = new LinkedHashMap<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private P2PConfig base = P2PConfig.defaults();

    private Builder() {}

    /** Starts from these settings; what else is set here overrides them. */
    public Builder config(P2PConfig config) {
      base = config;
      return this;
    }

    /** The name others see. */
    public Builder nodeId(String name) {
      return set(ConfigKeys.NAME.name(), name);
    }

    /** What the node is for. */
    public Builder nodeType(NodeType type) {
      return set(ConfigKeys.NODE_TYPE.name(), type.name());
    }

    /** The TCP port to listen on, on all addresses; 0 picks a free one. */
    public Builder port(int port) {
      return set(ConfigKeys.PORT.name(), String.valueOf(port));
    }

    /** The folder for key, pinned names and remembered peers. */
    public Builder dataFolder(Path folder) {
      return set(ConfigKeys.DATA.name(), folder.toString());
    }

    /**
     * Any setting.
     *
     * @param key name in the configuration file
     * @param value as one would write it there
     */
    public Builder set(String key, String value) {
      settings.put(key, value);
      return this;
    }

    /** Serves a protocol of one's own, as {@link Host#handle} does, from the first connection on. */
    public Builder protocol(String protocolId, Consumer<P2PStream> handler) {
      protocols.put(protocolId, handler);
      return this;
    }

    /**
     * The node, not started.
     *
     * @throws ConfigException with all problems of all settings
     */
    public P2PNetworkManager build() {
      return new P2PNetworkManager(base.with(settings), Map.copyOf(protocols));
    }
  }
}
