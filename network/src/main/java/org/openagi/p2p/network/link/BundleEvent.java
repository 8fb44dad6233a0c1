package org.openagi.p2p.network.link;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;

/** The signature of one bundle of messages, made or verified, for Java Flight Recorder. Used by one thread after the other. */
@Name("p2p.Bundle")
@Label("Bundle Signature")
@Description(
    "A bundle of messages was signed or verified: from the order to a worker thread to its end")
@Category("P2P")
@StackTrace(false)
final class BundleEvent extends Event {
  @Label("Incoming")
  @Description("Whether it was verified; otherwise it was signed")
  boolean incoming;

  @Label("Signer")
  @Description("Peer id")
  @Nullable
  String signer;

  @Label("Waited")
  @Description("For the worker thread")
  @Timespan(Timespan.NANOSECONDS)
  long waited;

  @Label("Genuine")
  boolean genuine;

  /** Transient fields are not recorded. */
  private transient long orderedNanos;

  private BundleEvent() {}

  /** Begins one; nothing, and next to no work, as long as nobody has recorded anything. */
  static @Nullable BundleEvent begun() {
    if (!FlightRecorder.isInitialized()) return null;
    BundleEvent event = new BundleEvent();
    if (!event.isEnabled()) return null;
    event.orderedNanos = System.nanoTime();
    event.begin();
    return event;
  }

  /** The worker has come to it. */
  void onWork() {
    waited = System.nanoTime() - orderedNanos;
  }

  /** The worker is done with it. */
  void onDone(boolean verified, PublicKey key, boolean isGenuine) {
    if (!shouldCommit()) return;
    incoming = verified;
    signer = PeerId.of(key).toString();
    genuine = isGenuine;
    commit();
  }
}
