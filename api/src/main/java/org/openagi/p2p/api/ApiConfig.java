package org.openagi.p2p.api;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * How the local API is served. Immutable.
 *
 * @param address where to listen; port 0 picks a free one
 * @param otherPort whether to take a free port if that one is in use
 * @param hosts host names, beyond those of the loopback interface, by which requests may name this node; without a port
 * @param folder of the token and of the file that tells the address; the node's data folder
 * @param version of the program, to be told
 */
public record ApiConfig(
    InetSocketAddress address, boolean otherPort, List<String> hosts, Path folder, String version) {
  /** Most bytes of a request's body: the largest payload that fits, in base64, is some 6 MB. */
  public static final int MAX_BODY_BYTES = 8 << 20;

  /** Most connections open at a time, WebSockets among them. */
  public static final int MAX_CONNECTIONS = 512;

  /** Requests a second that are answered, all clients together, and how many at once. */
  public static final int REQUESTS_PER_SECOND = 500;

  public static final int REQUESTS_BURST = 2000;

  /** Wrong tokens a second that are looked at, and how many at once. */
  public static final int WRONG_TOKENS_PER_SECOND = 2;

  public static final int WRONG_TOKENS_BURST = 20;

  /** Copies the list. */
  public ApiConfig {
    hosts = List.copyOf(hosts);
  }
}
