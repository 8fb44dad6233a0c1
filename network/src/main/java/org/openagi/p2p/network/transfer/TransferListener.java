package org.openagi.p2p.network.transfer;

/** Hears how a transfer goes. */
@FunctionalInterface
public interface TransferListener {
  /**
   * The state has changed, or some progress was made, which is told about five times a second. Called
   * on the thread that moves the content, so what takes long here slows the transfer.
   */
  void onChange(Transfer transfer);
}
