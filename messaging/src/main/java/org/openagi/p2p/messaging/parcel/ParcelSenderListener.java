package org.openagi.p2p.messaging.parcel;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.overlay.relay.Parcel;

/** Decides whether a {@link ParcelSender} may send, and hears what becomes of its parcels. On its owner. */
public interface ParcelSenderListener {
  /**
   * Whether a parcel of a lane may be sent now. If not, {@link ParcelSender#pump} is called when it may.
   */
  boolean maySend(Lane lane);

  /** So many bytes of a lane were sent. */
  void onSent(Lane lane, int bytes);

  /**
   * What happened to messages.
   *
   * @param first the lowest number
   * @param end one more than the highest
   */
  void onStage(Lane lane, long first, long end, Stage stage);

  /** A parcel that a neighbour took arrived, by the recipient's receipt. */
  default void onCarried(PeerId by) {}

  /** A parcel that a neighbour took did not arrive, although others did: sent later, or by another neighbour. */
  default void onLost(PeerId by) {}

  /** A stage of a parcel. */
  sealed interface Stage {
    /**
     * Given to the courier.
     *
     * @param hops links to the recipient as far as is known; 0 for a mailbox
     * @param mail whether it goes into one
     */
    record Sent(int hops, boolean mail) implements Stage {}

    /**
     * The next node has it.
     *
     * @param afterNanos from giving it to the courier until that was known
     */
    record Taken(PeerId by, long afterNanos) implements Stage {}

    /**
     * Not taken, or not heard of in time.
     *
     * @param by who refused it, null if nobody did
     */
    record Lost(@Nullable PeerId by, String why) implements Stage {}

    /**
     * The recipient has it.
     *
     * @param roundTripNanos from sending to the receipt
     * @param ageMicros of that, how long the recipient took until it sent the receipt
     * @param trail the nodes it passed, as they said themselves
     */
    record Arrived(long roundTripNanos, long ageMicros, List<Parcel.Hop> trail) implements Stage {
      /** Copies. */
      public Arrived {
        trail = List.copyOf(trail);
      }
    }
  }
}
