package org.openagi.p2p.net.security;

/** Which side of a connection we are. */
public enum Role {
  /** We opened the connection; Noise initiator, TLS client. */
  DIALER,
  /** We accepted the connection; Noise responder, TLS server. */
  LISTENER
}
