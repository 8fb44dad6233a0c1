package org.openagi.p2p.network.config;

/** When a message counts as handled, for a node whose messages are taken through its local API. */
public enum ApiInbox {
  /** As soon as clients can see it. */
  SHOW,
  /** When a client says so. */
  HOLD
}
