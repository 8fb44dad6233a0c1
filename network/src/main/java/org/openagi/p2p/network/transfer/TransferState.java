package org.openagi.p2p.network.transfer;

/** How far a transfer is. */
public enum TransferState {
  /** The peer is looked for, or asked. */
  OFFERED(false),
  /** One side reads what it has, to be sure of it. */
  CHECKING(false),
  /** Content is moving. */
  RUNNING(false),
  /** The connection was lost, or the peer is busy; it goes on when that ends. */
  INTERRUPTED(false),
  /** Everything is at the recipient, and is what was sent. */
  COMPLETED(true),
  /** It did not come to that. */
  FAILED(true);

  private final boolean last;

  TransferState(boolean last) {
    this.last = last;
  }

  /** Whether nothing follows. */
  public boolean isLast() {
    return last;
  }
}
