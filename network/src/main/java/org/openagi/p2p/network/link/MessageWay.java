package org.openagi.p2p.network.link;

/** Which way messages for a peer take. */
public enum MessageWay {
  /** Over a connection. */
  DIRECT,
  /** Over other nodes, as there is no connection. */
  OTHERS,
  /** Into the mailboxes of nodes that keep them until the peer is back. */
  MAILBOX
}
