package org.openagi.p2p.network;

import java.time.Instant;
import java.util.Optional;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of what happens to the journal of messages. Safe for any thread. */
record QueueFaults(EventBus events, TimeSource time) implements JournalListener {
  private static final Logger LOG = LoggerFactory.getLogger(QueueFaults.class);

  @Override
  public void onFailed(String reason) {
    LOG.atError().addKeyValue("cause", reason).log("the message queue takes nothing any more");
    events.publish(new FaultEvent(
        Instant.ofEpochMilli(time.epochMillis()),
        Fault.STORAGE_FAILED,
        Optional.empty(),
        reason,
        "messages are refused and none is acknowledged until the node is started anew"));
  }

  @Override
  public void onTailCut(String file, long offset, long bytes) {
    LOG.atInfo()
        .addKeyValue("file", file)
        .addKeyValue("offset", offset)
        .addKeyValue("bytes", bytes)
        .log("cut the torn end of the message queue, nothing of it had been accepted");
  }

  @Override
  public void onCompacted(String file, int entries, long bytes) {
    LOG.atDebug()
        .addKeyValue("file", file)
        .addKeyValue("entries", entries)
        .addKeyValue("bytes", bytes)
        .log("moved old messages so that their file could go");
  }
}
