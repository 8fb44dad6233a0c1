package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.DeliveryListener;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.messaging.bond.BondCounters;
import org.openagi.p2p.messaging.bond.BondLimits;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.inbox.InboxCounters;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.outbox.SendStats;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.messaging.router.HandlerTable;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostListener;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.protocols.liveness.LinkState;

/**
 * Messages over a host: queues, sends, acknowledges, hands over. Safe for any thread.
 *
 * <p>Make it before the host is started, so that no peer finds the protocol missing. {@link #submit} never
 * blocks: it queues or refuses. A message to a peer that is not connected waits, and the service connects.
 *
 * @see "docs/wire/message-1.0.md"
 */
public final class MessageService implements AutoCloseable {
  private final Host host;
  private final MessageConfig config;
  private final MessageStore store;
  private final TimeSource time;
  private final EventExecutor control =
      new DefaultEventExecutor(new DefaultThreadFactory("message-control", true));
  private final CryptoWorkers crypto;
  private final HandlerTable handlers = new HandlerTable();
  private final ZstdDecompressor decompressor = new ZstdDecompressor();
  private final Inbox inbox;
  private final OutboxQuota total;
  private final OutboundPace pace;
  private final Map<PeerId, PeerOutbox> outboxes = new ConcurrentHashMap<>();
  private final Map<EventExecutor, SendResources> resources = new ConcurrentHashMap<>();
  private final MessageQueue queue;
  private final Losses losses = new Losses(this);
  private final SecureRandom random = new SecureRandom();
  private final Requests requests = new Requests(this, random);
  private final AtomicInteger waitingForRoom = new AtomicInteger();
  private final BondCounters bondCounters = new BondCounters();
  private final Set<InboundStream> inbound = ConcurrentHashMap.newKeySet();
  private final MessageFaults faults = new MessageFaults();
  private final HostListener hostListener = new HostListener() {
    @Override
    public void onConnected(Connection connection) {
      connectionsChanged(connection);
    }

    @Override
    public void onHealthChanged(Connection connection, LinkState from, LinkState to, String why) {
      connectionsChanged(connection);
    }

    @Override
    public void onDisconnected(Connection connection, CloseReason reason) {
      faults.forget(connection);
      connectionsChanged(connection);
    }
  };
  private final BroadcastInbox broadcasts;
  private volatile @Nullable BroadcastRoute toEveryone;
  private final HostKey key;
  private final MessageTraces traces;
  private volatile @Nullable ParcelPost post;
  private volatile boolean closed;

  /**
   * Serves the protocol on a host.
   *
   * @param key the host's key, signs what goes out
   * @param store where messages wait; closed by its owner, after this
   */
  public MessageService(
      Host host, HostKey key, MessageConfig config, MessageStore store, TimeSource time) {
    this.host = host;
    this.config = config;
    this.store = store;
    this.time = time;
    this.key = key;
    this.traces = new MessageTraces(time);
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    this.crypto = new CryptoWorkers(key, threads);
    String selfName = config.selfName().isEmpty() ? host.peerId().toString() : config.selfName();
    this.inbox = new Inbox(new InboxServices(
        config.receive(),
        host.peerId(),
        selfName,
        config.names(),
        handlers,
        store,
        new VirtualDrains(control),
        decompressor,
        time,
        new InboxCounters(),
        faults));
    this.broadcasts = new BroadcastInbox(handlers, config.receive(), faults);
    this.pace = new OutboundPace(config.pace().bytesPerSecond(), time, control);
    this.total = new OutboxQuota(
        "this node", null, OutboxQuota.MAX_MESSAGES, config.outbox().bytes());
    this.queue = new MessageQueue(store, key, config, time, new RunningQueue(this));
    total.onRelease(this::signalRoom);
    store.onDeadLetterDropped(faults::onDeadLetterDropped);
    handlers.setForAnswers(requests.answers());
    host.handleRaw(WireLimits.PROTOCOL_ID, this::onStream);
    host.handleRaw(BondLimits.PROTOCOL_ID, new InboundBonds(this)::onStream);
    host.addListener(hostListener);
  }

