package org.openagi.p2p.network.keystore;

import java.io.IOException;

/**
 * A file or folder of the node cannot be used. The message is one line that names the path, what is
 * wrong and what to do about it.
 */
public final class DataFolderException extends IOException {
  private static final long serialVersionUID = 1L;

  /** For what this process found out itself. */
  public DataFolderException(String message) {
    super(message);
  }

  /** For what the operating system refused. */
  public DataFolderException(String message, IOException cause) {
    super(message + ": " + describe(cause), cause);
  }

  /** The class says what happened (access denied, no such file), the message names the path. */
  private static String describe(IOException cause) {
    String kind = cause.getClass().getSimpleName().replace("Exception", "");
    String words = kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
    if (kind.equals("IO") || kind.equals("FileSystem")) return String.valueOf(cause.getMessage());
    return words;
  }
}
