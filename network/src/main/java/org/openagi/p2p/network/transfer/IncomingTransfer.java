package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferId;
import org.openagi.p2p.messaging.transfer.TransferReason;

/** A transfer from a peer, over as many streams as it takes. */
final class IncomingTransfer {
  /** What names it: ids of different senders have nothing to do with each other. */
  record Key(PeerId sender, TransferId id) {
    Bytes bytes() {
      return Digests.sha256(sender.toBytes(), id.bytes());
    }
  }

  /** Makes the store, once somebody is there to wait for it. */
  interface Opener {
    ReceivingStore open() throws IOException;
  }

  private final Key key;
  private final Offer offer;
  private final TransferHandle handle;
  private final CompletableFuture<Opener> decision = new CompletableFuture<>();
  private final AtomicBoolean asked = new AtomicBoolean();

  // Guarded by the lock of IncomingTransfers.
  @Nullable
  ReceiveSession active;

  long parkedNanos;

  /** Of the session that is active. */
  private @Nullable ReceivingStore store;

  IncomingTransfer(Key key, Offer offer, TimeSource time, IncomingTransfers registry) {
    this.key = key;
    this.offer = offer;
    this.handle = new TransferHandle(
        offer.id(),
        key.sender().toString(),
        offer.name(),
        offer.size(),
        time,
        () -> registry.stop(
            this, new TransferException(TransferReason.CANCELLED, "cancelled by the recipient")));
  }

  Key key() {
    return key;
  }

  Offer offer() {
    return offer;
  }

  TransferHandle handle() {
    return handle;
  }

  CompletableFuture<Opener> decision() {
    return decision;
  }

  /** Whether this is the first to ask; the application is asked once. */
  boolean ask() {
    return asked.compareAndSet(false, true);
  }

  void accept(Opener opener) {
    if (!decision.complete(opener))
      throw new IllegalStateException("the offer '" + offer.id() + "' was decided before");
  }

  void refuse(TransferReason reason, String detail) {
    decision.completeExceptionally(new TransferException(reason, detail));
  }

  @Nullable
  ReceivingStore store() {
    return store;
  }

  void setStore(ReceivingStore made) {
    store = made;
    if (made instanceof FileStore file) handle.setFile(file.target());
  }
}