  /** Queues a message with the default lifetime. See {@link #submit(PeerId, NetworkMessage, DeliveryOptions)}. */
  public Delivery submit(PeerId recipient, NetworkMessage message) {
    return submit(recipient, message, DeliveryOptions.DEFAULT);
  }

  /**
   * Queues a message for a peer. Never blocks, never throws for reasons outside of this node's code: a
   * message that is not accepted has its {@link Outcome.Refused} at once.
   *
   * @param recipient decides where it goes; the message's recipientId only travels if it is {@code *}
   */
  public Delivery submit(PeerId recipient, NetworkMessage message, DeliveryOptions options) {
    PeerOutbox outbox = outboxFor(recipient, message);
    return outbox == null ? refuseWithoutOutbox(message, options) : outbox.submit(message, options);
  }

  /**
   * As {@link #submit(PeerId, NetworkMessage, DeliveryOptions)}, but waits for room in the outbox instead of refusing for
   * lack of it: at most for the message's lifetime, in the order of the callers, and not at all if {@value
   * RoomQueue#MAX_WAITING} callers wait for the same peer already or the message is larger than the outbox. While callers
   * wait, {@code submit} refuses. Returns as soon as the node shuts down.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; the message was not queued
   */
  public Delivery submitAwaiting(PeerId recipient, NetworkMessage message, DeliveryOptions options)
      throws InterruptedException {
    PeerOutbox outbox = outboxFor(recipient, message);
    return outbox == null
        ? refuseWithoutOutbox(message, options)
        : outbox.submitAwaiting(message, options);
  }

  private @Nullable PeerOutbox outboxFor(PeerId recipient, NetworkMessage message) {
    Correlation correlation = message.correlation();
    if (correlation != null && !correlation.isAnswer()) {
      requests.onSubmitted(correlation.id(), recipient);
    }
    return outboxOf(recipient);
  }

  private Delivery refuseWithoutOutbox(NetworkMessage message, DeliveryOptions options) {
    OutboxEntry entry =
        new OutboxEntry(message, number -> "", options.lifetimeMillis(), options.listener());
    RefusalReason reason = closed ? RefusalReason.CLOSED : RefusalReason.QUEUE_FULL;
    String detail = closed
        ? "node is shutting down"
        : "messages for " + outboxes.size() + " peers wait, allowed are "
            + config.outbox().peers();
    return refuse(entry, new Outcome.Refused(reason, detail), options.listener());
  }

  /**
   * Asks a peer and waits for its answer. See {@link #request(NetworkMessage, DeliveryOptions, Duration, Submission)}.
   */
  public CompletableFuture<NetworkMessage> request(
      PeerId recipient, NetworkMessage message, DeliveryOptions options, Duration timeout) {
    return request(
        message, options, timeout, (request, limited) -> submit(recipient, request, limited));
  }

  /**
   * Sends a request a way of the caller's choice, which must end in {@code submit}, and waits for its answer.
   *
   * @param options without a lifetime, the request lives as long as the timeout
   * @param timeout 1 ms to {@link DeliveryOptions#MAX_LIFETIME}
   * @return completes on a virtual thread: with the answer, or with a {@link
   *     org.openagi.p2p.messaging.RequestException}, at once if the request is refused or {@value Requests#MAX_PENDING}
   *     requests wait already. Cancelling it drops the answer, not the request
   * @throws IllegalArgumentException if the timeout is out of range, or the recipient everyone
   */
  public CompletableFuture<NetworkMessage> request(
      NetworkMessage message, DeliveryOptions options, Duration timeout, Submission submission) {
    return requests.ask(message, options, timeout, submission);
  }

