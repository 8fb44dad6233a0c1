package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keys of a terminal as they are pressed. The program {@code stty} turns lines off and on again; where there is none, a key
 * counts when the line is ended.
 */
final class Keys implements AutoCloseable {
  private static final int ROWS_UNKNOWN = 24;
  private static final int ROWS_MAX = 1000;
  private static final long PATIENCE_SECONDS = 2;

  private final Optional<String> before;
  private final int rows;

  private Keys(Optional<String> before, int rows) {
    this.before = before;
    this.rows = rows;
  }

  /** Calls {@code quit} once q is pressed or the input ends; on a thread that does not keep the process alive. */
  static Keys open(InputStream in, Runnable quit) {
    Optional<String> before = stty("-g");
    int rows = before.isEmpty() ? ROWS_UNKNOWN : rows(stty("size").orElse(""));
    if (before.isPresent()) stty("-icanon", "-echo", "min", "1");
    Thread.ofPlatform().daemon().name("p2p-keys").start(() -> {
      try {
        int key = in.read();
        while (key >= 0 && key != 'q' && key != 'Q') key = in.read();
        quit.run();
      } catch (IOException e) {
        quit.run();
      }
    });
    return new Keys(before, rows);
  }

  private static int rows(String size) {
    try {
      return Math.min(ROWS_MAX, Integer.parseInt(size.split(" ", 2)[0]));
    } catch (NumberFormatException e) {
      return ROWS_UNKNOWN;
    }
  }

  /** Lines of the terminal. */
  int rows() {
    return rows;
  }

  private static Optional<String> stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command)
          .redirectInput(ProcessBuilder.Redirect.INHERIT)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) process.destroyForcibly();
      return ended && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    before.ifPresent(Keys::stty);
  }
}
