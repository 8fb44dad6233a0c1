package org.openagi.p2p.interop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs the scripts of {@code interop/lab} and other short commands. */
final class Lab {

  /** Exit code of a script that cannot run on this machine. */
  static final int CANNOT_RUN = 77;

  private static final long PATIENCE_SECONDS = 120;

  private Lab() {}

  /** What a command printed, both streams together, and its exit code. */
  record Result(int exitCode, String output) {}

  /** The path of a script, wherever the tests run. */
  static String script(String name) {
    Path here = Path.of("lab", name).toAbsolutePath();
    return (Files.exists(here) ? here : Path.of("interop", "lab", name).toAbsolutePath())
        .toString();
  }

  /** Runs a command to its end. */
  static Result run(List<String> command) throws IOException, InterruptedException {
    return run(command, Map.of(), PATIENCE_SECONDS);
  }

  /** Runs a command to its end, with more variables. */
  static Result run(List<String> command, Map<String, String> variables, long patienceSeconds)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("lab", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(patienceSeconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        Assertions.fail(command + " did not end; it printed " + Files.readString(output));
      }
      return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } finally {
      Files.delete(output);
    }
  }

  /** Runs a command that must succeed; skips the test if it says that it cannot run here. */
  static String require(String... command) throws IOException, InterruptedException {
    Result result = run(List.of(command));
    Assumptions.assumeFalse(
        result.exitCode() == CANNOT_RUN, () -> "lab skipped: " + result.output().strip());
    Assertions.assertEquals(0, result.exitCode(), () -> result.output());
    return result.output();
  }

  /** The command line of a Java program of this test class path. */
  static List<String> java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
