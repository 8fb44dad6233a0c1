package org.openagi.p2p.net.upgrade;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** One upgrade of a raw channel, for Java Flight Recorder. Confined to the thread of the upgrade. */
@Name("p2p.Handshake")
@Label("Handshake")
@Description("From the open socket to a secured connection with a multiplexer, or to its failure")
@Category("P2P")
@StackTrace(false)
final class HandshakeEvent extends Event {
  @Label("Remote Address")
  @Nullable
  String address;

  @Label("Peer")
  @Description("Peer id; of a failed dial the one that was expected, of another failure none")
  @Nullable
  String peer;

  @Label("Outgoing")
  boolean outgoing;

  @Label("Stage")
  @Description(
      "What was done last: security negotiation, the handshake of that protocol, multiplexer negotiation")
  @Nullable
  String stage;

  @Label("Multiplexer")
  @Nullable
  String muxer;

  @Label("Failure")
  @Description("None if it succeeded")
  @Nullable
  String failure;

  private HandshakeEvent() {}

  /** Begins one; nothing, and next to no work, as long as nobody has recorded anything. */
  static @Nullable HandshakeEvent begun() {
    if (!FlightRecorder.isInitialized()) return null;
    HandshakeEvent event = new HandshakeEvent();
    event.begin();
    return event;
  }
}
