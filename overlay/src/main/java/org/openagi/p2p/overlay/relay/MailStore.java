package org.openagi.p2p.overlay.relay;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Where parcels are kept for recipients that are away. Quotas, order and expiry are not its business. Called by the overlay's
 * owner; answers come on the owner, from within the call or later.
 */
public interface MailStore {
  /**
   * What is known of a parcel that is kept, without its content.
   *
   * @param number grows with each parcel of a store; hands them over in this order
   * @param key which copy of which parcel
   * @param to its recipient
   * @param depositor the neighbour it came by, or this node
   * @param bytes of its content
   * @param keptEpochMillis when it came, by the wall clock
   * @param expiresEpochMillis when it is worth nothing any more
   */
  record Mail(
      long number,
      ParcelKey key,
      PeerId to,
      PeerId depositor,
      int bytes,
      long keptEpochMillis,
      long expiresEpochMillis) {}

  /** What is kept, in ascending order of numbers; asked for once, at the start. */
  List<Mail> entries();

  /**
   * Keeps a parcel.
   *
   * @param kept true once it will be there after a crash, as far as this store promises that; false if it can't be kept
   */
  void put(Mail mail, Parcel parcel, Consumer<Boolean> kept);

  /** Reads a parcel; empty if it can't be read, in which case it is removed by the caller. */
  void load(Mail mail, Consumer<Optional<Parcel>> loaded);

  /** Removes a parcel. */
  void remove(Mail mail);
}