  /** A way for a request. */
  @FunctionalInterface
  public interface Submission {
    /** Queues it. */
    Delivery submit(NetworkMessage message, DeliveryOptions options);
  }

  /**
   * What is known of the way of a message that this node sent: one that waits, or one that ended lately and that somebody
   * waited for. Kept in memory, so of messages of an earlier process only what happened since.
   */
  public Optional<MessageTrace> trace(String messageId) {
    MessageTrace over = traces.ofEnded(messageId);
    if (over != null) return Optional.of(over);
    return store
        .find(messageId)
        .filter(stored -> stored.entry() != null)
        .map(stored -> traces.of(stored.recipient(), Objects.requireNonNull(stored.entry())));
  }

  Optional<MessageWay> wayTo(PeerId peer) {
    if (host.connections(peer).stream().anyMatch(Connection::isOpen)) {
      return Optional.of(MessageWay.DIRECT);
    }
    ParcelPost through = post;
    return through == null ? Optional.empty() : through.wayTo(peer);
  }

  /** What waits and what could not be delivered. */
  public MessageQueue queue() {
    return queue;
  }

  /**
   * Takes in messages that were carried here in a file, as if its sender had sent them.
   *
   * @return completes when all were handled; exceptionally with a {@link ProtocolViolationException} or {@link QueueException}
   * @throws QueueException if they are for somebody else
   */
  public CompletableFuture<List<Carried>> take(BundleFile file) throws QueueException {
    if (!file.recipient().equals(self())) {
      throw new QueueException("the file is for " + file.recipient() + ", this node is " + self());
    }
    List<CompletableFuture<Carried>> parts = file.sections().stream()
        .map(section -> new CarriedSection(this, file.sender(), section).start())
        .toList();
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
      answer(file);
      return parts.stream().map(CompletableFuture::join).toList();
    });
  }

  /** Tells the sender of a file what became of it, if others can carry that. */
  private void answer(BundleFile file) {
    ParcelPost through = post;
    if (through == null) return;
    for (BundleFile.Section section : file.sections()) {
      through.sendReceipt(file.sender(), section.lane(), section.epoch(), section.first());
    }
  }

  @Nullable
  PeerOutbox outboxOf(PeerId peer) {
    PeerOutbox found = outboxes.get(peer);
    if (found != null) return found;
    if (closed || outboxes.size() >= config.outbox().peers()) return null;
    return outboxes.computeIfAbsent(peer, p -> new PeerOutbox(this, p, total));
  }

  /** Takes up the messages that an earlier process left in the store. Once, when the host can connect. */
  public void resume() {
    for (PeerId peer : store.recipientsWaiting()) {
      outboxes.computeIfAbsent(peer, p -> new PeerOutbox(this, p, total)).resume();
    }
  }

  /** Sets the way of messages to everyone, in place of a copy for each peer that is connected. */
  public void setBroadcastRoute(BroadcastRoute route) {
    toEveryone = route;
  }

  /** Hands over messages to everyone that arrived by another way. */
  public BroadcastInbox broadcasts() {
    return broadcasts;
  }

  /**
   * Sends a message to everyone: by the {@linkplain #setBroadcastRoute way} that was set, or to every peer that is connected
   * now; then they share the payload.
   */
  public Delivery broadcast(NetworkMessage message, DeliveryOptions options) {
    BroadcastRoute route = toEveryone;
    if (route != null && !closed) return route.broadcast(message, options);
    NetworkMessage toAll = message.recipientId().equals(NetworkMessage.EVERYONE)
        ? message
        : message.withRecipient(NetworkMessage.EVERYONE);
    DeliveryOptions each = options.withListener(null);
    List<Delivery> parts = new ArrayList<>();
    host.connections().stream()
        .filter(Connection::isOpen)
        .map(Connection::remotePeer)
        .distinct()
        .sorted()
        .forEach(peer -> parts.add(submit(peer, toAll, each)));
    return new BroadcastDelivery(toAll, parts, options.listener());
  }

  /** Adds a handler of one type, after those there are. */
  public void addHandler(MessageType type, MessageHandler handler) {
    handlers.add(type, handler);
  }

  /** Sets who answers requests of a type, in place of who did; null for nobody. */
  public void setRequestHandler(MessageType type, @Nullable RequestHandler handler) {
    handlers.setForRequests(type, handler == null ? null : requests.serving(handler));
  }

  /** Adds a handler of all types, after those there are. */
  public void addHandler(MessageHandler handler) {
    handlers.addForAll(handler);
  }

  /** Sets the handler of a type in place of those there are. */
  public void setHandler(MessageType type, MessageHandler handler) {
    handlers.set(type, handler);
  }

  /** Removes a handler from all types. */
  public void removeHandler(MessageHandler handler) {
    handlers.remove(handler);
  }

  /**
   * Sets how much goes to all peers together from now on.
   *
   * @param bytesPerSecond 0 for no limit
   */
  public void setLimit(long bytesPerSecond) {
    pace.setLimit(bytesPerSecond);
  }

  /**
   * Sets how much goes to one peer from now on, in place of {@link MessageConfig.PaceLimits#bytesPerSecondPerPeer}.
   *
   * @param bytesPerSecond 0 for no limit of its own
   * @return false if messages for too many peers wait to take on another
   */
  public boolean setLimit(PeerId peer, long bytesPerSecond) {
    PeerOutbox outbox = outboxOf(peer);
    if (outbox == null) return false;
    outbox.pace().setLimit(bytesPerSecond);
    return true;
  }

  /**
   * Another part in the limits, for something else than messages that goes to a peer. One that never waits if
   * neither all peers together nor this one has a limit.
   */
  public BlockingPace pace(PeerId peer) {
    PeerOutbox outbox = outboxOf(peer);
    long own = config.pace().bytesPerSecondPerPeer();
    return new BlockingPace(pace, outbox == null ? pace.addPeer(own) : outbox.pace());
  }

  /** Registers a listener for what goes wrong. */
  public void addFaultListener(MessageFaultListener listener) {
    faults.addListener(listener);
  }

  /** What happened so far. Counters of sending lag by the batch that is on its way. */
  public MessageStats stats() {
    SendStats sent = SendStats.ZERO;
    for (PeerOutbox outbox : outboxes.values()) sent = sent.plus(outbox.stats());
    return new MessageStats(
        sent,
        inbox.stats(),
        total.messages(),
        total.bytes(),
        waitingForRoom.get(),
        requests.stats(),
        store.stats(),
        bondCounters.snapshot(),
        post == null ? ParcelStats.ZERO : post.stats(),
        everyoneStats());
  }

  private EveryoneStats everyoneStats() {
    BroadcastRoute route = toEveryone;
    return new EveryoneStats(
        route == null ? 0 : route.unreadable(),
        route == null ? 0 : route.expired(),
        broadcasts.dropped());
  }

  /**
   * Lets messages go through others where there is no connection, and come that way. Once, before the host is started.
   *
   * @param line to the node's courier
   * @param prekeys what others seal with for this node
   * @param store keeps them; called on the service's own thread
   */
  public void useCourier(CourierLine line, Prekeys prekeys, PrekeyStore store) {
    ParcelPost made = new ParcelPost(this, key, line, prekeys, store);
    post = made;
    made.start();
  }

  /** Closes without waiting for messages on their way. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }

  /**
   * Accepts no more messages, waits for the acknowledgement of those accepted, at most so long, ends the rest, {@link
   * Outcome.Kept} if the store is durable, else refused with {@link RefusalReason#CLOSED}, and ends itself. Blocks. To be
   * called before the host is stopped.
   */
  public void close(Duration grace) {
    if (closed) return;
    closed = true;
    broadcasts.close();
    requests.close();
    signalRoom();
    long end = System.nanoTime() + grace.toNanos();
    while (!isDone() && System.nanoTime() - end < 0) LockSupport.parkNanos(1_000_000);
    host.removeListener(hostListener);
    host.unhandle(WireLimits.PROTOCOL_ID);
    host.unhandle(BondLimits.PROTOCOL_ID);
    inbound.forEach(InboundStream::goAway);
    if (post != null) post.close();
    outboxes.values().forEach(PeerOutbox::close);
    long refused = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (!isDone() && System.nanoTime() - refused < 0) LockSupport.parkNanos(1_000_000);
    crypto.close();
    control.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    decompressor.close();
    resources.forEach((executor, shared) -> {
      ZstdCompressor zstd = shared.zstd();
      if (zstd != null && !executor.isShuttingDown()) executor.execute(zstd::close);
    });
  }

  private boolean isDone() {
    return outboxes.values().stream().allMatch(PeerOutbox::isDone);
  }

  // ---- for the parts ----

  Host host() {
    return host;
  }

  PeerId self() {
    return host.peerId();
  }

  MessageConfig config() {
    return config;
  }

  MessageStore store() {
    return store;
  }

  TimeSource time() {
    return time;
  }

  EventExecutor control() {
    return control;
  }

  MessageFaults faults() {
    return faults;
  }

  CryptoWorkers crypto() {
    return crypto;
  }

  OutboundPace pace() {
    return pace;
  }

  long newBondId() {
    return random.nextLong();
  }

  BondCounters bondCounters() {
    return bondCounters;
  }

  AtomicInteger waitingForRoom() {
    return waitingForRoom;
  }

  private void signalRoom() {
    if (waitingForRoom.get() > 0) outboxes.values().forEach(PeerOutbox::signalRoom);
  }

  Inbox inbox() {
    return inbox;
  }

  SendResources resourcesOf(EventExecutor executor) {
    return resources.computeIfAbsent(
        executor,
        e -> new SendResources(
            new ChunkEncoder(), config.newCompressor(), ByteBufAllocator.DEFAULT));
  }

  OutboxEntry refuse(
      OutboxEntry entry, Outcome.Refused reason, @Nullable DeliveryListener listener) {
    entry.refused(reason);
    if (listener != null) {
      Thread.ofVirtual().name("message-settled").start(() -> listener.onSettled(entry, reason));
    }
    return entry;
  }

  private void onStream(Connection connection, MuxedStream stream) {
    InboundStream made = new InboundStream(
        this,
        connection,
        new StreamLink(stream),
        stream.id(),
        cause -> faults.onViolation(connection, cause));
    onInbound(made);
    stream.setListener(made);
  }

  void onInbound(InboundStream stream) {
    inbound.add(stream);
  }

  void onInboundClosed(InboundStream stream) {
    inbound.remove(stream);
  }

  private void connectionsChanged(Connection connection) {
    PeerOutbox outbox = outboxes.get(connection.remotePeer());
    if (outbox != null) outbox.onConnectionsChanged();
  }

  @Nullable
  ParcelPost post() {
    return post;
  }

  /** What is known of the ways of messages that were sent. */
  MessageTraces traces() {
    return traces;
  }

  /** Tells the sender of parcels to a peer, if messages for it are known here. */
  void toParcels(PeerId peer, Consumer<ParcelSender> what) {
    PeerOutbox outbox = outboxes.get(peer);
    if (outbox != null) outbox.toParcels(what);
  }

  void onWayChanged(PeerId peer) {
    PeerOutbox outbox = outboxes.get(peer);
    if (outbox != null) outbox.onWayChanged();
  }

  HandlerTable handlers() {
    return handlers;
  }

  void onTold(PeerId recipient, OutboxEntry entry) {
    traces.onTold(recipient, entry);
    losses.onTold(recipient, entry);
  }
}
