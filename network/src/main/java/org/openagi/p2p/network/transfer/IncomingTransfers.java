package org.openagi.p2p.network.transfer;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferReason;

/**
 * The incoming transfers of a node: those with a stream, up to the limits of the configuration, and
 * those that wait for another one. Safe for any thread.
 */
final class IncomingTransfers {
  private final TransferConfig config;
  private final TimeSource time;
  private final TransferCounters counters;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock; of those without a stream, the one that lost it first comes first. */
  private final Map<IncomingTransfer.Key, IncomingTransfer> transfers = new LinkedHashMap<>();

  private boolean closed;

  IncomingTransfers(TransferConfig config, TimeSource time, TransferCounters counters) {
    this.config = config;
    this.time = time;
    this.counters = counters;
  }

  /**
   * Makes a session the one that serves a transfer, in place of another one if there is.
   *
   * @throws TransferException if there are too many, or the id is in use for something else
   */
  IncomingTransfer enter(ReceiveSession session, IncomingTransfer.Key key, Offer offer)
      throws TransferException, InterruptedException {
    IncomingTransfer transfer;
    ReceiveSession previous;
    lock.lock();
    try {
      if (closed) throw new TransferException(TransferReason.GOING_AWAY, "shutting down");
      IncomingTransfer known = transfers.get(key);
      if (known != null && !known.offer().equals(offer))
        throw new TransferException(
            TransferReason.PROTOCOL_VIOLATION, "the id is in use for another offer");
      previous = known == null ? null : known.active;
      if (previous == null) requireRoom(key);
      transfer = known == null ? new IncomingTransfer(key, offer, time, this) : known;
      transfers.put(key, transfer);
      transfer.active = session;
    } finally {
      lock.unlock();
    }
    if (previous != null) previous.giveWay();
    return transfer;
  }

  private void requireRoom(IncomingTransfer.Key key) throws TransferException {
    int all = 0;
    int ofPeer = 0;
    for (IncomingTransfer each : transfers.values()) {
      if (each.active == null) continue;
      all++;
      if (each.key().sender().equals(key.sender())) ofPeer++;
    }
    if (ofPeer >= config.maxPerPeer())
      throw new TransferException(
          TransferReason.BUSY, "at most " + config.maxPerPeer() + " transfers from one peer");
    if (all >= config.maxTotal())
      throw new TransferException(
          TransferReason.BUSY, "at most " + config.maxTotal() + " transfers at a time");
  }

  /** The session has left the transfer, which may go on in another one. */
  void park(ReceiveSession session, IncomingTransfer transfer) {
    List<IncomingTransfer> dropped = new ArrayList<>();
    lock.lock();
    try {
      if (transfer.active != session) return; // another one has it already
      transfer.active = null;
      transfer.parkedNanos = time.nanoTime();
      transfers.remove(transfer.key());
      if (closed) dropped.add(transfer);
      else transfers.put(transfer.key(), transfer);
      dropped.addAll(takeParked(config.maxInterrupted(), Long.MAX_VALUE));
    } finally {
      lock.unlock();
    }
    dropped.forEach(each -> drop(each, "too many interrupted transfers"));
  }

  /** The transfer is over. */
  void remove(IncomingTransfer transfer) {
    lock.lock();
    try {
      transfers.remove(transfer.key(), transfer);
    } finally {
      lock.unlock();
    }
  }

  /** Ends those whose sender did not come back in time. */
  void sweep() {
    List<IncomingTransfer> late;
    lock.lock();
    try {
      late = takeParked(Integer.MAX_VALUE, config.stallLimit().toNanos());
    } finally {
      lock.unlock();
    }
    late.forEach(each -> drop(each, "its sender did not come back"));
  }

  private List<IncomingTransfer> takeParked(int keep, long maxAgeNanos) {
    List<IncomingTransfer> taken = new ArrayList<>();
    long now = time.nanoTime();
    long parked =
        transfers.values().stream().filter(each -> each.active == null).count();
    Iterator<IncomingTransfer> all = transfers.values().iterator();
    while (all.hasNext()) {
      IncomingTransfer each = all.next();
      if (each.active != null) continue;
      if (parked <= keep && now - each.parkedNanos < maxAgeNanos) break;
      all.remove();
      taken.add(each);
      parked--;
    }
    return taken;
  }

  private void drop(IncomingTransfer transfer, String why) {
    ReceivingStore store = transfer.store();
    if (store != null) store.close();
    counters.onEnded(TransferReason.UNREACHABLE);
    transfer.handle().fail(new TransferOutcome.Failed(TransferReason.UNREACHABLE, why));
  }

  /** Ends one for a reason of this side. */
  void stop(IncomingTransfer transfer, TransferException why) {
    @Nullable ReceiveSession session;
    lock.lock();
    try {
      session = transfer.active;
      if (session == null) transfers.remove(transfer.key(), transfer);
    } finally {
      lock.unlock();
    }
    if (session != null) {
      session.abort(why);
      return;
    }
    ReceivingStore store = transfer.store();
    if (store != null) store.discard();
    counters.onEnded(why.reason());
    transfer.handle().fail(new TransferOutcome.Failed(why.reason(), why.detail()));
  }

  /** Ends all, so that they can go on after a restart. */
  void close() {
    List<ReceiveSession> sessions;
    List<IncomingTransfer> parked;
    lock.lock();
    try {
      closed = true;
      sessions = transfers.values().stream()
          .flatMap(each -> java.util.stream.Stream.ofNullable(each.active))
          .toList();
      parked = takeParked(0, 0);
    } finally {
      lock.unlock();
    }
    sessions.forEach(
        each -> each.abort(new TransferException(TransferReason.GOING_AWAY, "shutting down")));
    parked.forEach(each -> drop(each, "this node is shutting down"));
    sessions.forEach(ReceiveSession::awaitEnd);
  }

  int size() {
    lock.lock();
    try {
      return transfers.size();
    } finally {
      lock.unlock();
    }
  }
}
