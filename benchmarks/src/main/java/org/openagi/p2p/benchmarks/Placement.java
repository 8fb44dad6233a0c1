package org.openagi.p2p.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * On which cores the two processes of a scenario run. Waking a thread on an idle core takes a virtual machine many times
 * as long as on the core that wakes it, so a round trip has two lengths, and the scheduler's choice between
 * them can change in the middle of a run.
 */
enum Placement {
  /** As the scheduler likes. */
  FREE,
  /** Both on the first core. */
  ONE,
  /** Each on a core of its own. */
  EACH;

  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  /**
   * What stands before the command of a process.
   *
   * @param receiver whether it is the process that waits for the other
   */
  List<String> prefix(boolean receiver) {
    return switch (this) {
      case FREE -> List.of();
      case ONE -> List.of(TASKSET.toString(), "-c", "0");
      case EACH -> List.of(TASKSET.toString(), "-c", receiver ? "0" : "1");
    };
  }

  /** Whether processes can be placed so on this machine. */
  boolean isPossible() {
    return this == FREE
        || (Files.isExecutable(TASKSET) && Runtime.getRuntime().availableProcessors() > 1);
  }

  /** The placement of a name in lower case. */
  static Placement named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
