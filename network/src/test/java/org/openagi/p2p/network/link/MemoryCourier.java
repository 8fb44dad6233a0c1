package org.openagi.p2p.network.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.Courier;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.Reach;

/** An overlay of one relay in memory, on one thread, and a mailbox for who is said to be away. */
final class MemoryCourier implements AutoCloseable {
  private final PeerId relay;
  private final ExecutorService thread = Executors.newSingleThreadExecutor(
      task -> Thread.ofPlatform().daemon().name("test-courier").unstarted(task));
  private final Map<PeerId, End> ends = new HashMap<>();
  private final Map<PeerId, Bytes> keys = new HashMap<>();
  private final Map<PeerId, Reach.Kind> reaches = new HashMap<>();
  private final Map<PeerId, List<Parcel>> mail = new HashMap<>();
  private int carried;

  MemoryCourier(PeerId relay) {
    this.relay = relay;
  }

  private final class End implements Courier {
    private final PeerId self;
    private @Nullable Listener listener;

    End(PeerId self) {
      this.self = self;
    }

    @Override
    public void setListener(Listener hears) {
      listener = hears;
    }

    @Override
    public Reach reach(PeerId peer) {
      Reach.Kind kind = reaches.getOrDefault(peer, Reach.Kind.NONE);
      return kind == Reach.Kind.NONE ? Reach.NONE : new Reach(kind, List.of(relay), 2, 1_000);
    }

    @Override
    public Optional<Bytes> sealKey(PeerId peer) {
      return Optional.ofNullable(keys.get(peer));
    }

    @Override
    public void announceSealKey(Bytes key) {
      keys.put(self, key);
    }

    @Override
    public void send(Parcel parcel, @Nullable PeerId avoid) {
      tell(self, to -> to.onTaken(parcel.id(), relay));
      if (reaches.get(parcel.to()) == Reach.Kind.ROUTED) pass(parcel);
      else if (parcel.keep())
        mail.computeIfAbsent(parcel.to(), to -> new ArrayList<>()).add(parcel);
    }
  }

  private void tell(PeerId node, Consumer<Courier.Listener> what) {
    End end = ends.get(node);
    Courier.Listener hears = end == null ? null : end.listener;
    if (hears != null) what.accept(hears);
  }

  private void pass(Parcel parcel) {
    carried++;
    tell(parcel.to(), to -> to.onParcel(relay, parcel));
  }

  /** What a node uses. */
  CourierLine line(PeerId self) {
    return task -> thread.execute(() -> task.accept(ends.computeIfAbsent(self, End::new)));
  }

  /** How others reach a node from now on. */
  void reach(PeerId peer, Reach.Kind kind) {
    thread.execute(() -> {
      reaches.put(peer, kind);
      if (kind == Reach.Kind.ROUTED) mail.getOrDefault(peer, new ArrayList<>()).forEach(this::pass);
      if (kind == Reach.Kind.ROUTED) mail.remove(peer);
      for (End end : ends.values()) {
        tell(end.self, to -> to.onReachChanged(peer, end.reach(peer)));
      }
    });
  }

  int carried() throws Exception {
    return thread.submit(() -> carried).get();
  }

  int mailOf(PeerId peer) throws Exception {
    return thread.submit(() -> mail.getOrDefault(peer, List.of()).size()).get();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
