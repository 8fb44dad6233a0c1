package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.testkit.VirtualWorld;

/** The sending lanes of one node to one peer, run by a world. */
public final class SimSender implements SendLaneListener {
  private final VirtualWorld world;
  private final MessageStore store;
  public final OutboxQuota quota = new OutboxQuota("test", null, 1_000_000, 1L << 34);
  public final Map<Lane, SendLane> lanes = new EnumMap<>(Lane.class);
  public final Map<Lane, OutboxLog<OutboxEntry>> logs = new EnumMap<>(Lane.class);
  public final List<Refuse> refusals = new ArrayList<>();
  public final List<ProtocolViolationException> violations = new ArrayList<>();
  private final SendResources resources = new SendResources(
      new ChunkEncoder(), new ZstdCompressor(1), UnpooledByteBufAllocator.DEFAULT);

  public SimSender(VirtualWorld world, PeerId self, PeerId recipient, SendConfig config) {
    this.world = world;
    this.store = new MemoryMessageStore(world.random(), world.time());
    for (Lane lane : Lane.values()) {
      OutboxLog<OutboxEntry> log = store.outbox(recipient, lane);
      logs.put(lane, log);
      lanes.put(
          lane,
          new SendLane(
              config,
              self,
              recipient,
              lane,
              log,
              quota,
              SimCrypto.signer(world),
              this,
              world.time()));
    }
  }

  public OutboxEntry submit(NetworkMessage message, long lifetimeMillis) {
    Lane lane = message.messageType().lane();
    if (quota.reserve(message.payload().length()) != null) throw new IllegalStateException("full");
    OutboxLog<OutboxEntry> log = logs.get(lane);
    OutboxEntry entry =
        new OutboxEntry(message, new LaneNumbering(log.epoch(), lane), lifetimeMillis, null);
    log.append(entry);
    world.after(0, () -> {
      lanes.get(lane).pump();
      arm(lane);
    });
    return entry;
  }

  public void attach(Lane lane, SimStream stream) {
    attach(lane, stream.opener, stream.opener::setReceiver, stream::cut);
  }

  public void attach(Lane lane, PeerLink link, Consumer<SimStream.Receiver> events, Runnable cut) {
    SendLane to = lanes.get(lane);
    events.accept(new SimStream.Receiver() {
      @Override
      public void onData(ByteBuf data) {
        try {
          to.onBytes(data);
          arm(lane);
        } catch (ProtocolViolationException e) {
          violations.add(e);
          cut.run();
        }
      }

      @Override
      public void onReadComplete() {}

      @Override
      public void onWritable() {
        to.pump();
        arm(lane);
      }

      @Override
      public void onRemoteClosed() {
        cut.run();
      }

      @Override
      public void onClosed() {
        to.detach();
      }
    });
    to.attach(link, resources);
    arm(lane);
  }

  private final Map<Lane, Long> armed = new EnumMap<>(Lane.class);

  private void arm(Lane lane) {
    SendLane of = lanes.get(lane);
    long due = of.nextDeadlineNanos();
    long already = armed.getOrDefault(lane, SendLane.NEVER);
    if (due == SendLane.NEVER || due >= already) return;
    armed.put(lane, due);
    world.after(Math.max(0, due - world.time().nanoTime()), () -> {
      if (armed.getOrDefault(lane, SendLane.NEVER) != due) return;
      armed.remove(lane);
      of.onTimer();
      arm(lane);
    });
  }

  @Override
  public void onSettled(List<OutboxEntry> entries) {
    for (OutboxEntry entry : entries) {
      quota.release(1, entry.message().payload().length());
      entry.tellObservers();
    }
  }

  @Override
  public void onRefused(Refuse refuse) {
    refusals.add(refuse);
  }
}
