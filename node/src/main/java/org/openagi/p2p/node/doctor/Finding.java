package org.openagi.p2p.node.doctor;

/**
 * What a check found. Immutable.
 *
 * @param step what was looked at, one word
 * @param verdict what to think of it
 * @param code a fixed name, see docs/doctor.md
 * @param text one sentence; may hold text of remote origin
 * @param remedy what a person can do; empty if nothing is to be done
 */
public record Finding(String step, Verdict verdict, String code, String text, String remedy) {
  /** What to think of a finding. */
  public enum Verdict {
    /** As it should be. */
    GOOD,
    /** Worth knowing, and no hindrance by itself. */
    NOTE,
    /** It could not be found out. */
    UNKNOWN,
    /** It hinders. */
    BAD
  }

  /** As it should be. */
  static Finding good(String step, String text) {
    return new Finding(step, Verdict.GOOD, "OK", text, "");
  }

  /** Worth knowing. */
  public static Finding note(String step, String code, String text, String remedy) {
    return new Finding(step, Verdict.NOTE, code, text, remedy);
  }

  /** Not found out. */
  static Finding unknown(String step, String text) {
    return new Finding(step, Verdict.UNKNOWN, "NOT_JUDGED", text, "");
  }

  /** A hindrance. */
  public static Finding bad(String step, String code, String text, String remedy) {
    return new Finding(step, Verdict.BAD, code, text, remedy);
  }

  /** Whether it hinders. */
  public boolean isBad() {
    return verdict == Verdict.BAD;
  }
}
