package org.openagi.p2p.node.cli;

/** A command that cannot do what it was asked to do; the message says why, in one line. */
final class CommandFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  CommandFailedException(String message) {
    super(message);
  }
}
