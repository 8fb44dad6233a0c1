package org.openagi.p2p.network.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;

class ConfigFileFuzzTest {
  /** No input may do anything but be parsed or be reported. */
  @FuzzTest
  void parse(byte[] input) {
    List<ConfigProblem> problems = new ArrayList<>();
    List<P2PConfig.Written> written = new ArrayList<>();
    ConfigFile.parse("fuzz", input, problems).forEach((name, line) -> ConfigKeys.byName(name)
        .ifPresent(key -> written.add(
            new P2PConfig.Written(key, line.value(), Origin.file("fuzz", line.number())))));
    try {
      P2PConfig.of(written, problems).effective();
    } catch (ConfigException e) {
      if (e.problems().isEmpty()) throw new AssertionError("refused without a problem", e);
    }
  }
}
