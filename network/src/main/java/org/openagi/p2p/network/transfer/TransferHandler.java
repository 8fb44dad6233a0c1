package org.openagi.p2p.network.transfer;

/** Decides what becomes of offers. */
@FunctionalInterface
public interface TransferHandler {
  /**
   * Somebody offers a transfer. Called on a virtual thread, once for each transfer unless this node was
   * restarted meanwhile; may block, and may also decide later, on any thread, within ten minutes. An
   * offer that is not decided by then, or whose handler throws, is refused.
   */
  void onTransfer(IncomingOffer offer);
}
