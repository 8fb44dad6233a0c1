package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.openagi.p2p.node.cli.InputLine.Ask;
import org.openagi.p2p.node.cli.InputLine.Blank;
import org.openagi.p2p.node.cli.InputLine.Say;
import org.openagi.p2p.node.cli.InputLine.Unclear;

class InputLineTest {
  @Test
  void readsMessages() {
    assertEquals(new Say("bob", "hello"), InputLine.parse("bob: hello"));
    assertEquals(new Say("bob", "hello"), InputLine.parse("bob:hello"));
    assertEquals(
        new Say("bob", " two blanks: and a colon "),
        InputLine.parse("bob:  two blanks: and a colon "));
    assertEquals(new Say("*", "all"), InputLine.parse(" * : all"));
    assertEquals(new Say("node_1.a-b", ""), InputLine.parse("node_1.a-b:"));
  }

  @Test
  void readsQuestions() {
    assertEquals(new Ask("peers"), InputLine.parse("/peers "));
  }

  @Test
  void tellsWhatIsNeither() {
    assertEquals(new Blank(), InputLine.parse(" \t"));
    assertEquals(new Unclear("hello"), InputLine.parse("hello"));
    assertEquals(new Unclear(": hello"), InputLine.parse(": hello"));
    assertEquals(new Unclear("well then: hello"), InputLine.parse("well then: hello"));
  }
}
