package org.openagi.p2p.node.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that this process belongs to, whatever its input and output are. The program {@code stty} tells its size, and
 * has it hand over each key as it is pressed until this is closed. Safe for any thread.
 */
final class Terminal implements AutoCloseable {
  /** Where nobody says how large it is. */
  static final Size USUAL = new Size(24, 80);

  private static final int SIDE_MAX = 1000;
  private static final File DEVICE = new File("/dev/tty");
  private static final long PATIENCE_SECONDS = 2;

  /**
   * Of a terminal.
   *
   * @param rows lines, at least 1
   * @param columns characters of a line, at least 1
   */
  record Size(int rows, int columns) {
    /** What {@code stty size} says; {@link #USUAL} if that is nothing that can be. */
    static Size parse(String said) {
      String[] parts = said.strip().split(" ", -1);
      try {
        int rows = Integer.parseInt(parts[0]);
        int columns = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
        return rows < 1 || columns < 1
            ? USUAL
            : new Size(Math.min(SIDE_MAX, rows), Math.min(SIDE_MAX, columns));
      } catch (NumberFormatException e) {
        return USUAL;
      }
    }
  }

  private final String before;

  private Terminal(String before) {
    this.before = before;
  }

  /**
   * Takes over the keys. Ctrl-C still ends the process; Ctrl-Z does not stop it, since nobody would put the terminal in order
   * meanwhile.
   *
   * @return empty if there is no terminal, or no {@code stty}
   */
  static Optional<Terminal> open() {
    Optional<String> before = stty("-g");
    if (before.isEmpty()) return Optional.empty();
    stty("-icanon", "-echo", "min", "1", "susp", "undef");
    return Optional.of(new Terminal(before.get()));
  }

  /** Calls {@code quit} once q is pressed or the terminal is gone; on a thread that does not keep the process alive. */
  void onQuit(Runnable quit) {
    Thread.ofPlatform().daemon().name("p2p-keys").start(() -> {
      try (InputStream keys = new FileInputStream(DEVICE)) {
        int key = keys.read();
        while (key >= 0 && key != 'q' && key != 'Q') key = keys.read();
      } catch (IOException e) {
        // It is gone, and with it whoever looked at it.
      } finally {
        quit.run();
      }
    });
  }

  /** How large it is now. */
  Size size() {
    return stty("size").map(Size::parse).orElse(USUAL);
  }

  private static Optional<String> stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command)
          .redirectInput(DEVICE)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) process.destroyForcibly();
      return ended && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no terminal, or no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Has it do what it did before. */
  @Override
  public void close() {
    stty(before);
  }
}
