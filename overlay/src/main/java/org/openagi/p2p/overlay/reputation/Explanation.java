package org.openagi.p2p.overlay.reputation;

import java.util.List;
import org.openagi.p2p.core.identity.PeerId;

/**
 * A score and the sum that it is, at one moment. Immutable.
 *
 * @param peer whose
 * @param score the sum of the points of all terms
 * @param standing what follows from it
 * @param terms the causes that add or take anything, the strongest first
 */
public record Explanation(PeerId peer, double score, Standing standing, List<Term> terms) {
  /**
   * One cause.
   *
   * @param cause which
   * @param points what is left of its points now
   * @param count how often it was noted
   * @param agoSeconds since it was noted last
   */
  public record Term(Cause cause, double points, long count, long agoSeconds) {}

  /** Copies. */
  public Explanation {
    terms = List.copyOf(terms);
  }

  /** One line, for logs and events. */
  public String summary() {
    StringBuilder line = new StringBuilder();
    line.append("score ").append(tenths(score));
    String separator = ": ";
    for (Term term : terms) {
      line.append(separator).append(tenths(term.points)).append(' ').append(term.cause.words());
      separator = ", ";
    }
    return line.toString();
  }

  private static String tenths(double points) {
    long rounded = Math.round(points * 10);
    String sign = rounded < 0 ? "-" : "";
    return sign + Math.abs(rounded) / 10 + "." + Math.abs(rounded) % 10;
  }
}
