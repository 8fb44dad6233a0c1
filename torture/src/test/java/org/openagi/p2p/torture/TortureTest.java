package org.openagi.p2p.torture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.torture.Verdict.Kind;

/** The long runs, and small ones that must fail. Their terms are system properties; see {@link Terms}. */
@Tag("torture")
class TortureTest {
  private static final int PLANTED_MESSAGES = 4000;
  private static final int PLANTED_KILLS = 4;

  @Test
  void everyPromiseIsKeptWhileProcessesDieAndTheNetworkBreaks() throws Exception {
    Path folder = Files.createTempDirectory("torture");
    Verdict verdict = TortureRun.play(Terms.ofProperties(folder), System.out);
    assertTrue(verdict.isClean(), () -> String.join("\n", verdict.lines()));
    TortureRun.remove(folder);
  }

  @Test
  void aHandlerThatForgetsIsFound() throws Exception {
    expect(Kind.ACKNOWLEDGED_UNHANDLED, Plant.FORGET, "journal");
  }

  @Test
  void aMessageThatIsHandledTwiceIsFound() throws Exception {
    expect(Kind.TWICE, Plant.TWICE, "journal");
  }

  @Test
  void aHandlerThatIsGivenMessagesInAnotherOrderIsFound() throws Exception {
    expect(Kind.ORDER, Plant.SWAP, "journal");
  }

  @Test
  void aPayloadThatIsNotTheOneSubmittedIsFound() throws Exception {
    expect(Kind.INVENTED, Plant.ALTER, "journal");
  }

  @Test
  void anEndThatIsNotReportedIsFound() throws Exception {
    expect(Kind.UNREPORTED, Plant.SILENT, "journal");
  }

  @Test
  void aStoreThatForgetsIsFound() throws Exception {
    expect(Kind.LOST, Plant.NONE, "memory");
  }

  private static void expect(Kind kind, Plant plant, String store) throws Exception {
    Path folder = Files.createTempDirectory("torture");
    Terms terms = Terms.ofProperties(folder).planted(plant, store, PLANTED_MESSAGES, PLANTED_KILLS);
    PrintStream unread = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    Verdict verdict = TortureRun.play(terms, unread);
    assertTrue(verdict.count(kind) > 0, () -> String.join("\n", verdict.lines()));
    System.out.println("torture: planted " + plant + ", store " + store + ": found "
        + verdict.count(kind) + " times as " + kind);
    TortureRun.remove(folder);
  }
}
