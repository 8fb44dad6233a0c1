package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpellingTest {
  @Test
  void countsLettersTooManyMissingAndWrong() {
    assertEquals(0, Spelling.mistakes("peers", "peers"));
    assertEquals(1, Spelling.mistakes("peer", "peers"));
    assertEquals(1, Spelling.mistakes("peeers", "peers"));
    assertEquals(1, Spelling.mistakes("peurs", "peers"));
    assertEquals(2, Spelling.mistakes("pees", "keeps"));
    assertEquals(5, Spelling.mistakes("", "peers"));
    assertEquals(5, Spelling.mistakes("peers", ""));
    assertEquals(3, Spelling.mistakes("kitten", "sitting"));
  }

  @Test
  void namesWhatDiffersByTwoAtMostAndNothingThatIsShorterThanThat() {
    List<String> words = List.of("id", "top", "stats", "status", "topology");
    assertEquals(List.of("stats", "status"), Spelling.near("statsu", words));
    assertEquals(List.of(), Spelling.near("i", words));
    assertEquals(List.of(), Spelling.near("topolo", List.of("top")));
    assertEquals(List.of("topology"), Spelling.near("topolo", words));
  }
}
