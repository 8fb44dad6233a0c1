package org.openagi.p2p.api.feed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The last of a stream of lines, numbered from 1, within a number and a size. Safe for any thread.
 *
 * <p>A client asks for what came after the number it saw last, and waits for it if it likes; the first number tells it
 * whether it missed any.
 */
public final class RecentLog {
  /** Some lines. */
  public record Page(List<String> lines, long first, long last) {}

  private record Line(long number, String text) {}

  private final int maxLines;
  private final long maxCharacters;

  // Guarded by this.
  private final ArrayDeque<Line> lines = new ArrayDeque<>();
  private long characters;
  private long last;

  /** Keeps nothing yet. */
  public RecentLog(int maxLines, long maxCharacters) {
    this.maxLines = maxLines;
    this.maxCharacters = maxCharacters;
  }

  /** The number that the next line gets. For the one thread that adds. */
  public synchronized long nextNumber() {
    return last + 1;
  }

  /** Adds a line; the oldest ones go for it. The last one stays whatever its size. */
  public synchronized void add(String text) {
    lines.addLast(new Line(++last, text));
    characters += text.length();
    while (lines.size() > maxLines || (characters > maxCharacters && lines.size() > 1)) {
      characters -= lines.removeFirst().text.length();
    }
    notifyAll();
  }

  /**
   * What came after a number.
   *
   * @param waitMillis how long to wait for a line if there is none
   * @return at most {@code limit} lines, the oldest first; and the first and last number there are
   */
  public synchronized Page after(long number, int limit, long waitMillis)
      throws InterruptedException {
    long end = System.nanoTime() + waitMillis * 1_000_000;
    while (last <= number) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) break;
      wait(left);
    }
    List<String> found = new ArrayList<>();
    for (Line each : lines) {
      if (each.number > number && found.size() < limit) found.add(each.text);
    }
    long first = lines.isEmpty() ? last + 1 : lines.getFirst().number;
    return new Page(found, first, last);
  }

  /** Lines that are kept. */
  public synchronized int size() {
    return lines.size();
  }
}
