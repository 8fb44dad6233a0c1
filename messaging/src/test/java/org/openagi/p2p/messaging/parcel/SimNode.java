package org.openagi.p2p.messaging.parcel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.DeliveryOptions;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.inbox.DrainScheduler;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.inbox.InboxCounters;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.inbox.ReceiveStream;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.journal.JournalMessageStore;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.router.HandlerTable;
import org.openagi.p2p.messaging.sim.SimCrypto;
import org.openagi.p2p.messaging.sim.SimStream;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelRefusal;
import org.openagi.p2p.testkit.VirtualWorld;

/** One end of a conversation, with parcels and direct streams, that may crash and come back. */
final class SimNode implements SendLaneListener, SimCourier.Node {
  private static final JournalConfig JOURNAL = new JournalConfig(
      64 << 20,
      256 << 10,
      JournalConfig.Sync.ALWAYS,
      Duration.ofMinutes(30),
      0,
      DeadLetterLimits.DEFAULT);

  /** What a node of a test is made of. */
  record Setting(SendConfig send, ReceiveConfig receive, ParcelConfig parcels, boolean durable) {
    static Setting defaults() {
      return new Setting(
          SendConfig.defaults(), ReceiveConfig.defaults(), ParcelConfig.defaults(), false);
    }
  }

  /** A process. Nothing of it happens after its end. */
  private final class Life {
    final MessageStore store;
    final OutboxQuota quota = new OutboxQuota("test", null, 1_000_000, 1L << 34);
    final Map<Lane, SendLane> lanes = new EnumMap<>(Lane.class);
    final Map<Lane, OutboxLog<OutboxEntry>> logs = new EnumMap<>(Lane.class);
    final ParcelSender sender;
    final ParcelReceiver receiver;
    final Inbox inbox;
    final HandlerTable handlers = new HandlerTable();
    final List<SimStream> streams = new ArrayList<>();
    final Map<Lane, SimStream> attached = new EnumMap<>(Lane.class);
    private final SendResources resources = new SendResources(
        new ChunkEncoder(), new ZstdCompressor(1), UnpooledByteBufAllocator.DEFAULT);
    private boolean over;
    private long armedNanos = Long.MAX_VALUE;
    private boolean workPlanned;

    Life() throws IOException {
      store =
          setting.durable ? openJournal() : new MemoryMessageStore(world.random(), world.time());
      inbox = new Inbox(new InboxServices(
          setting.receive,
          self,
          self.toString(),
          PeerId::toString,
          handlers,
          store,
          drains(),
          new ZstdDecompressor(),
          world.time(),
          new InboxCounters(),
          (peer, message, cause) -> {}));
      ParcelPort port = new ParcelPort() {
        @Override
        public Way way(PeerId peer) {
          return courier.way(peer);
        }

        @Override
        public Bytes ownSealKey() {
          return prekeys.announcement();
        }

        @Override
        public void send(Parcel parcel, @Nullable PeerId avoid) {
          courier.send(self, parcel, avoid);
        }
      };
      ParcelSeal seal = new ParcelSeal(key);
      receiver = new ParcelReceiver(
          setting.parcels,
          inbox,
          prekeys,
          seal,
          port,
          new ParcelReceiverListener() {
            @Override
            public void wake() {
              after(0, receiver()::onWake);
            }

            @Override
            public void onReceipt(PeerId from, Receipt receipt) {
              try {
                sender().onReceipt(receipt);
              } catch (ProtocolViolationException e) {
                violations.add(e);
              }
            }

            @Override
            public void onViolation(PeerId from, ProtocolViolationException cause) {
              violations.add(cause);
            }
          },
          received,
          world.random(),
          world.time(),
          UnpooledByteBufAllocator.DEFAULT);
      sender = new ParcelSender(
          setting.parcels,
          peer,
          seal,
          port,
          stages,
          sent,
          new ChunkEncoder(),
          new ZstdCompressor(1),
          world.random(),
          world.time());
      for (Lane lane : Lane.values()) {
        OutboxLog<OutboxEntry> log = store.outbox(peer, lane);
        log.onReadable(() -> after(0, this::pump));
        logs.put(lane, log);
        SendLane engine = new SendLane(
            setting.send,
            self,
            peer,
            lane,
            log,
            quota,
            SimCrypto.signer(world),
            SimNode.this,
            world.time());
        lanes.put(lane, engine);
        quota.take(log.recoveredEntries(), log.recoveredBytes());
        sender.addLane(lane, engine);
      }
    }

    private ParcelSender sender() {
      return sender;
    }

    private ParcelReceiver receiver() {
      return receiver;
    }

