package org.openagi.p2p.network.store;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** What was written to a file of the queue was made durable, for Java Flight Recorder. Confined to the disk's thread. */
@Name("p2p.StoreCommit")
@Label("Store Commit")
@Description("The disk was told to keep what had been written to a file of the message queue")
@Category("P2P")
@StackTrace(false)
final class StoreCommitEvent extends Event {
  @Label("File")
  @Nullable
  String file;

  @Label("Bytes")
  @Description("Written since the last commit of the file")
  @DataAmount
  long bytes;

  private StoreCommitEvent() {}

  /** Begins one; nothing, and next to no work, as long as nobody has recorded anything. */
  static @Nullable StoreCommitEvent begun() {
    if (!FlightRecorder.isInitialized()) return null;
    StoreCommitEvent event = new StoreCommitEvent();
    event.begin();
    return event;
  }
}
