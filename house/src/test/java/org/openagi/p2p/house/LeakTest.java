package org.openagi.p2p.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Repository;

/**
 * Reads what the tests of the other modules printed. This module is built last, and every test runs with
 * Netty's leak detection at paranoid: a buffer that nobody released is reported there, and fails the
 * build here.
 */
class LeakTest {
  @Test
  void noTestHasLeakedABuffer() throws IOException {
    List<String> leaks = new ArrayList<>();
    Path root = Repository.root();
    try (Stream<Path> modules = Files.list(root)) {
      for (Path reports : modules
          .map(m -> m.resolve("target/surefire-reports"))
          .filter(Files::isDirectory)
          .toList()) {
        try (Stream<Path> files = Files.list(reports)) {
          for (Path file :
              files.filter(f -> f.toString().endsWith("-output.txt")).toList()) {
            Files.readString(file, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.contains("LEAK: "))
                .forEach(line -> leaks.add(root.relativize(file) + ": " + line));
          }
        }
      }
    }
    assertEquals(List.of(), leaks);
  }
}
