package org.openagi.p2p.core.multiaddr;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The protocols that a multiaddr can name, with their multicodec numbers and the form of their values.
 *
 * @see "multiformats: multicodec table, tag multiaddr"
 */
public enum AddressProtocol {
  /** IPv4 address. */
  IP4("ip4", 4, ValueForm.IP4),
  /** TCP port. */
  TCP("tcp", 6, ValueForm.PORT),
  /** IPv6 address. */
  IP6("ip6", 41, ValueForm.IP6),
  /** Zone of the IPv6 address that follows. */
  IP6ZONE("ip6zone", 42, ValueForm.ZONE),
  /** Name that resolves to IPv4 or IPv6 addresses. */
  DNS("dns", 53, ValueForm.NAME),
  /** Name that resolves to IPv4 addresses. */
  DNS4("dns4", 54, ValueForm.NAME),
  /** Name that resolves to IPv6 addresses. */
  DNS6("dns6", 55, ValueForm.NAME),
  /** Name whose TXT records are multiaddrs. */
  DNSADDR("dnsaddr", 56, ValueForm.NAME),
  /** UDP port. */
  UDP("udp", 273, ValueForm.PORT),
  /** WebRTC to a server without a certificate of a public authority. */
  WEBRTC_DIRECT("webrtc-direct", 280, ValueForm.NONE),
  /** WebRTC between browsers. */
  WEBRTC("webrtc", 281, ValueForm.NONE),
  /** The peer after it is reached through the one before it. */
  P2P_CIRCUIT("p2p-circuit", 290, ValueForm.NONE),
  /** Path of a Unix domain socket; ends the address. */
  UNIX("unix", 400, ValueForm.PATH),
  /** Peer id. */
  P2P("p2p", 421, ValueForm.PEER),
  /** Tor onion service, version 3: key and port. */
  ONION3("onion3", 445, ValueForm.ONION3),
  /** TLS. */
  TLS("tls", 448, ValueForm.NONE),
  /** Server name for the TLS handshake. */
  SNI("sni", 449, ValueForm.NAME),
  /** Noise. */
  NOISE("noise", 454, ValueForm.NONE),
  /** QUIC, draft 29. */
  QUIC("quic", 460, ValueForm.NONE),
  /** QUIC, RFC 9000. */
  QUIC_V1("quic-v1", 461, ValueForm.NONE),
  /** WebTransport. */
  WEBTRANSPORT("webtransport", 465, ValueForm.NONE),
  /** Hash of a certificate to accept. */
  CERTHASH("certhash", 466, ValueForm.CERTHASH),
  /** WebSocket. */
  WS("ws", 477, ValueForm.NONE),
  /** WebSocket over TLS. */
  WSS("wss", 478, ValueForm.NONE),
  /** HTTP. */
  HTTP("http", 480, ValueForm.NONE),
  /** Path of an HTTP resource, percent-encoded in text. */
  HTTP_PATH("http-path", 481, ValueForm.HTTP_PATH);

  /** The old name of {@code p2p}, still found in configuration files. */
  private static final String LEGACY_P2P = "ipfs";

  private static final Map<String, AddressProtocol> BY_NAME = new HashMap<>();
  private static final Map<Integer, AddressProtocol> BY_CODE = new HashMap<>();

  static {
    for (AddressProtocol protocol : values()) {
      BY_NAME.put(protocol.text, protocol);
      BY_CODE.put(protocol.code, protocol);
    }
    BY_NAME.put(LEGACY_P2P, P2P);
  }

  private final String text;
  private final int code;
  private final ValueForm form;

  AddressProtocol(String text, int code, ValueForm form) {
    this.text = text;
    this.code = code;
    this.form = form;
  }

  /** Returns the name in text, for instance {@code quic-v1}. */
  public String text() {
    return text;
  }

  /** Returns the multicodec number. */
  public int code() {
    return code;
  }

  /** Returns whether the name is followed by a value. */
  public boolean hasValue() {
    return form != ValueForm.NONE;
  }

  ValueForm form() {
    return form;
  }

  /** Returns the protocol of this name, {@code ipfs} as the old name of {@code p2p} included. */
  public static Optional<AddressProtocol> ofText(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** Returns the protocol with this multicodec number. */
  public static Optional<AddressProtocol> ofCode(long code) {
    return code == (int) code ? Optional.ofNullable(BY_CODE.get((int) code)) : Optional.empty();
  }
}
