package org.openagi.p2p.protocols.mdns;

import org.openagi.p2p.core.bytes.Bytes;

/**
 * Where a datagram came from or goes to.
 *
 * @param ip 4 or 16 bytes
 * @param port UDP port, 0 to 65535
 */
public record MdnsEndpoint(Bytes ip, int port) {

  /** Checks length and range. */
  public MdnsEndpoint {
    if (ip.length() != 4 && ip.length() != 16) {
      throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + ip.length());
    }
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + " is not within 0..65535");
    }
  }
}
