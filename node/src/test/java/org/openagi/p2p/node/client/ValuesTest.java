package org.openagi.p2p.node.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node answers is read as what it should be, or as nothing. */
class ValuesTest {
  @Test
  void whatIsOfAnotherTypeIsAbsent() {
    Values values = Values.parse(
            "{\"t\":\"x\",\"n\":1.5,\"b\":true,\"o\":{\"t\":\"y\"},\"l\":[\"p\",{\"t\":\"q\"},3]}")
        .orElseThrow();
    assertEquals(Optional.of("x"), values.text("t"));
    assertEquals(Optional.empty(), values.text("n"));
    assertEquals(1.5, values.number("n").orElseThrow());
    assertEquals(1, values.whole("n"));
    assertEquals(0, values.whole("t"));
    assertTrue(values.flag("b"));
    assertFalse(values.flag("t"));
    assertEquals(Optional.of("y"), values.object("o").text("t"));
    assertEquals(Values.NONE, values.object("l"));
    assertEquals(List.of("p"), values.texts("l"));
    assertEquals(Optional.of("q"), values.objects("l").getFirst().text("t"));
    assertEquals(List.of(), values.objects("absent"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "1", "[]", "\"x\"", "{", "{\"a\":", "{\"a\":-}", "<html>", "\u0000"})
  void whatIsNoObjectIsNone(String text) {
    assertEquals(Optional.empty(), Values.parse(text));
  }

  @Test
  void nestingHasAnEnd() {
    assertEquals(Optional.empty(), Values.parse("{\"a\":".repeat(200_000)));
    assertTrue(Values.parse(nested(Values.DEPTH_MAX)).isPresent());
    assertTrue(Values.parse(nested(Values.DEPTH_MAX + 1)).isEmpty());
    assertTrue(Values.parse("{\"a\":\"\\\"" + "[".repeat(1000) + "\"}").isPresent(), "in a string");
  }

  private static String nested(int depth) {
    return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }
}
