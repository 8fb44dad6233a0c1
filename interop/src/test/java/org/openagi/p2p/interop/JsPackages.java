package org.openagi.p2p.interop;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Installs the pinned packages of {@code interop/js} once per machine, whichever test comes first. */
final class JsPackages {
  private static final boolean REQUIRED = Boolean.getBoolean("interop.required");

  private JsPackages() {}

  /** The folder of the scripts, with the packages beside them; skips the test if they can't be had. */
  static Path folder() throws Exception {
    Path js = Path.of("js").toAbsolutePath();
    if (!Files.exists(js)) js = Path.of("interop", "js").toAbsolutePath();
    if (!isOnPath("npm") || !isOnPath("node")) skip("npm and node are not installed");
    Path stamp = js.resolve("node_modules/.installed");
    try (FileChannel channel = FileChannel.open(
            Files.createDirectories(js.resolve("../target").normalize()).resolve("npm.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
        var held = channel.lock()) {
      String wanted = Files.readString(js.resolve("package-lock.json"));
      if (held.isValid() && Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
        return js;
      }
      Process npm = new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
          .directory(js.toFile())
          // not our own streams: the build talks to the test process over them
          .redirectErrorStream(true)
          .redirectOutput(js.resolve("../target/npm.log").normalize().toFile())
          .start();
      if (!npm.waitFor(5, TimeUnit.MINUTES) || npm.exitValue() != 0) {
        npm.destroyForcibly();
        skip("npm could not install the pinned packages of interop/js; see interop/target/npm.log");
      }
      Files.writeString(stamp, wanted);
    }
    return js;
  }

  private static boolean isOnPath(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static void skip(String why) {
    if (REQUIRED) Assertions.fail("interop tests are required, but " + why);
    Assumptions.abort("js-libp2p interop skipped: " + why);
  }
}