    private JournalMessageStore openJournal() throws IOException {
      return JournalMessageStore.open(
          disk,
          JOURNAL,
          world.random(),
          world.time(),
          Runnable::run,
          new JournalListener() {
            @Override
            public void onFailed(String reason) {
              throw new AssertionError(reason);
            }

            @Override
            public void onTailCut(String file, long offset, long bytes) {}

            @Override
            public void onCompacted(String file, int entries, long bytes) {}
          },
          this::planWork);
    }

    private void planWork() {
      if (workPlanned) return;
      workPlanned = true;
      after(world.random().nextInt(3_000_000), () -> {
        workPlanned = false;
        ((JournalMessageStore) store).work();
      });
    }

    private DrainScheduler drains() {
      return new DrainScheduler() {
        @Override
        public void run(Runnable drain) {
          if (handlersHeld) held.add(() -> after(0, drain));
          else after(world.random().nextInt(50_000), drain);
        }

        @Override
        public void runAfter(Runnable drain, long delayNanos) {
          after(delayNanos, drain);
        }
      };
    }

    void after(long nanos, Runnable action) {
      world.after(nanos, () -> {
        if (over) return;
        action.run();
        arm();
      });
    }

    void pump() {
      lanes.values().forEach(SendLane::pump);
      sender.pump();
    }

    private void arm() {
      long due = Math.min(sender.nextDeadlineNanos(), receiver.nextDeadlineNanos());
      for (SendLane lane : lanes.values()) due = Math.min(due, lane.nextDeadlineNanos());
      if (due >= armedNanos) return;
      long at = due;
      armedNanos = at;
      after(Math.max(0, due - world.time().nanoTime()), () -> {
        if (armedNanos != at) return;
        armedNanos = Long.MAX_VALUE;
        lanes.values().forEach(SendLane::onTimer);
        sender.onTimer();
        receiver.onTimer();
        requireFuture("sender", sender.nextDeadlineNanos());
        requireFuture("receiver", receiver.nextDeadlineNanos());
      });
    }

    /** A machine whose deadline stays in the past would keep its thread busy for ever. */
    private void requireFuture(String machine, long deadlineNanos) {
      if (deadlineNanos <= world.time().nanoTime()) {
        throw new AssertionError(machine + " is due again at once after it was called");
      }
    }

    void end() {
      over = true;
      streams.forEach(SimStream::cut);
    }
  }

  private final VirtualWorld world;
  private final SimCourier courier;
  private final HostKey key;
  final PeerId self;
  private final PeerId peer;
  private final Setting setting;
  final Prekeys prekeys = new Prekeys(new SecureRandom());
  final ParcelReceiveCounters received = new ParcelReceiveCounters();
  final ParcelSendCounters sent = new ParcelSendCounters();
  final List<ProtocolViolationException> violations = new ArrayList<>();
  final List<Refuse> refusals = new ArrayList<>();
  final StageLog stages = new StageLog();
  private final List<Runnable> held = new ArrayList<>();
  private boolean handlersHeld;
  private SimDisk disk;
  private Life life;
  private java.util.function.@Nullable Consumer<NetworkMessage> handler;

  SimNode(VirtualWorld world, SimCourier courier, HostKey key, PeerId peer, Setting setting) {
    this.world = world;
    this.courier = courier;
    this.key = key;
    this.self = key.peerId();
    this.peer = peer;
    this.setting = setting;
    this.disk = new SimDisk(world.random());
    prekeys.rotate(world.time().epochMillis());
    live();
  }

