package org.openagi.p2p.network.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class ConfigFileProperties {
  @Property(tries = 300)
  void readsBackWhatWasWritten(@ForAll("entries") Map<String, String> entries) {
    StringBuilder text = new StringBuilder("# comment\r\n\n");
    entries.forEach(
        (key, value) -> text.append(' ').append(key).append(" = ").append(value + "\n"));
    List<ConfigProblem> problems = new ArrayList<>();
    Map<String, String> read = new LinkedHashMap<>();
    ConfigFile.parse("f", text.toString().getBytes(StandardCharsets.UTF_8), problems)
        .forEach((key, line) -> read.put(key, line.value()));
    assertEquals(List.of(), problems);
    assertEquals(entries, read);
  }

  @Property(tries = 500)
  void anyBytesAreReadOrReportedWithinBounds(@ForAll @Size(max = 4000) byte[] bytes) {
    List<ConfigProblem> problems = new ArrayList<>();
    ConfigFile.parse("f", bytes, problems);
    assertTrue(problems.size() <= ConfigFile.PROBLEMS_MAX);
    problems.forEach(problem -> assertEquals(1, problem.toString().lines().count()));
  }

  @Property(tries = 300)
  void anyTextIsAcceptedOrRefusedByEveryKey(@ForAll String text) {
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      try {
        P2PConfig.defaults().with(key.name(), text);
      } catch (ConfigException e) {
        assertEquals(key.name(), e.problems().getFirst().key());
      }
    }
  }

  @Property(tries = 300)
  void distanceIsSymmetricAndZeroForEqualNames(@ForAll String left, @ForAll String right) {
    assertEquals(Suggestion.editDistance(left, right), Suggestion.editDistance(right, left));
    assertEquals(0, Suggestion.editDistance(left, left));
  }

  @Provide
  Arbitrary<Map<String, String>> entries() {
    Arbitrary<String> keys = Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1);
    Arbitrary<String> values = Arbitraries.strings().withCharRange('!', '~').ofMaxLength(40);
    return Arbitraries.maps(keys, values).ofMaxSize(20);
  }
}
