package org.openagi.p2p.node;

/**
 * A command that another module adds to the program, found through {@link java.util.ServiceLoader}
 * when its name, the help or the completion asks for it.
 */
public interface CommandExtension {
  /** The word on the command line. */
  String name();

  /** A new object with picocli annotations. */
  Object command();
}
