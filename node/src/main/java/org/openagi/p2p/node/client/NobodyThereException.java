package org.openagi.p2p.node.client;

import java.io.IOException;

/** Nobody answers where the API of a node was. */
public final class NobodyThereException extends IOException {
  private static final long serialVersionUID = 1L;

  NobodyThereException(String message) {
    super(message);
  }
}
