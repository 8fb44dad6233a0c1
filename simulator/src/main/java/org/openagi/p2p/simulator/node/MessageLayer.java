package org.openagi.p2p.simulator.node;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.bundle.Verifier;
import org.openagi.p2p.messaging.inbox.DrainScheduler;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.inbox.InboxCounters;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.messaging.inbox.ReceiveStream;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.parcel.ParcelSender;
import org.openagi.p2p.messaging.router.HandlerTable;
import org.openagi.p2p.simulator.net.Alarm;
import org.openagi.p2p.simulator.net.Connection;
import org.openagi.p2p.simulator.net.MessageStream;

/** The message layer of one process: what {@code network.link} is on a real network, with the same engines inside. */
final class MessageLayer {
  private static final int HANDLER_NANOS = 50_000;
  private static final long FAREWELL_NANOS = 10_000_000;

  /** What a layer needs from around it. */
  record Services(
      MessageConfig config,
      PeerId self,
      SimulatedCrypto crypto,
      TimeSource time,
      RandomGenerator random,
      MessageStore store,
      HandlerTable handlers,
      Shared shared,
      NodeListener listener) {}

  private final Services services;
  private final Tasks tasks;
  private final Peers peers;
  private final OutboxQuota quota = new OutboxQuota("this node", null, 1_000_000, 256L << 20);
  private final Map<PeerId, OutboundPeer> outbound = new LinkedHashMap<>();
  private final Inbox inbox;
  private final SendResources resources;
  private @Nullable Post post;

  MessageLayer(Services services, Tasks tasks, Peers peers) {
    this.services = services;
    this.tasks = tasks;
    this.peers = peers;
    this.resources = new SendResources(
        services.shared.encoder(), services.shared.compressor(), ByteBufAllocator.DEFAULT);
    this.inbox = new Inbox(new InboxServices(
        services.config.receive(),
        services.self,
        services.shared.nameOf(services.self),
        services.shared::nameOf,
        services.handlers,
        services.store,
        new Drains(),
        services.shared.decompressor(),
        services.time,
        new InboxCounters(),
        services.listener::onHandlerFailure));
  }

  private final class Drains implements DrainScheduler {
    @Override
    public void run(Runnable drain) {
      tasks.after(services.random.nextInt(HANDLER_NANOS), drain);
    }

    @Override
    public void runAfter(Runnable drain, long delayNanos) {
      tasks.after(delayNanos, drain);
    }
  }

  /** Lets what no connection can carry go through others. */
  void setPost(Post value) {
    post = value;
  }

  @Nullable
  Post post() {
    return post;
  }

  /** The sender of parcels to a peer is told something. */
  void toParcels(PeerId peer, Consumer<ParcelSender> what) {
    OutboundPeer to = outbound.get(peer);
    if (to != null) to.toParcels(what);
  }

  /** The way to a peer through others changed. */
  void onWayChanged(PeerId peer) {
    OutboundPeer to = outbound.get(peer);
    if (to != null) to.onWayChanged();
  }

  MessageConfig config() {
    return services.config;
  }

  PeerId self() {
    return services.self;
  }

  TimeSource time() {
    return services.time;
  }

  RandomGenerator random() {
    return services.random;
  }

  MessageStore store() {
    return services.store;
  }

  Tasks tasks() {
    return tasks;
  }

  Peers peers() {
    return peers;
  }

  OutboxQuota quota() {
    return quota;
  }

  SendResources resources() {
    return resources;
  }

  Inbox inbox() {
    return inbox;
  }

  Signer signer() {
    return (text, callback) -> tasks.after(
        SimulatedCrypto.SIGN_NANOS,
        () -> callback.onSigned(services.crypto.sign(services.self, text)));
  }

  void onViolation(PeerId peer, ProtocolViolationException cause) {
    services.listener.onViolation(peer, cause);
  }

  /** Queues a message for a peer. */
  OutboxEntry submit(PeerId peer, NetworkMessage message, DeliveryOptions options) {
    return outboundTo(peer).submit(message, options);
  }

  private OutboundPeer outboundTo(PeerId peer) {
    return outbound.computeIfAbsent(peer, p -> new OutboundPeer(this, p));
  }

  /** Takes up what an earlier process left. */
  void resume() {
    for (PeerId peer : services.store.recipientsWaiting()) outboundTo(peer).resume();
  }

  /** Connections to a peer came or went. */
  void onConnectionsChanged(PeerId peer) {
    OutboundPeer to = outbound.get(peer);
    if (to != null) to.wake();
  }

  MessageStream.End openStream(Connection connection) {
    return connection.openStream(peers.sideOf(connection));
  }

  /** A peer opened a stream. */
  void accept(PeerId sender, MessageStream.End stream) {
    new Inbound(sender, stream);
  }

  /** The receiving end of one stream. */
  private final class Inbound implements MessageStream.Listener {
    private final PeerId sender;
    private final MessageStream.End stream;
    private final Alarm alarm;
    private final ReceiveStream engine;
    private @Nullable ProtocolViolationException failure;

    Inbound(PeerId sender, MessageStream.End stream) {
      this.sender = sender;
      this.stream = stream;
      this.alarm = tasks.alarm(this::onTimer);
      this.engine = inbox.accept(
          sender,
          stream,
          verifier(),
          () -> tasks.after(0, () -> guard(this.engine()::onProgress)),
          ByteBufAllocator.DEFAULT);
      stream.setListener(this);
    }

    private ReceiveStream engine() {
      return engine;
    }

    private interface Step {
      void run() throws ProtocolViolationException;
    }

    private Verifier verifier() {
      return (text, signature, callback) -> tasks.after(SimulatedCrypto.VERIFY_NANOS, () -> {
        boolean genuine = services.crypto.verify(sender, text, signature);
        guard(() -> callback.onVerified(genuine));
      });
    }

    private void guard(Step step) {
      try {
        step.run();
      } catch (ProtocolViolationException e) {
        if (failure == null) {
          failure = e;
          onViolation(sender, e);
          // The answer that names the rule goes out before the end.
          tasks.after(FAREWELL_NANOS, stream::reset);
        }
      }
      alarm.arm(engine.nextDeadlineNanos());
    }

    private void onTimer() {
      guard(engine::onTimer);
    }

    @Override
    public void onData(ByteBuf data) {
      guard(() -> engine.onBytes(data));
    }

    @Override
    public void onReadComplete() {
      guard(engine::onReadComplete);
    }

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {
      engine.onRemoteClosed();
    }

    @Override
    public void onClosed() {
      engine.onClosed();
    }
  }
}
