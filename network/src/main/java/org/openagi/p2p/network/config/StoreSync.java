package org.openagi.p2p.network.config;

/** When a message in the journal counts as kept. */
public enum StoreSync {
  /** When the disk has it. */
  ALWAYS,
  /** When the operating system has it. */
  OS
}
