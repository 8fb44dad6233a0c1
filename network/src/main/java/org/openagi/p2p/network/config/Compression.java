package org.openagi.p2p.network.config;

/** Whether messages are compressed before they are sent. */
public enum Compression {
  /** Where it makes them shorter. */
  AUTO,
  /** Never, so that their length on the wire says nothing of their content. */
  OFF
}
