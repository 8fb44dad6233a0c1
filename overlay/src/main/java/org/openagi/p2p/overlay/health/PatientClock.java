package org.openagi.p2p.overlay.health;

import org.openagi.p2p.overlay.OverlayMachine;

/**
 * Time without the time in which this machine did not let us run: whoever is judged by it is not accused of a silence
 * that was ours. It is told of each call and of the deadline that was set for it; by how much the call comes too late is
 * left out, and a grace as well, in which what arrived meanwhile is read. Confined to its owner.
 */
final class PatientClock {
  private final long toleranceNanos;
  private final long graceNanos;
  private long excusedNanos;
  private long lateNanos;
  private long latestNanos;
  private long realNanos;
  private long gracedNanos;
  private boolean started;

  /**
   * Makes a clock that is in step with the real one.
   *
   * @param toleranceNanos how late a call may be and still count in full
   * @param graceNanos how long the clock stands still after a late call; at most half of the time is grace, so that it
   *     goes on if all calls are late
   */
  PatientClock(long toleranceNanos, long graceNanos) {
    this.toleranceNanos = toleranceNanos;
    this.graceNanos = graceNanos;
  }

  /**
   * A call came.
   *
   * @param nowNanos real time
   * @param dueNanos when, in patient time, one was due; {@link OverlayMachine#NEVER} if none was
   * @return patient time; never earlier than before
   */
  long onCall(long nowNanos, long dueNanos) {
    realNanos = nowNanos;
    if (!started) {
      started = true;
      latestNanos = nowNanos;
      gracedNanos = nowNanos - 2 * graceNanos;
    }
    long patient = nowNanos - excusedNanos;
    boolean isLate = dueNanos != OverlayMachine.NEVER && patient - dueNanos > toleranceNanos;
    lateNanos = isLate ? patient - dueNanos : 0;
    if (isLate) {
      excusedNanos += lateNanos;
      if (dueNanos - gracedNanos >= 2 * graceNanos) {
        excusedNanos += graceNanos;
        gracedNanos = dueNanos;
      }
    }
    latestNanos = Math.max(latestNanos, nowNanos - excusedNanos);
    return latestNanos;
  }

  /** The patient time of the last call; 0 before the first. */
  long latestNanos() {
    return latestNanos;
  }

  /** The real time of the last call; 0 before the first. */
  long realNanos() {
    return realNanos;
  }

  /** How late the last call was, if that was beyond the tolerance; else 0. */
  long lateNanos() {
    return lateNanos;
  }

  /** Real time of a patient time; {@code NEVER} stays. */
  long real(long patientNanos) {
    return patientNanos == OverlayMachine.NEVER ? patientNanos : patientNanos + excusedNanos;
  }

  /** All that was left out so far. */
  long excusedNanos() {
    return excusedNanos;
  }
}
