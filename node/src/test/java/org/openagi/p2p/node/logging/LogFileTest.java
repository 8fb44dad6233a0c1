package org.openagi.p2p.node.logging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@SuppressWarnings("try") // what is opened does its work by being open
@Isolated("logging is one for the whole process")
class LogFileTest {
  private static final Logger LOG = LoggerFactory.getLogger(LogFileTest.class);
  private static final int MAX_BYTES = 4096;
  private static final int MAX_LINE_BYTES = 400;

  @TempDir
  Path folder;

  @Test
  void filesAreBoundedInSizeAndNumberAndTheLastLinesAreKept() throws IOException {
    Path file = folder.resolve("logs/node 100%.log");
    try (LogFile log = LogFile.open(file, MAX_BYTES, 3)) {
      for (int i = 0; i < 200; i++) {
        LOG.atWarn().addKeyValue("number", i).log("x".repeat(200));
      }
    }
    LOG.warn("not for the file");
    Set<String> names;
    try (Stream<Path> files = Files.list(file.getParent())) {
      names = files.map(each -> each.getFileName().toString()).collect(Collectors.toSet());
    }
    assertEquals(Set.of("node 100%.log", "node 100%.log.1", "node 100%.log.2"), names);
    for (String name : names) {
      long size = Files.size(file.resolveSibling(name));
      assertTrue(size <= MAX_BYTES + MAX_LINE_BYTES, name + " has " + size + " bytes");
    }
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.getLast().endsWith(" number=199"), lines.getLast());
    assertTrue(
        lines.getLast().matches("\\d{4}-\\d\\d-\\d\\dT.* WARN LogFileTest: x+ number=199"),
        lines.getLast());
  }

  @Test
  void aRestartGoesOnInTheSameFile() throws IOException {
    Path file = folder.resolve("node.log");
    for (int run = 1; run <= 2; run++) {
      try (LogFile log = LogFile.open(file, MAX_BYTES, 2)) {
        LOG.warn("run {}", run);
      }
    }
    assertEquals(2, Files.readAllLines(file).size());
  }

  @Test
  void aFolderCannotBeALogFile() {
    IOException why =
        assertThrows(IOException.class, () -> LogFile.open(folder, MAX_BYTES, 2).close());
    assertTrue(why.getMessage().contains(folder.toString()), why.getMessage());
  }
}
