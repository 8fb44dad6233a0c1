package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.MemoryMessageStore;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.inbox.DrainScheduler;
import org.openagi.p2p.messaging.inbox.Inbox;
import org.openagi.p2p.messaging.inbox.InboxCounters;
import org.openagi.p2p.messaging.inbox.InboxServices;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.inbox.ReceiveStream;
import org.openagi.p2p.messaging.router.HandlerTable;
import org.openagi.p2p.testkit.VirtualWorld;

/** The inbox of one node, run by a world. */
public final class SimReceiver {
  private final VirtualWorld world;
  private final PeerId sender;
  public final HandlerTable handlers = new HandlerTable();
  public final Inbox inbox;
  public final List<ProtocolViolationException> violations = new ArrayList<>();
  public final List<ReceiveStream> streams = new ArrayList<>();
  private boolean drainsHeld;
  private final List<Runnable> heldDrains = new ArrayList<>();

  public SimReceiver(VirtualWorld world, PeerId self, PeerId sender, ReceiveConfig config) {
    this.world = world;
    this.sender = sender;
    DrainScheduler scheduler = new DrainScheduler() {
      @Override
      public void run(Runnable drain) {
        if (drainsHeld) heldDrains.add(drain);
        else world.after(world.random().nextInt(50_000), drain);
      }

      @Override
      public void runAfter(Runnable drain, long delayNanos) {
        world.after(delayNanos, drain);
      }
    };
    inbox = new Inbox(new InboxServices(
        config,
        self,
        self.toString(),
        PeerId::toString,
        handlers,
        new MemoryMessageStore(world.random(), world.time()),
        scheduler,
        new ZstdDecompressor(),
        world.time(),
        new InboxCounters(),
        (peer, message, cause) -> {}));
  }

  /** Handlers stand still until {@link #releaseDrains}. */
  public void holdDrains() {
    drainsHeld = true;
  }

  public void releaseDrains() {
    drainsHeld = false;
    for (Runnable drain : List.copyOf(heldDrains)) world.after(0, drain);
    heldDrains.clear();
  }

  public ReceiveStream accept(SimStream stream) {
    return accept(stream.acceptor, stream.acceptor::setReceiver, stream::cut);
  }

  public ReceiveStream accept(PeerLink link, Consumer<SimStream.Receiver> events, Runnable cut) {
    ReceiveStream[] self = new ReceiveStream[1];
    ReceiveStream made = inbox.accept(
        sender,
        link,
        SimCrypto.verifier(world, e -> fail(cut, e), () -> arm(cut, self[0])),
        () -> world.after(0, () -> guard(cut, self[0], self[0]::onProgress)),
        UnpooledByteBufAllocator.DEFAULT);
    self[0] = made;
    streams.add(made);
    events.accept(new SimStream.Receiver() {
      @Override
      public void onData(ByteBuf data) {
        guard(cut, made, () -> made.onBytes(data));
      }

      @Override
      public void onReadComplete() {
        guard(cut, made, made::onReadComplete);
      }

      @Override
      public void onWritable() {}

      @Override
      public void onRemoteClosed() {
        made.onRemoteClosed();
      }

      @Override
      public void onClosed() {
        made.onClosed();
      }
    });
    return made;
  }

  private interface Step {
    void run() throws ProtocolViolationException;
  }

  private void guard(Runnable cut, ReceiveStream of, Step step) {
    try {
      step.run();
    } catch (ProtocolViolationException e) {
      fail(cut, e);
    }
    arm(cut, of);
  }

  private void fail(Runnable cut, ProtocolViolationException e) {
    violations.add(e);
    // The answer that names the rule goes out before the end.
    world.after(10_000_000, cut);
  }

  private final Map<ReceiveStream, Long> armed = new HashMap<>();

  private void arm(Runnable cut, ReceiveStream of) {
    long due = of.nextDeadlineNanos();
    if (due >= armed.getOrDefault(of, ReceiveStream.NEVER)) return;
    armed.put(of, due);
    world.after(Math.max(0, due - world.time().nanoTime()), () -> {
      if (armed.getOrDefault(of, ReceiveStream.NEVER) != due) return;
      armed.remove(of);
      guard(cut, of, of::onTimer);
    });
  }
}
