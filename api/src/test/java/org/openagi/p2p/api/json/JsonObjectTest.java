package org.openagi.p2p.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonObjectTest {
  @Test
  void writesMembersInOrder() {
    var object = new JsonObject()
        .put("text", "a")
        .put("whole", 7L)
        .put("part", 0.5)
        .put("large", 3e9)
        .put("truth", true)
        .put("list", List.of("x", 1, 2L, 0.25, false, new JsonObject().put("y", 1L)))
        .put("inner", new JsonObject());
    assertEquals(
        "{\"text\":\"a\",\"whole\":7,\"part\":0.5,\"large\":3000000000,\"truth\":true,"
            + "\"list\":[\"x\",1,2,0.25,false,{\"y\":1}],\"inner\":{}}",
        object.toString());
  }

  @Test
  void escapesWhatWouldBreakTheLineOrReachTheTerminal() {
    String text = "\"\\\n\r\t\u0000\u001b[31m\u007f\u009bé\u2028\ud83d\ude00\ud800";
    assertEquals(
        "{\"k\":\"\\\"\\\\\\n\\r\\t\\u0000\\u001b[31m\\u007f\\u009b\\u00e9\\u2028\\ud83d\\ude00\\ud800\"}",
        new JsonObject().put("k", text).toString());
  }

  @Test
  void hasNoNumberThatIsNone() {
    assertEquals("{\"n\":null}", new JsonObject().put("n", Double.NaN).toString());
    assertEquals("{\"n\":null}", new JsonObject().put("n", 1 / 0.0).toString());
  }

  @Test
  void refusesWhatHasNoJson() {
    var object = new JsonObject();
    var refused = assertThrows(
        IllegalArgumentException.class, () -> object.put("list", List.of(new Object())));
    assertTrue(refused.getMessage().contains("java.lang.Object"));
  }
}
