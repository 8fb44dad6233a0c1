package org.openagi.p2p.network;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.network.config.Compression;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.config.Store;
import org.openagi.p2p.network.config.StoreSync;
import org.openagi.p2p.network.config.Verify;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.network.keystore.DataFolderException;
import org.openagi.p2p.network.keystore.IdentityFile;
import org.openagi.p2p.network.keystore.PrekeyFile;
import org.openagi.p2p.network.link.CourierLine;
import org.openagi.p2p.network.link.MessageConfig;
import org.openagi.p2p.network.link.MessageService;
import org.openagi.p2p.network.link.PrekeyStore;
import org.openagi.p2p.network.node.NodeExchangeService;
import org.openagi.p2p.network.overlay.Everyone;
import org.openagi.p2p.network.overlay.FileMailStore;
import org.openagi.p2p.network.overlay.OverlayListeners;
import org.openagi.p2p.network.overlay.OverlayService;
import org.openagi.p2p.network.peers.RememberedPeers;
import org.openagi.p2p.network.pins.PinStore;
import org.openagi.p2p.network.store.QueueFolder;
import org.openagi.p2p.network.transfer.TransferConfig;
import org.openagi.p2p.network.transfer.TransferHandler;
import org.openagi.p2p.network.transfer.TransferService;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.membership.MembershipConfig;
import org.openagi.p2p.overlay.node.OverlayConfig;
import org.openagi.p2p.overlay.node.OverlayListener;
import org.openagi.p2p.overlay.node.OverlayNode;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.overlay.relay.MailStore;
import org.openagi.p2p.overlay.relay.MemoryMailStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node consists of between start and stop, put together and taken apart in the right order.
 * {@link #start} and {@link #stop} block, so they are called on virtual threads; the parts are safe
 * for any thread.
 *
 * @param startedAt wall-clock time
 * @param addresses listen addresses at the start, each with {@code /p2p/ID}
 * @param undo stops the parts, in this order
 */
record RunningNode(
    Identity identity,
    Instant startedAt,
    List<Multiaddr> addresses,
    Host host,
    PinStore pins,
    PeerDirectory directory,
    PeerKeeper keeper,
    PeerNames names,
    NodeExchangeService exchange,
    LocalDiscovery discovery,
    OverlayService overlay,
    PeerInfos infos,
    MessageService messages,
    MessageSender sender,
    TransferService transfers,
    Deque<Runnable> undo) {
  private static final Logger LOG = LoggerFactory.getLogger(RunningNode.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** Peers of a network in which everyone is linked to everyone. */
  private static final int SMALL_NETWORK = 16;

  private static final Duration HOST_GRACE = Duration.ofSeconds(1);

  /** What the embedding program adds, in place before anybody can connect. */
  record Extras(
      Map<String, Consumer<P2PStream>> protocols,
      Registrations handlers,
      Supplier<Optional<TransferHandler>> transferHandler) {}

  /**
   * Starts a node, or leaves nothing behind.
   *
   * @throws IOException with one sentence for the person who started it
   */
  static RunningNode start(P2PConfig config, Extras extras, EventBus events, TimeSource time)
      throws IOException {
    Deque<Runnable> undo = new ArrayDeque<>();
    try {
      return assemble(config, extras, events, time, undo);
    } catch (IOException | RuntimeException e) {
      runAll(undo);
      throw e;
    }
  }

  void stop() {
    runAll(undo);
  }

  /** One part that does not stop must not keep the others. */
  private static void runAll(Deque<Runnable> steps) {
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("a part of the node did not stop in order");
      }
    }
  }

  private static RunningNode assemble(
      P2PConfig config, Extras extras, EventBus events, TimeSource time, Deque<Runnable> undo)
      throws IOException {
    DataFolder folder = DataFolder.open(config.dataFolder());
    undo.push(folder::closeQuietly);
    HostKey key = IdentityFile.loadOrCreate(folder, new SecureRandom());
    PinStore pins = PinStore.load(folder.path());
    RememberedPeers remembered = RememberedPeers.load(folder.path());
    StateFiles files = new StateFiles(folder, pins, remembered, events, time);
    undo.push(files::close);
    ScheduledThreadPoolExecutor timer = newTimer();
    undo.push(timer::shutdownNow);

    Identity identity = new Identity(
        config.name().orElseGet(() -> DefaultName.of(key.peerId())),
        key.peerId(),
        config.nodeType());
    Host host = Host.create(hostConfig(config), key);
    undo.push(() -> stop(host));
    PeerDirectory directory = new PeerDirectory(pins);
    PeerKeeper.Timer later =
        (delay, task) -> timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    AtomicReference<OverlayService> owner = new AtomicReference<>();
    PeerKeeper keeper = new PeerKeeper(
        host,
        later,
        time,
        Math.max(SMALL_NETWORK, 2 * config.targetDegree()),
        (peer, addresses, known) -> {
          OverlayService overlay = owner.get();
          if (overlay != null) overlay.onCandidate(peer, addresses, known);
        });
    if (config.connectionsPerPeer() > 1) {
      host.addListener(new SpareConnections(host, later, config.connectionsPerPeer()));
    }
    OverlayListeners overlayListeners = new OverlayListeners();
    overlayListeners.add(new OverlayEvents(directory));
    OverlayFaults faults = new OverlayFaults(host, events, time);
    host.setStanding(faults::standing);
    overlayListeners.add(faults);
    MailStore mail = mail(config, identity, folder, events, time, owner, undo);
    OverlayService overlay =
        overlay(config, identity, host, key, keeper::isKept, overlayListeners, mail, time);
    owner.set(overlay);
    undo.push(overlay::close);
    NameKeeper nameKeeper =
        new NameKeeper(identity, host, pins, directory, keeper, events, time, overlay::onAccepted);
    NodeExchangeService exchange =
        new NodeExchangeService(host, timer, record(identity, key, time), nameKeeper);
    exchange.start();
    host.addListener(new HostEvents(
        host, directory, keeper, remembered, events, time, faults::isWatched, overlay::takeDial));
    extras.protocols().forEach(host::handle);
    MessageStore store = store(config, folder, events, time, undo);
    MessageService messages = messages(config, identity, host, key, directory, store, time);
    undo.push(() -> messages.close(config.stopTimeout()));
    useCourier(config, folder, messages, overlay);
    messages.addFaultListener(new MessageFaults(events, time));
    messages.addFaultListener(new MisbehaviourReports(overlay, time));
    Everyone everyone = new Everyone(
        overlay,
        () -> !host.connections().isEmpty(),
        time,
        config.messageTimeout(),
        directory::displayName,
        messages.broadcasts()::take);
    messages.setBroadcastRoute(everyone);
    overlayListeners.add(everyone);
    undo.push(everyone::close);
    extras.handlers().attachTo(messages);
    undo.push(extras.handlers()::detach);
    TransferService transfers = new TransferService(
        host, key, TransferConfig.defaults(), folder.path(), time, timer, messages::pace);
    undo.push(transfers::close);
    transfers.setHandler(extras.transferHandler());
    transfers.start();

    List<Multiaddr> addresses = await(host.start());
    events.publish(new NetworkEvent.Listening(now(time), addresses));
    messages.resume();
    files.start(timer);
    keeper.start(config.peers(), remembered.peers());
    LocalDiscovery discovery = new LocalDiscovery(config, host, keeper, events, time);
    undo.push(discovery::stop);
    discovery.start();
    PeerNames names = new PeerNames(
        identity,
        host,
        directory,
        config.discoveryTimeout(),
        (name, peer) -> pin(pins, name, peer, events, time));
    return new RunningNode(
        identity,
        now(time),
        addresses,
        host,
        pins,
        directory,
        keeper,
        names,
        exchange,
        discovery,
        overlay,
        new PeerInfos(host, directory, overlay, time),
        messages,
        new MessageSender(identity, names, messages, events, time),
        transfers,
        undo);
  }

  private static HostConfig hostConfig(P2PConfig config) {
    List<String> security = config.security().stream()
        .map(name -> name.equals("tls") ? HostConfig.TLS : HostConfig.NOISE)
        .toList();
    return HostConfig.defaults()
        .withListenAddresses(config.listen())
        .withSecurity(security)
        .withLimits(HostConfig.Limits.of(config.maxConnections()))
        .withTimeouts(HostConfig.Timeouts.defaults().withHeartbeat(config.heartbeatInterval()));
  }

  /** A name that cannot be pinned is good for this once. */
  private static void pin(
      PinStore pins, String name, PeerId peer, EventBus events, TimeSource time) {
    try {
      pins.claim(name, peer, now(time));
    } catch (DataFolderException e) {
      events.publish(new NetworkEvent.FaultEvent(
          now(time),
          NetworkEvent.Fault.STORAGE_FAILED,
          Optional.of(peer),
          String.valueOf(e.getMessage()),
          "the name '" + name + "' is not pinned"));
    }
  }

  /** Where mail for peers that are away is kept; null for a node that keeps none. */
  private static @Nullable MailStore mail(
      P2PConfig config,
      Identity identity,
      DataFolder folder,
      EventBus events,
      TimeSource time,
      AtomicReference<OverlayService> owner,
      Deque<Runnable> undo)
      throws IOException {
    if (identity.nodeType() != NodeType.STORAGE) return null;
    if (config.store() == Store.MEMORY) return new MemoryMailStore();
    FileMailStore files = new FileMailStore(
        folder.path().resolve(FileMailStore.FOLDER),
        task -> {
          OverlayService overlay = owner.get();
          if (overlay != null) overlay.execute(task);
        },
        failure -> events.publish(new NetworkEvent.FaultEvent(
            now(time),
            NetworkEvent.Fault.STORAGE_FAILED,
            Optional.empty(),
            String.valueOf(failure.getMessage()),
            "no mail is kept for peers that are away")));
    undo.push(files::close);
    return files;
  }

  private static OverlayService overlay(
      P2PConfig config,
      Identity identity,
      Host host,
      HostKey key,
      Predicate<PeerId> isKept,
      OverlayListener listener,
      @Nullable MailStore mail,
      TimeSource time) {
    OverlayConfig overlay = OverlayConfig.of(
            identity.nodeId(), identity.nodeType(), config.heartbeatInterval())
        .withMembership(MembershipConfig.ofTargetDegree(config.targetDegree()))
        .withKnownNodes(config.knownNodes());
    return new OverlayService(
        host,
        time,
        isKept,
        below -> new OverlayNode(
            overlay,
            identity.peerId(),
            below,
            OverlayCrypto.of(key),
            listener,
            mail,
            new SecureRandom(),
            time));
  }

  private static void toCourier(OverlayService overlay, Consumer<Courier> task) {
    CompletableFuture<Boolean> done = overlay.ask(node -> {
      task.accept(node.relay());
      return true;
    });
    done.whenComplete((ignored, failure) -> {
      if (failure != null) LOG.atDebug().setCause(failure).log("the overlay took no parcel work");
    });
  }

  /** A node that forgets its queue when it stops also forgets what mail for it was sealed with. */
  private static void useCourier(
      P2PConfig config, DataFolder folder, MessageService messages, OverlayService overlay)
      throws IOException {
    boolean durable = config.store() != Store.MEMORY;
    PrekeyFile file = new PrekeyFile(folder);
    SecureRandom random = new SecureRandom();
    CourierLine line = task -> toCourier(overlay, task);
    if (durable) messages.useCourier(line, file.load(random), file::store);
    else messages.useCourier(line, new Prekeys(random), PrekeyStore.NONE);
  }

  private static MessageStore store(
      P2PConfig config, DataFolder folder, EventBus events, TimeSource time, Deque<Runnable> undo)
      throws IOException {
    if (config.store() == Store.MEMORY) {
      return new MemoryMessageStore(new SecureRandom(), time, config.deadLetters());
    }
    JournalConfig.Sync sync =
        config.storeSync() == StoreSync.ALWAYS ? JournalConfig.Sync.ALWAYS : JournalConfig.Sync.OS;
    JournalConfig journal = JournalConfig.of(
            config.queueQuota(), sync, config.messageTimeout(), QueueFolder.bootId())
        .withDeadLetters(config.deadLetters());
    QueueFolder queue =
        QueueFolder.open(folder.path(), journal, time, new QueueFaults(events, time));
    undo.push(queue::close);
    return queue.store();
  }

  private static MessageService messages(
      P2PConfig config,
      Identity identity,
      Host host,
      HostKey key,
      PeerDirectory directory,
      MessageStore store,
      TimeSource time) {
    MessageConfig defaults = MessageConfig.defaults();
    MessageConfig messages = defaults
        .withSend(defaults.send().withLifetime(config.messageTimeout()))
        .withReceive(defaults
            .receive()
            .withRetryAttempts(config.retryAttempts())
            .withVerifyBeforeDelivery(config.verify() == Verify.BEFORE_DELIVERY))
        .withNames(identity.nodeId(), directory::displayName)
        .withBytesPerSecond(config.bandwidthLimit(), config.bandwidthLimitPerPeer());
    if (config.compression() == Compression.OFF) messages = messages.withCompressionLevel(0);
    return new MessageService(host, key, messages, store, time);
  }

  private static Bytes record(Identity identity, HostKey key, TimeSource time) {
    long nowMillis = time.epochMillis();
    return new NodeRecord(
            identity.peerId(), nowMillis, identity.nodeId(), identity.nodeType(), nowMillis)
        .seal(key)
        .encode();
  }

  /** One thread for short decisions; what comes after its end is dropped. */
  private static ScheduledThreadPoolExecutor newTimer() {
    ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
        1,
        Thread.ofPlatform().daemon().name("p2p-timer").factory(),
        new ThreadPoolExecutor.DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private static void stop(Host host) {
    try {
      await(host.stop(HOST_GRACE));
    } catch (IOException e) {
      throw new IllegalStateException("stopping a host never fails", e);
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException known) throw known;
      throw new IOException("cannot start: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IOException("not done within " + START_LIMIT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while starting or stopping");
    }
  }

  private static Instant now(TimeSource time) {
    return Instant.ofEpochMilli(time.epochMillis());
  }
}
