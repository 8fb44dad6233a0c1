package org.openagi.p2p.node.logging;

import ch.qos.logback.core.rolling.RollingPolicyBase;
import ch.qos.logback.core.rolling.RolloverFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Puts a full log file aside as {@code .1}, that one as {@code .2}, up to a number. Logback's own policies take the name for a
 * pattern, in which a percent sign or a parenthesis cannot be written.
 */
final class NumberedFiles extends RollingPolicyBase {
  private final Path file;
  private final int files;

  /**
   * Of a file.
   *
   * @param files that are kept, the one in use among them
   */
  NumberedFiles(Path file, int files) {
    this.file = file;
    this.files = files;
  }

  @Override
  public void rollover() throws RolloverFailure {
    try {
      for (int number = files - 1; number > 0; number--) {
        Path newer = numbered(number - 1);
        if (!Files.exists(newer)) continue;
        Files.move(newer, numbered(number), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      // The appender goes on in the same file and tries again when the next line comes.
      throw new RolloverFailure("cannot put the log file " + file + " aside", e);
    }
  }

  private Path numbered(int number) {
    return number == 0 ? file : file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public String getActiveFileName() {
    return file.toString();
  }
}
