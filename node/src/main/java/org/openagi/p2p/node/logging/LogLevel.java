package org.openagi.p2p.node.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/** Sets how much is logged. */
public final class LogLevel {
  private LogLevel() {}

  /**
   * Shows lines of that level and above. Netty's own debug lines stay out: they name every native
   * library and buffer, and help only who works on Netty.
   *
   * @param name {@code error}, {@code warn}, {@code info}, {@code debug} or {@code trace}
   */
  public static void set(String name) {
    Level level = Level.toLevel(name, Level.WARN);
    if (LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME) instanceof Logger root) {
      root.setLevel(level);
    }
    if (LoggerFactory.getLogger("io.netty") instanceof Logger netty) {
      netty.setLevel(level.isGreaterOrEqual(Level.INFO) ? level : Level.INFO);
    }
  }
}
