package org.openagi.p2p.net;

/** Why a connection or a stream was refused. Order is not stable; {@link #code} is. */
public enum RefusalCause {
  /** {@code max_connections} reached. */
  MAX_CONNECTIONS(1, "max_connections", "at its limit of %d connections"),
  /** Inbound connections at their limit. */
  MAX_INBOUND(2, "max_inbound", "at its limit of %d inbound connections"),
  /** Outbound connections at their limit; only ever local. */
  MAX_OUTBOUND(3, "max_outbound", "at its limit of %d outbound connections"),
  /** Connections of this peer at their limit. */
  MAX_PER_PEER(4, "max_per_peer", "at its limit of %d connections of one peer"),
  /** Connections of this IP address at their limit. */
  MAX_PER_ADDRESS(5, "max_per_address", "at its limit of %d connections of one address"),
  /** Handshakes in flight at their limit. */
  MAX_HANDSHAKES(6, "max_handshakes", "at its limit of %d handshakes in flight"),
  /** Handshakes of this address or subnet at their limit. */
  MAX_HANDSHAKES_PER_ADDRESS(
      7, "max_handshakes_per_address", "at its limit of %d handshakes of one address"),
  /** The peer is us. */
  SELF(8, "self", "it has the same peer id"),
  /** A rule of the application says no. */
  GATED(9, "gated", "a rule of it forbids this peer"),
  /** The host stops. */
  STOPPING(10, "stopping", "it is shutting down"),
  /** Streams of one connection at their limit. */
  MAX_STREAMS(11, "max_streams", "at its limit of %d streams"),
  /** Handler threads at their limit. */
  MAX_HANDLERS(12, "max_handlers", "at its limit of %d running stream handlers"),
  /** The peer asked for a protocol nobody handles. */
  UNKNOWN_PROTOCOL(13, "unknown_protocol", "it does not speak the protocol"),
  /** Handshake not finished in time. */
  HANDSHAKE_TIMEOUT(14, "handshake_timeout", "the handshake took longer than %d ms"),
  /** Handshake failed: garbage, bad signature, wrong peer, closed in between. */
  HANDSHAKE_FAILED(15, "handshake_failed", "the handshake failed");

  private final int code;
  private final String settingName;
  private final String phrase;

  RefusalCause(int code, String settingName, String phrase) {
    this.code = code;
    this.settingName = settingName;
    this.phrase = phrase;
  }

  /** Number of this cause on the wire; see {@code docs/wire/refusal.md}. */
  public int code() {
    return code;
  }

  /** Name of the setting or rule behind it. */
  public String settingName() {
    return settingName;
  }

  /** A phrase such as {@code at its limit of 2 connections (max_connections)}. */
  public String describe(long limit) {
    return phrase.formatted(limit) + (phrase.contains("%d") ? " (" + settingName + ")" : "");
  }
}
