package org.openagi.p2p.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** The files of the repository that a test runs in, whichever of its folders it was started in. */
public final class Repository {
  private static final String AT_ROOT = "LICENSE";

  private Repository() {}

  /** The folder of the whole repository. */
  public static Path root() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve(AT_ROOT))) return folder;
    }
    throw new AssertionError("no folder above " + start + " has a " + AT_ROOT);
  }

  /** A file of it, named from its root. */
  public static Path file(String name) {
    return root().resolve(name);
  }
}
