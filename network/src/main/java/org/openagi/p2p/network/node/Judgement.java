package org.openagi.p2p.network.node;

/**
 * A verdict and its reason.
 *
 * @param reason one sentence for the people on the other side; empty if accepted
 */
public record Judgement(Verdict verdict, String reason) {
  /** Nothing to object to. */
  public static final Judgement ACCEPTED = new Judgement(Verdict.ACCEPTED, "");
}
