package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.identity.PeerId;

/** Decides who has to go when there are too many. A pure function; protected peers are never given to it to be dropped. */
@FunctionalInterface
public interface TrimPolicy {
  /**
   * One of those among whom is chosen.
   *
   * @param peer who
   * @param score what is thought of it, 0 if nothing is known, more is better
   * @param degree how many neighbours it last said to have, 0 if it did not
   * @param range where it is
   * @param isProtected whether it must stay: it counts for its range, but is not to be chosen
   */
  record Candidate(
      PeerId peer, double score, int degree, AddressRange range, boolean isProtected) {}

  /**
   * Chooses whom to drop.
   *
   * @param view all in the view, in random order
   * @param excess how many should go, at least 1
   * @return at most so many, none of them protected
   */
  List<PeerId> choose(List<Candidate> view, int excess);

  /**
   * Drops those of ill repute first, then of those whose range is most crowded, then those who have neighbours enough, then the
   * worse score, then the first.
   */
  static TrimPolicy standard() {
    return StandardTrimming::choose;
  }
}

/** The rules of {@link TrimPolicy#standard}. */
final class StandardTrimming {
  private StandardTrimming() {}

  static List<PeerId> choose(List<TrimPolicy.Candidate> view, int excess) {
    List<TrimPolicy.Candidate> left = new ArrayList<>(view);
    List<PeerId> chosen = new ArrayList<>();
    while (chosen.size() < excess) {
      TrimPolicy.Candidate worst = null;
      for (TrimPolicy.Candidate each : left) {
        if (each.isProtected()) continue;
        if (worst == null || isWorse(each, worst, left)) worst = each;
      }
      if (worst == null) break;
      left.remove(worst);
      chosen.add(worst.peer());
    }
    return chosen;
  }

  private static boolean isWorse(
      TrimPolicy.Candidate one, TrimPolicy.Candidate other, List<TrimPolicy.Candidate> all) {
    int byRepute = Double.compare(Math.min(0, one.score()), Math.min(0, other.score()));
    if (byRepute != 0) return byRepute < 0;
    int byCrowd = Integer.compare(crowd(one, all), crowd(other, all));
    if (byCrowd != 0) return byCrowd > 0;
    if (one.degree() != other.degree()) return one.degree() > other.degree();
    return one.score() < other.score();
  }

  /** How many share the range; those of the narrow range count again in the wide one. */
  private static int crowd(TrimPolicy.Candidate one, List<TrimPolicy.Candidate> all) {
    AddressRange range = one.range();
    if (range.kind() == AddressRange.Kind.NONE) return 2;
    int crowd = 0;
    for (TrimPolicy.Candidate each : all) {
      if (each.range().kind() != range.kind()) continue;
      if (each.range().wide() == range.wide()) crowd++;
      if (each.range().narrow() == range.narrow()) crowd++;
    }
    return crowd;
  }
}
