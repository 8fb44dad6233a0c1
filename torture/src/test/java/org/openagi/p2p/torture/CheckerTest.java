package org.openagi.p2p.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.torture.Verdict.Kind;

/** Goal: the checker finds each broken promise. Method: ledgers written by hand, each with one flaw. */
class CheckerTest {
  private final Plan plan = new Plan(1, 2, 400);

  @TempDir
  private Path folder;

  private Ledger sender;
  private Ledger recipient;

  @BeforeEach
  void openLedgers() throws IOException {
    sender = new Ledger(ledger(1));
    recipient = new Ledger(ledger(2));
    sender.add("boot", 0);
    recipient.add("boot", 0);
  }

  private Path ledger(int node) {
    return folder.resolve("ledger" + node + ".txt");
  }

  private Verdict check() throws IOException {
    return new Checker(plan, List.of(ledger(1), ledger(2))).check();
  }

  private void accepted(int number) {
    sender.add("intent", 2, number, 1000);
    sender.add("accept", 2, number, "id");
  }

  private void settled(int number, String outcome) {
    settled(number, outcome, 5000);
  }

  private void settled(int number, String outcome, int millis) {
    sender.add("settled", 2, number, millis, outcome);
  }

  private void handled(int number, String mark) {
    Lane lane = plan.message(1, 2, number).type().lane();
    recipient.add("handle", 1, number, 2000, mark, 1, lane);
  }

  private void exchanged(int number) {
    accepted(number);
    handled(number, "new");
    settled(number, "acknowledged");
  }

  private int number(Predicate<Planned> wanted) {
    int number = 1;
    while (!wanted.test(plan.message(1, 2, number))) number++;
    return number;
  }

  private void expectOnly(Kind kind) throws IOException {
    Verdict verdict = check();
    assertEquals(1, verdict.count(kind), () -> String.join("\n", verdict.lines()));
    assertTrue(verdict.lines().get(2).equals("BROKEN {" + kind + "=1}"), verdict.lines()::toString);
    assertTrue(verdict.lines().getLast().startsWith(kind + ": "));
  }

  @Test
  void whatArrivedOnceIsFine() throws IOException {
    exchanged(1);
    exchanged(2);
    Verdict verdict = check();
    assertTrue(verdict.isClean(), verdict.lines()::toString);
    assertEquals(2, verdict.accepted);
    assertEquals(2, verdict.handled);
  }

  @Test
  void findsALostMessageAndSaysWhereItWasAccepted() throws IOException {
    accepted(1);
    expectOnly(Kind.LOST);
    assertTrue(check().lines().getLast().contains("accepted at ledger1.txt:3"));
  }

  @Test
  void findsAnAcknowledgementOfWhatWasNeverHandled() throws IOException {
    accepted(1);
    settled(1, "acknowledged");
    expectOnly(Kind.ACKNOWLEDGED_UNHANDLED);
  }

  @Test
  void findsAnEndThatWasNotReported() throws IOException {
    accepted(1);
    handled(1, "new");
    expectOnly(Kind.UNREPORTED);
  }

  @Test
  void findsAMessageThatIsForgottenUnlessItWasHandled() throws IOException {
    accepted(1);
    settled(1, Fate.FORGOTTEN);
    accepted(2);
    handled(2, "new");
    settled(2, Fate.FORGOTTEN);
    expectOnly(Kind.LOST);
    assertEquals(1, check().forgotten);
  }

  @Test
  void findsASecondHandlingByTheSameProcess() throws IOException {
    exchanged(1);
    handled(1, "again");
    expectOnly(Kind.TWICE);
  }

  @Test
  void findsASecondHandlingAfterAnOrderlyEnd() throws IOException {
    exchanged(1);
    recipient.add("end", 9);
    recipient.add("boot", 10);
    handled(1, "again");
    expectOnly(Kind.TWICE);
  }

  @Test
  void findsASecondHandlingAfterAKillThatIsNotMarked() throws IOException {
    exchanged(1);
    recipient.add("boot", 10);
    handled(1, "new");
    expectOnly(Kind.TWICE);
  }

  @Test
  void allowsTheMarkedOneThatAHandlerWasAtWorkOnAndNoneBeforeIt() throws IOException {
    int first = number(m -> m.type().lane() == Lane.BULK);
    int second = number(m -> m.type().lane() == Lane.BULK && m.number() > first);
    exchanged(first);
    exchanged(second);
    recipient.add("boot", 10);
    handled(second, "again");
    Verdict verdict = check();
    assertTrue(verdict.isClean(), verdict.lines()::toString);
    assertEquals(1, verdict.again);
    handled(first, "again");
    expectOnly(Kind.TOO_MANY_AGAIN);
  }

