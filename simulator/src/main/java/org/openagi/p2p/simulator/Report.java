package org.openagi.p2p.simulator;

import java.util.List;
import org.openagi.p2p.simulator.check.Finding;

/**
 * What a simulation came to.
 *
 * @param traceHash equal for two runs of the same seed
 * @param events that happened
 * @param virtualSeconds that passed
 * @param wallMillis that it took
 * @param faults that there were
 * @param submitted messages
 * @param handled how often a handler took one
 * @param acknowledged messages whose sender was told so
 * @param expired messages whose sender was told so
 * @param refused messages whose sender was told so
 * @param parcels of messages and receipts that others carried to their recipients
 * @param bytes on the wire in all
 * @param findings promises that were broken, the first ones
 * @param broken how many there are
 */
public record Report(
    long traceHash,
    long events,
    double virtualSeconds,
    long wallMillis,
    int faults,
    int submitted,
    int handled,
    int acknowledged,
    int expired,
    int refused,
    int parcels,
    long bytes,
    List<Finding> findings,
    int broken) {
  /** Copies. */
  public Report {
    findings = List.copyOf(findings);
  }

  /** Whether all promises were kept. */
  public boolean isClean() {
    return broken == 0;
  }
}
