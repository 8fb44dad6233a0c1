package org.openagi.p2p.overlay.reputation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.TestPeers;

class ReputationTest {
  private static final ReputationConfig CONFIG = new ReputationConfig(0, -15, -60, -30, 20);

  private final List<String> changes = new ArrayList<>();
  private final Reputation reputation = new Reputation(
      CONFIG, (peer, from, to, why) -> changes.add(from + " " + to + ": " + why.summary()));
  private long now = -7_000_000_000L;

  private void pass(Duration time) {
    now += time.toNanos();
    reputation.onTimer(now);
  }

  private void note(int peer, Cause cause, int times) {
    for (int i = 0; i < times; i++) reputation.note(TestPeers.hashed(peer), cause, now);
  }

  private double score(int peer) {
    return reputation.score(TestPeers.hashed(peer), now);
  }

  @Test
  void aScoreIsTheSumOfItsTermsAndHalvesWithTime() {
    note(1, Cause.VERIFIED_IDENTITY, 1);
    note(1, Cause.PROTOCOL_VIOLATION, 2);
    assertEquals(10 - 30, score(1), 1e-9);
    pass(Cause.PROTOCOL_VIOLATION.halfLife());
    Explanation why = reputation.explain(TestPeers.hashed(1), now).orElseThrow();
    assertEquals(
        why.score(), why.terms().stream().mapToDouble(Explanation.Term::points).sum(), 1e-9);
    assertEquals(Cause.PROTOCOL_VIOLATION, why.terms().getFirst().cause());
    assertEquals(-15, why.terms().getFirst().points(), 1e-9);
    assertEquals(2, why.terms().getFirst().count());
    assertEquals(3600, why.terms().getFirst().agoSeconds());
    assertTrue(
        why.summary().startsWith("score -5.0: -15.0 protocol violations, 10.0 told"),
        why.summary());
  }

  @Test
  void levelsAreMeasuredAnewAndDoNotAddUp() {
    note(1, Cause.VERIFIED_IDENTITY, 5);
    assertEquals(10, score(1), 1e-9);
    reputation.onRtt(TestPeers.hashed(1), 20_000, now);
    assertEquals(15, score(1), 1e-9);
    reputation.onRtt(TestPeers.hashed(1), 1_000_000, now);
    assertEquals(5, score(1), 1e-9);
  }

  @Test
  void hoursOfALinkCountUpToTheCap() {
    reputation.onLinkUp(TestPeers.hashed(1), now);
    pass(Duration.ofHours(2));
    assertEquals(4, score(1), 0.1);
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofHours(1));
      score(1);
    }
    assertEquals(10, score(1), 1e-9);
    reputation.onLinkDown(TestPeers.hashed(1), now);
    pass(Duration.ofDays(1));
    assertEquals(5, score(1), 1e-9);
  }

  @Test
  void allMeritsTogetherReachWhatIsSaid() {
    double most = Arrays.stream(Cause.values())
        .filter(c -> c.weight() > 0)
        .mapToDouble(Cause::cap)
        .sum();
    assertEquals(Cause.MERIT_MAX, most, 1e-9);
  }

  @Test
  void whoMisbehavesIsTrimmedThenAvoidedThenRefusedAndLetInAgainWithTime() {
    note(1, Cause.USELESS_PARCEL, 1);
    note(1, Cause.PROTOCOL_VIOLATION, 1);
    note(1, Cause.INVALID_SIGNATURE, 2);
    assertEquals(3, changes.size(), changes.toString());
    assertTrue(changes.get(0).startsWith("GOOD TRIMMED_FIRST"), changes.toString());
    assertTrue(changes.get(1).startsWith("TRIMMED_FIRST NOT_ROUTED"), changes.toString());
    assertTrue(changes.get(2).startsWith("NOT_ROUTED REFUSED"), changes.toString());
    assertFalse(reputation.standing(TestPeers.hashed(1)).mayRoute());
    while (reputation.standing(TestPeers.hashed(1)) == Standing.REFUSED)
      pass(Duration.ofMinutes(10));
    assertTrue(score(1) > CONFIG.acceptAbove(), "refused until " + score(1));
    assertTrue(changes.get(3).startsWith("REFUSED NOT_ROUTED"), changes.toString());
    pass(Duration.ofDays(7));
    assertEquals(Standing.GOOD, reputation.standing(TestPeers.hashed(1)));
    pass(Duration.ofSeconds(5));
    assertEquals(Long.MAX_VALUE, reputation.nextDeadlineNanos());
  }

  @Test
  void whoeverComesWithNewIdentitiesToMisbehavePushesOutOtherBadOnesOnly() {
    for (int i = 0; i < 10; i++) note(i, Cause.VERIFIED_IDENTITY, 1);
    note(50, Cause.INVALID_SIGNATURE, 2);
    for (int i = 100; i < 1100; i++) note(i, Cause.PROTOCOL_VIOLATION, 1);
    assertEquals(20, reputation.size());
    for (int i = 0; i < 10; i++) assertEquals(10, score(i), 1e-3);
    assertEquals(Standing.REFUSED, reputation.standing(TestPeers.hashed(50)));
    assertEquals(1000 - 9, reputation.evicted());
  }

  @Test
  void whoIsLinkedIsNeverPushedOut() {
    reputation.onLinkUp(TestPeers.hashed(1), now);
    for (int i = 100; i < 200; i++) note(i, Cause.VERIFIED_IDENTITY, 1);
    assertTrue(reputation.explain(TestPeers.hashed(1), now).isPresent());
    assertEquals(20, reputation.size());
  }

  @Test
  void aStandingThatIsForgottenIsTakenBack() {
    note(1, Cause.FAILURE, 1);
    for (int i = 100; i < 200; i++) note(i, Cause.PROTOCOL_VIOLATION, 1);
    assertTrue(reputation.explain(TestPeers.hashed(1), now).isEmpty());
    long open = changes.stream().filter(c -> c.startsWith("GOOD ")).count()
        - changes.stream().filter(c -> c.contains(" GOOD: ")).count();
    assertEquals(reputation.size(), open);
  }

  @Test
  void limitsInTheWrongOrderAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new ReputationConfig(0, -15, -60, -80, 20));
    assertThrows(IllegalArgumentException.class, () -> new ReputationConfig(5, -15, -60, -30, 20));
  }

  /** Whatever happens, in whatever order: the table keeps its bound, every term its cap, and the sum is the score. */
  @Property(tries = 200)
  void boundsHold(
      @ForAll @Size(max = 300) List<@IntRange(max = 59) Integer> peers,
      @ForAll @Size(min = 300, max = 300) List<@IntRange(max = 11) Integer> causes,
      @ForAll @Size(min = 300, max = 300) List<@IntRange(max = 4000) Integer> seconds) {
    Reputation any = new Reputation(CONFIG, (peer, from, to, why) -> {});
    Cause[] all = Cause.values();
    long time = 0;
    for (int i = 0; i < peers.size(); i++) {
      time += Duration.ofSeconds(seconds.get(i)).toNanos();
      any.note(TestPeers.hashed(peers.get(i)), all[causes.get(i)], time);
      any.onTimer(time);
      assertTrue(any.size() <= CONFIG.maxPeers());
    }
    for (Explanation why : any.worst(100, time)) {
      double sum = 0;
      for (Explanation.Term term : why.terms()) {
        assertTrue(Math.abs(term.points()) <= term.cause().cap() + 1e-9, term.toString());
        sum += term.points();
      }
      assertEquals(why.score(), sum, 1e-6);
      assertTrue(why.score() <= Cause.MERIT_MAX);
    }
  }
}
