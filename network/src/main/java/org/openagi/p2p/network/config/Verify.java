package org.openagi.p2p.network.config;

/** When the signature of a message that came over a direct connection is checked. */
public enum Verify {
  /**
   * Before the message is acknowledged. It may reach the handler earlier, because the connection it
   * came over has already proved who speaks.
   */
  BEFORE_ACKNOWLEDGEMENT,
  /** Before the message reaches any handler. */
  BEFORE_DELIVERY
}
