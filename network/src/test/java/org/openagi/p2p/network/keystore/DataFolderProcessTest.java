package org.openagi.p2p.network.keystore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataFolderProcessTest {
  @TempDir
  Path temporary;

  /** Another process that takes the folder and holds it until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (DataFolder folder = DataFolder.open(Path.of(arguments[0]))) {
        System.out.println(folder.path());
        System.in.read();
      }
    }
  }

  @Test
  void theOwningProcessIsNamedAndItsDeathFreesTheFolder() throws Exception {
    Process holder = new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            Holder.class.getName(),
            temporary.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    try {
      assertTrue(
          holder.inputReader().lines().anyMatch(temporary.toString()::equals), "no such line");
      DataFolderException failure =
          assertThrows(DataFolderException.class, () -> DataFolder.open(temporary));
      assertTrue(failure.getMessage().contains("process " + holder.pid()), failure.getMessage());
    } finally {
      holder.destroyForcibly().waitFor();
    }
    try (DataFolder folder = DataFolder.open(temporary)) {
      assertEquals(temporary, folder.path());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
