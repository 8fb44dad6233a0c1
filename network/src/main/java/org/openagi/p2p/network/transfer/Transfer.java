package org.openagi.p2p.network.transfer;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.openagi.p2p.messaging.transfer.TransferId;

/** One payload on its way, seen from one of its ends. Safe for any thread. */
public interface Transfer {
  /** The same at both ends, over all connections it takes. */
  TransferId id();

  /** The other end: as it was given to send to, or the peer id of who sends. */
  String peer();

  /** What the sender calls the content. Not to be used as a path, nor shown unescaped. */
  String name();

  /** The file it is received into, under its final name; empty if there is none or it is not open yet. */
  Optional<Path> file();

  /** How far it is. */
  TransferState state();

  /** How much has moved, and how fast. */
  TransferProgress progress();

  /** Adds one who hears of changes from now on. */
  void addListener(TransferListener listener);

  /**
   * Ends it, unless it has ended. The other side is told; what the recipient has of it is deleted, as
   * the sender does not remember it either. Returns at once.
   */
  void cancel();

  /** Completes on a virtual thread when it has ended; never fails. Cancelling it changes nothing. */
  CompletableFuture<TransferOutcome> outcome();
}
