package org.openagi.p2p.overlay;

/** How a link ended. */
public enum LinkLoss {
  /** One of the two wanted it: shut down, trimmed, or refused. */
  CLOSED,
  /** The transport broke, as it does when a process is killed. */
  BROKEN,
  /** Declared dead after a silence. */
  SILENT
}
