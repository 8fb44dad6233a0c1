package org.openagi.p2p.overlay.health;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.TableSize;
import org.openagi.p2p.overlay.health.HealthFrame.Doubted;
import org.openagi.p2p.overlay.health.HealthFrame.Finding;
import org.openagi.p2p.overlay.health.HealthFrame.Question;
import org.openagi.p2p.overlay.health.HealthFrame.Testimony;
import org.openagi.p2p.overlay.health.HealthStats.Count;

/**
 * Asks others about a neighbour that is silent, and answers what others ask. Confined to its owner; times are patient
 * ones.
 *
 * @see "docs/wire/overlay-health.md"
 */
final class Witnesses {
  /** Heard within this time, a peer is vouched for without being probed. */
  private static final long JUST_HEARD_NANOS = 250_000_000L;

  private static final int QUESTIONS_MAX = 1024;

  private record Asked(PeerId about, PeerId helper) {}

  private final HealthConfig config;
  private final HealthPort port;
  private final RandomGenerator random;
  private final Neighbours links;
  private final Prober prober;
  private final Tally tally;
  private final Errands errands = new Errands();
  private final Map<Long, Asked> questions = new Recent<>(QUESTIONS_MAX);

  Witnesses(
      HealthConfig config,
      HealthPort port,
      RandomGenerator random,
      Neighbours links,
      Prober prober,
      Tally tally) {
    this.config = config;
    this.port = port;
    this.random = random;
    this.links = links;
    this.prober = prober;
    this.tally = tally;
  }

  // ---- those we ask --------------------------------------------------------------------------

  /** Who can be asked about a peer: who is linked to it, if that is known, then anybody; best first. */
  List<Watch> helpers(Watch about) {
    List<Watch> others = new ArrayList<>();
    for (PeerId each : port.linkedTo(about.peer)) {
      Watch watch = links.get(each);
      if (watch != null && isHelper(watch, about)) others.add(watch);
    }
    if (!others.isEmpty()) return others;
    for (Watch each : links.all()) if (isHelper(each, about)) others.add(each);
    return others;
  }

  private static boolean isHelper(Watch helper, Watch about) {
    return helper != about
        && helper.missed < Neighbours.SILENT_AFTER
        && !helper.state.toAvoid()
        && !about.strangers.contains(helper.peer)
        && !about.silentWitnesses.contains(helper.peer);
  }

  /** Asks some of them, chosen by chance. */
  void ask(Watch about, long now) {
    about.unansweredHelpers.clear();
    about.answeredHelpers = 0;
    List<Watch> candidates = helpers(about);
    int wanted = Math.min(config.helpers(), candidates.size());
    for (int i = 0; i < wanted; i++) {
      int pick = i + random.nextInt(candidates.size() - i);
      Watch helper = candidates.set(pick, candidates.get(i));
      ask(helper, about, now);
    }
  }

  private void ask(Watch helper, Watch about, long now) {
    if (!prober.takeBudget(now) || !helper.maySend(now)) {
      tally.add(Count.PROBES_DEFERRED);
      return;
    }
    long id = prober.nextId();
    questions.put(id, new Asked(about.peer, helper.peer));
    about.unansweredHelpers.add(helper.peer);
    tally.add(Count.QUESTIONS);
    port.send(helper.peer, new Question(id, about.peer));
  }

  /**
   * Takes down what a neighbour says of another one.
   *
   * @return whom it is about; null if it says nothing that matters any more
   */
  @Nullable
  Watch onTestimony(Watch from, Testimony testimony, long now) {
    Asked asked = questions.get(testimony.id());
    if (asked == null || !asked.helper.equals(from.peer)) {
      tally.add(Count.UNASKED);
      return null;
    }
    questions.remove(testimony.id());
    tally.add(Count.TESTIMONIES);
    Watch about = links.get(asked.about);
    if (about == null || !about.isSilent()) return null;
    if (about.unansweredHelpers.remove(from.peer)) about.answeredHelpers++;
    switch (testimony.finding()) {
      case NOT_LINKED -> about.strangers.add(from.peer);
      case SILENT -> about.silentWitnesses.add(from.peer);
      case HEARD -> {
        about.silentWitnesses.remove(from.peer);
        long heardNanos = now - Math.multiplyExact(testimony.ageMillis(), 1_000_000L);
        if (heardNanos > about.heardElsewhereNanos) {
          about.heardElsewhereNanos = heardNanos;
          about.heardElsewhereBy = from.peer.shortString();
        }
      }
    }
    return about;
  }

  // ---- those who ask us ----------------------------------------------------------------------

  /** A neighbour asks about another one: it gets its answer at once, or when that one was probed. */
  void onQuestion(Watch from, Question question, long now) {
    Watch about = links.get(question.about());
    if (about == null || about.state == HealthState.DEAD || about == from) {
      answer(from.peer, question.id(), Finding.NOT_LINKED, 0);
    } else if (now - about.heardNanos <= JUST_HEARD_NANOS) {
      answer(from.peer, question.id(), Finding.HEARD, (now - about.heardNanos) / 1_000_000);
    } else if (about.state == HealthState.SUSPECT) {
      answer(from.peer, question.id(), Finding.SILENT, 0);
    } else {
      runErrand(from, question.id(), about, now);
    }
  }

  /** Probes a peer for somebody else, and lets it know who hears nothing of it. */
  private void runErrand(Watch from, long id, Watch about, long now) {
    long until = now + 2 * Math.min(prober.answerNanos(about), Prober.TICK_NANOS);
    if (!errands.add(new Errands.Errand(from.peer, id, about.peer, until))) {
      tally.add(Count.ERRANDS_DROPPED);
      return;
    }
    prober.lower(until);
    if (!about.awaiting) prober.probe(about, now);
    if (about.maySend(now)) port.send(about.peer, new Doubted(from.peer));
    prober.schedule(about, now);
  }

  /** Somebody hears nothing of us: speak to it, if we are linked. */
  void onDoubted(PeerId by, long now) {
    Watch watch = links.get(by);
    if (watch == null || watch.awaiting || watch.state == HealthState.DEAD) return;
    if (now - watch.askedNanos < Prober.TICK_NANOS) return;
    prober.probe(watch, now);
    prober.schedule(watch, now);
  }

  /** A neighbour was heard of: whoever asked about it is told. */
  void onHeard(PeerId about) {
    errands.takeAbout(about, each -> testify(each, Finding.HEARD));
  }

  /** A neighbour is gone: whoever asked about it is told. */
  void onGone(PeerId about) {
    errands.takeAbout(about, each -> testify(each, Finding.NOT_LINKED));
  }

  /** Tells those who waited long enough that nothing was heard. */
  void onTimer(long now) {
    errands.takeExpired(now, each -> testify(each, Finding.SILENT));
  }

  /** When the first of those who asked is to be told; {@code NEVER} if nobody waits. */
  long dueNanos() {
    return errands.dueNanos();
  }

  private void testify(Errands.Errand errand, Finding finding) {
    answer(errand.asker(), errand.id(), finding, 0);
  }

  private void answer(PeerId asker, long id, Finding finding, long ageMillis) {
    tally.add(Count.ERRANDS);
    port.send(asker, new Testimony(id, finding, ageMillis));
  }

  List<TableSize> tables() {
    return List.of(
        new TableSize("questions", questions.size(), QUESTIONS_MAX),
        new TableSize("errands", errands.size(), Errands.MAX));
  }
}
