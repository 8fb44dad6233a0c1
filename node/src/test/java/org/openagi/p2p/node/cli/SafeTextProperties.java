package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What peers write must not command a terminal. */
class SafeTextProperties {
  @Property
  void neverHoldsAControlCharacter(@ForAll String text) {
    String safe = SafeText.of(text);
    assertTrue(safe.codePoints().noneMatch(Character::isISOControl), safe);
    assertFalse(safe.contains("\u2028"));
    assertFalse(safe.contains("\u202e"));
  }

  @Example
  void leavesOrdinaryTextAlone() {
    assertEquals("héllo, 世界 \"x\" 😀", SafeText.of("héllo, 世界 \"x\" 😀"));
  }

  @Example
  void showsWhatItEscaped() {
    assertEquals(
        "a\\u001b[31mb\\u000ac\\u202ed\\ud800", SafeText.of("a\u001b[31mb\nc\u202ed\ud800"));
  }

  @Example
  void cutsWhatNobodyReads() {
    String safe = SafeText.of("x".repeat(10_000));
    assertTrue(safe.endsWith("xx… (10000 characters)"));
    assertEquals(SafeText.CHARACTERS_MAX, safe.indexOf('…'));
  }
}
