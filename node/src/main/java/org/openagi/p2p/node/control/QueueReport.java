package org.openagi.p2p.node.control;

import java.util.function.Consumer;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.messaging.StoreReport;

/** Says what was found in the files of a queue: the answer to {@code queue.verify}. */
public final class QueueReport {
  private QueueReport() {}

  /** One object for each damage and for a torn end, then one for all. */
  public static void tell(StoreReport report, Consumer<JsonObject> reply) {
    for (StoreReport.Damage each : report.damages()) {
      reply.accept(new JsonObject()
          .put("event", "damaged")
          .put("file", each.file())
          .put("offset", each.offset())
          .put("what", each.what()));
    }
    StoreReport.Torn torn = report.torn();
    if (torn != null) {
      reply.accept(new JsonObject()
          .put("event", "torn")
          .put("file", torn.file())
          .put("offset", torn.offset())
          .put("bytes", torn.bytes()));
    }
    reply.accept(new JsonObject()
        .put("event", "verified")
        .put("sound", report.isSound())
        .put("files", report.files())
        .put("records", report.records())
        .put("bytes", report.bytes())
        .put("messages", report.messages())
        .put("deadLetters", report.deadLetters())
        .put("damages", report.damages().size() + report.moreDamages())
        .put("inUse", report.inUse()));
  }
}
