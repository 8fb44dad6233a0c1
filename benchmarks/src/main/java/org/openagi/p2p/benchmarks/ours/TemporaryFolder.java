package org.openagi.p2p.benchmarks.ours;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Removes what a measured node left behind. */
public final class TemporaryFolder {
  private TemporaryFolder() {}

  /** Deletes a folder with all in it, as far as that is possible. */
  public static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) Files.deleteIfExists(file);
    } catch (IOException e) {
      // The system removes its temporary files some day.
    }
  }
}
