package org.openagi.p2p.network.config;

/** Where messages wait and what was handled is remembered. */
public enum Store {
  /** On disk: survives the end of the process. */
  JOURNAL,
  /** In memory. */
  MEMORY
}
