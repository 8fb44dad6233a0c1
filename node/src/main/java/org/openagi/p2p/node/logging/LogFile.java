package org.openagi.p2p.node.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/**
 * Logging to files of bounded size and number: the one in use under its own name, older ones with {@code .1} and so on, the
 * oldest with the highest number.
 */
public final class LogFile implements AutoCloseable {
  private final Logger root;
  private final RollingFileAppender<ILoggingEvent> appender;

  private LogFile(Logger root, RollingFileAppender<ILoggingEvent> appender) {
    this.root = root;
    this.appender = appender;
  }

  /**
   * Sends all lines to a file from now on; standard error shows errors only.
   *
   * @param maxBytes size at which a file is put aside; it may end up longer by one line
   * @param files that are kept, 2 to 20, the one in use among them
   * @throws IOException if it cannot be written
   */
  public static LogFile open(Path file, long maxBytes, int files) throws IOException {
    Path absolute = file.toAbsolutePath().normalize();
    Path folder = absolute.getParent();
    if (folder != null) Files.createDirectories(folder);
    if (Files.isDirectory(absolute) || (Files.exists(absolute) && !Files.isWritable(absolute))) {
      throw new IOException("cannot write the log file " + absolute);
    }
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    LoggerContext context = root.getLoggerContext();
    var appender = new RollingFileAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(absolute.toString());
    appender.setEncoder(LogConfigurator.encoder(context, LineLayout.DATE_AND_TIME));
    roll(appender, absolute, maxBytes, files);
    appender.start();
    if (!appender.isStarted()) throw new IOException("cannot write the log file " + absolute);
    showOnly(root, Level.ERROR.toString());
    root.addAppender(appender);
    return new LogFile(root, appender);
  }

  private static void roll(
      RollingFileAppender<ILoggingEvent> appender, Path file, long maxBytes, int files) {
    var window = new NumberedFiles(file, files);
    window.setContext(appender.getContext());
    window.setParent(appender);
    window.start();
    var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    size.setContext(appender.getContext());
    size.setMaxFileSize(new FileSize(maxBytes));
    // By itself it looks at the size once a minute, and a flood fills a disk in less.
    size.setCheckIncrement(Duration.buildByMilliseconds(0));
    size.start();
    appender.setRollingPolicy(window);
    appender.setTriggeringPolicy(size);
  }

  private static void showOnly(Logger root, String level) {
    Appender<ILoggingEvent> console = root.getAppender(LogConfigurator.CONSOLE);
    if (console == null) return;
    console.clearAllFilters();
    var filter = new ThresholdFilter();
    filter.setLevel(level);
    filter.start();
    console.addFilter(filter);
  }

  /** Lines go to standard error again. */
  @Override
  public void close() {
    root.detachAppender(appender);
    appender.stop();
    showOnly(root, Level.TRACE.toString());
  }
}
