package org.openagi.p2p.network.pins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.testkit.TestPeers.peer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PinFileProperties {
  @Property(tries = 50)
  void readsBackWhatWasWritten(@ForAll("aliases") Set<String> aliases) throws Exception {
    List<Pin> pins = new ArrayList<>();
    for (String alias : aliases)
      pins.add(new Pin(alias, peer(pins.size()), Instant.ofEpochSecond(pins.size())));
    assertEquals(pins, PinFile.parse(PinFile.format(pins), pins.size()));
  }

  @Property(tries = 500)
  void anyTextIsReadOrRefusedInOneLine(@ForAll String text) {
    try {
      assertTrue(PinFile.parse(text, 3).size() <= 3);
    } catch (PinFile.MalformedException e) {
      assertTrue(e.getMessage().startsWith("line "));
    }
  }

  @Provide
  Arbitrary<Set<String>> aliases() {
    return Arbitraries.strings()
        .withChars("abcXYZ019._-")
        .ofMinLength(1)
        .ofMaxLength(64)
        .set()
        .ofMaxSize(8);
  }
}