  @Test
  void findsAWrongOrderWithinAClassButNotBetweenClasses() throws IOException {
    int first = number(m -> m.type().lane() == Lane.BULK);
    int second = number(m -> m.type().lane() == Lane.BULK && m.number() > first);
    int urgent = number(m -> m.type().lane() == Lane.URGENT && m.number() < second);
    for (int number : new int[] {first, second, urgent}) {
      accepted(number);
      settled(number, "acknowledged");
    }
    handled(second, "new");
    handled(urgent, "new");
    handled(first, "new");
    expectOnly(Kind.ORDER);
  }

  @Test
  void findsWhatNobodySentAndWhatIsWrong() throws IOException {
    handled(1, "new");
    recipient.add("wrong", 3, "some-id", "has another payload");
    assertEquals(2, check().count(Kind.INVENTED));
  }

  @Test
  void findsAnExpiryBeforeTheTimeAndOfWhatLivesOn() throws IOException {
    int early = number(m -> m.lifetimeMillis() > 500);
    int forever = number(m -> !m.isShortLived());
    accepted(early);
    settled(early, "expired", 1100);
    accepted(forever);
    settled(forever, "expired", 9000);
    assertEquals(2, check().count(Kind.EXPIRED_EARLY));
  }

  @Test
  void takesAReportedExpiryForAnEnd() throws IOException {
    int number = number(m -> m.lifetimeMillis() > 0);
    accepted(number);
    settled(number, "expired", 4000);
    Verdict verdict = check();
    assertTrue(verdict.isClean(), verdict.lines()::toString);
    assertEquals(1, verdict.expired);
  }

  @Test
  void theTimeASenderWasDownIsNotHeldAgainstTheReportOfAnExpiry() throws IOException {
    int number = number(m -> m.lifetimeMillis() > 0);
    accepted(number);
    sender.add("boot", 7000);
    sender.add("ready", 8000);
    settled(number, "expired", 8030);
    Verdict verdict = check();
    assertEquals(30, verdict.latestExpiryAwakeMillis);
    assertTrue(verdict.latestExpiryMillis > 5000);
  }

  @Test
  void findsARefusalWithoutACause() throws IOException {
    accepted(1);
    settled(1, "NO_HANDLER for DATA");
    expectOnly(Kind.REFUSED);
  }

  @Test
  void findsARefusalOfWhatWasHandled() throws IOException {
    accepted(1);
    handled(1, "new");
    settled(1, "QUEUE_FULL at the recipient");
    expectOnly(Kind.REFUSED_BUT_HANDLED);
  }

  @Test
  void aKillLeavesOpenWhatWasNotKnownToBeAccepted() throws IOException {
    sender.add("intent", 2, 1, 1000);
    sender.add("intent", 2, 2, 1000);
    handled(2, "new");
    Verdict verdict = check();
    assertTrue(verdict.isClean(), verdict.lines()::toString);
    assertEquals(2, verdict.uncertain);
    assertEquals(1, verdict.handledUncertain);
  }

  @Test
  void aLineThatAKillCutOffDoesNotCountNorSpoilTheNext() throws IOException {
    exchanged(1);
    recipient.close();
    Files.writeString(ledger(2), "handle 1 2 20", StandardOpenOption.APPEND);
    try (Ledger next = new Ledger(ledger(2))) {
      next.add("boot", 11);
      next.add("handle", 1, 1, 12, "again", 1, Lane.BULK);
    }
    Verdict verdict = check();
    assertTrue(verdict.isClean(), verdict.lines()::toString);
    assertEquals(1, verdict.handled);
    assertEquals(1, verdict.again);
  }

  @Test
  void aNodeFindsInItsLedgerWhereToGoOn() throws IOException {
    exchanged(1);
    accepted(2);
    sender.add("intent", 2, 3, 1000);
    sender.add("intent", 2, 4, 1000);
    settled(4, "QUEUE_FULL 400 messages");
    sender.add("intent", 2, 5, 1000);
    sender.add("accept", 2, 5, "id5");
    Past past = Past.read(ledger(1), 2);
    assertEquals(6, past.next(2));
    assertEquals(List.of(3), past.uncertain(2));
    assertEquals(java.util.Map.of(2, "id", 5, "id5"), past.open(2));
    assertEquals(2, past.settled());
    assertEquals(1, past.next(1));
  }
}
