package org.openagi.p2p.node.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.openagi.p2p.node.cli.SafeText;
import org.slf4j.event.KeyValuePair;

/**
 * One event, one line: time, level, class, message, then key=value pairs. Control characters are
 * escaped, since peers choose some of the values. Stack traces only for events of level debug or
 * finer, and for errors.
 */
final class LineLayout extends LayoutBase<ILoggingEvent> {
  /** Of lines that somebody sees as they come. */
  static final String TIME = "HH:mm:ss.SSS";

  /** Of lines that are read days later. */
  static final String DATE_AND_TIME = "yyyy-MM-dd'T'HH:mm:ss.SSSxxx";

  private final DateTimeFormatter time;

  /** With times of that pattern. */
  LineLayout(String pattern) {
    this.time = DateTimeFormatter.ofPattern(pattern).withZone(ZoneId.systemDefault());
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    var line = new StringBuilder(160);
    line.append(event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        line.append(' ').append(pair.key).append('=').append(pair.value);
      }
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) line.append(" (").append(thrown.getMessage()).append(')');
    String head = time.format(Instant.ofEpochMilli(event.getTimeStamp()))
        + ' '
        + event.getLevel()
        + ' '
        + simpleName(event.getLoggerName())
        + ": ";
    String text = head + SafeText.of(line.toString()) + System.lineSeparator();
    return thrown != null && hasTrace(event) ? text + ThrowableProxyUtil.asString(thrown) : text;
  }

  /** What a peer can cause is logged below error and shown without its trace. */
  private static boolean hasTrace(ILoggingEvent event) {
    int level = event.getLevel().toInt();
    return level >= ch.qos.logback.classic.Level.ERROR_INT
        || level <= ch.qos.logback.classic.Level.DEBUG_INT;
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }
}
