package org.openagi.p2p.network.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
  /** Run with {@code -Dtest.jvm.extra=-Dconfig.reference.write=true} to write the page anew. */
  @Test
  void thePageInDocsIsTheOneMadeFromTheTable() throws IOException {
    Path page = Path.of("..", "docs", "config-reference.md");
    if (Boolean.getBoolean("config.reference.write"))
      Files.writeString(page, ConfigReference.markdown());
    assertEquals(ConfigReference.markdown(), Files.readString(page));
  }
}
