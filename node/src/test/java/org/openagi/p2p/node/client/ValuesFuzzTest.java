package org.openagi.p2p.node.client;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any text is an object or none, and each member is what is asked for or absent. */
class ValuesFuzzTest {
  @FuzzTest
  void values(byte[] data) {
    Values.parse(new String(data, StandardCharsets.UTF_8)).ifPresent(ValuesFuzzTest::read);
  }

  private static void read(Values values) {
    for (String name : values.members().keySet()) {
      values.text(name);
      values.number(name);
      values.whole(name);
      values.flag(name);
      values.texts(name);
      values.object(name).text("x");
      values.objects(name).forEach(each -> each.whole("x"));
    }
  }
}