  private void live() {
    try {
      life = new Life();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    java.util.function.Consumer<NetworkMessage> known = handler;
    if (known != null) life.handlers.addForAll(known::accept);
    courier.join(self, this, prekeys.announcement());
    life.after(0, life::pump);
  }

  void handle(java.util.function.Consumer<NetworkMessage> with) {
    handler = with;
    life.handlers.addForAll(with::accept);
  }

  /** The process dies and with it what it knew; the disk keeps what was forced. */
  void crash() {
    life.end();
    courier.leave(self);
    held.clear();
    handlersHeld = false;
    disk = disk.afterCrash();
  }

  /** Ends as a program does that is told to. */
  void stop() {
    life.receiver.close();
    crash();
  }

  void restart() {
    live();
  }

  void holdHandlers() {
    handlersHeld = true;
  }

  void releaseHandlers() {
    handlersHeld = false;
    List<Runnable> all = List.copyOf(held);
    held.clear();
    all.forEach(Runnable::run);
  }

  OutboxEntry submit(Lane lane, NetworkMessage message, DeliveryOptions options) {
    Life now = life;
    if (now.quota.reserve(message.payload().length()) != null) throw new IllegalStateException();
    OutboxLog<OutboxEntry> log = now.logs.get(lane);
    OutboxEntry entry = new OutboxEntry(
        message, new LaneNumbering(log.epoch(), lane), options.lifetimeMillis(), null);
    if (now.store.reserve(message) != null) throw new IllegalStateException("no space");
    log.append(entry);
    now.after(0, now::pump);
    return entry;
  }

  void startParcels() {
    life.sender.start();
    life.arm();
  }

  void stopParcels() {
    life.sender.stop();
  }

  ParcelSender sender() {
    return life.sender;
  }

  ParcelReceiver receiver() {
    return life.receiver;
  }

  Inbox inbox() {
    return life.inbox;
  }

  SendLane lane(Lane lane) {
    return life.lanes.get(lane);
  }

  boolean isIdle() {
    return life.lanes.values().stream().allMatch(SendLane::isIdle);
  }

  OutboxQuota quota() {
    return life.quota;
  }

  /** Connects a lane directly; a connection before it is cut. */
  void connect(Lane lane, SimNode to) {
    Life mine = life;
    Life theirs = to.life;
    SimStream stream = new SimStream(world, 50_000, 256 << 10, 4_000);
    mine.streams.add(stream);
    theirs.streams.add(stream);
    to.accept(theirs, stream, self);
    SendLane engine = mine.lanes.get(lane);
    SimStream before = mine.attached.put(lane, stream);
    if (before != null) before.cut();
    stream.opener.setReceiver(new SimStream.Receiver() {
      @Override
      public void onData(ByteBuf data) {
        if (!isCurrent()) return;
        try {
          engine.onBytes(data);
        } catch (ProtocolViolationException e) {
          violations.add(e);
          stream.cut();
        }
        mine.arm();
      }

      @Override
      public void onReadComplete() {}

      @Override
      public void onWritable() {
        if (!isCurrent()) return;
        engine.pump();
        mine.arm();
      }

      private boolean isCurrent() {
        return !mine.over && mine.attached.get(lane) == stream;
      }

      @Override
      public void onRemoteClosed() {
        stream.cut();
      }

      @Override
      public void onClosed() {
        if (!isCurrent()) return;
        engine.detach();
        mine.attached.remove(lane);
      }
    });
    engine.attach(stream.opener, mine.resources);
    mine.arm();
  }

  void disconnect() {
    life.streams.forEach(SimStream::cut);
    life.streams.clear();
  }

  private void accept(Life mine, SimStream stream, PeerId from) {
    ReceiveStream[] engine = new ReceiveStream[1];
    engine[0] = mine.inbox.accept(
        from,
        stream.acceptor,
        SimCrypto.verifier(world, e -> fail(stream, e), () -> {}),
        () -> mine.after(0, () -> guard(mine, stream, engine[0]::onProgress)),
        UnpooledByteBufAllocator.DEFAULT);
    stream.acceptor.setReceiver(new SimStream.Receiver() {
      @Override
      public void onData(ByteBuf data) {
        guard(mine, stream, () -> engine[0].onBytes(data));
      }

      @Override
      public void onReadComplete() {
        guard(mine, stream, engine[0]::onReadComplete);
      }

      @Override
      public void onWritable() {}

      @Override
      public void onRemoteClosed() {
        if (!mine.over) engine[0].onRemoteClosed();
      }

      @Override
      public void onClosed() {
        if (!mine.over) engine[0].onClosed();
      }
    });
  }

  private interface Step {
    void run() throws ProtocolViolationException;
  }

  private void guard(Life mine, SimStream stream, Step step) {
    if (mine.over) return;
    try {
      step.run();
    } catch (ProtocolViolationException e) {
      fail(stream, e);
    }
  }

  private void fail(SimStream stream, ProtocolViolationException e) {
    violations.add(e);
    world.after(0, stream::cut);
  }

  @Override
  public void onSettled(List<OutboxEntry> entries) {
    for (OutboxEntry entry : entries) {
      life.quota.release(1, entry.message().payload().length());
      entry.tellObservers();
    }
  }

  @Override
  public void onRefused(Refuse refuse) {
    refusals.add(refuse);
  }

  // ---- the courier's ----

  @Override
  public void onParcel(Parcel parcel) {
    life.receiver.onParcel(parcel);
    life.arm();
  }

  @Override
  public void onTaken(Bytes id, PeerId by) {
    life.sender.onTaken(id, by);
    life.arm();
  }

  @Override
  public void onRefused(Bytes id, PeerId by, ParcelRefusal why) {
    life.sender.onRefused(id, by, why);
    life.arm();
  }

  @Override
  public void onWay(PeerId of) {
    life.sender.onWayChanged();
    life.receiver.onWayChanged(of);
    life.arm();
  }
}
