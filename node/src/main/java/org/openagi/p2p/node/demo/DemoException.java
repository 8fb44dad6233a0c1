package org.openagi.p2p.node.demo;

/** A step of the demo that failed; the message says which, and what was seen instead. */
final class DemoException extends Exception {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }
}
