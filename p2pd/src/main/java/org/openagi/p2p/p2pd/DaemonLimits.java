package org.openagi.p2p.p2pd;

import java.time.Duration;

/**
 * Bounds of what clients may cost. Immutable.
 *
 * @param clients connections that are not streams yet, at least 1; most bindings open one a request
 * @param streams streams open at a time, at least 1; each costs two virtual threads and some 100 KiB at most beside the
 *     stream's window
 * @param handlers protocols served, at least 1
 * @param tags tags held for peers, at least 1
 * @param exchange how long a begun request, an answer or a callback may take
 * @param idle how long a connection may wait between requests, or a stream of which one direction has ended be silent
 */
public record DaemonLimits(
    int clients, int streams, int handlers, int tags, Duration exchange, Duration idle) {
  /** What a node uses. */
  public static final DaemonLimits DEFAULT =
      new DaemonLimits(64, 512, 256, 1024, Duration.ofSeconds(10), Duration.ofMinutes(5));
}
