package org.openagi.p2p.protocols.ping;

/** Constants of the ping protocol. */
public final class Ping {
  /** Protocol id. */
  public static final String PROTOCOL = "/ipfs/ping/1.0.0";

  /** Size of a ping and of its answer, in bytes. */
  public static final int PAYLOAD_BYTES = 32;

  /** Most ping streams a responder serves per connection, as the specification recommends. */
  public static final int MAX_INBOUND_STREAMS = 2;

  private Ping() {}
}
