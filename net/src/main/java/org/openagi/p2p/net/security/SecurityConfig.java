package org.openagi.p2p.net.security;

import java.time.Duration;

/**
 * Settings of the security handshakes. Immutable.
 *
 * @param handshakeTimeout from the call of {@link SecurityProtocol#secure} to its success; 10 s by
 *     default, which is several times what three round trips take on the slowest links (satellite,
 *     Tor: 1 s each), and bounds how long a silent peer holds a socket
 */
public record SecurityConfig(Duration handshakeTimeout) {
  private static final Duration MAX_HANDSHAKE_TIMEOUT = Duration.ofMinutes(10);

  /** Refuses a timeout that is not within 1 ms .. 10 min. */
  public SecurityConfig {
    if (handshakeTimeout.toMillis() < 1 || handshakeTimeout.compareTo(MAX_HANDSHAKE_TIMEOUT) > 0) {
      throw new IllegalArgumentException("handshakeTimeout " + handshakeTimeout
          + ", allowed are PT0.001S.." + MAX_HANDSHAKE_TIMEOUT);
    }
  }

  /** The settings that fit most nodes. */
  public static SecurityConfig defaults() {
    return new SecurityConfig(Duration.ofSeconds(10));
  }

  /** These settings with another timeout. */
  public SecurityConfig withHandshakeTimeout(Duration timeout) {
    return new SecurityConfig(timeout);
  }
}
