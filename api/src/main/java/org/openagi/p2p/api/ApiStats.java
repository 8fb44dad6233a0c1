package org.openagi.p2p.api;

import java.util.Map;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.socket.SocketHub;

/**
 * Figures of the local API at one moment. Immutable.
 *
 * @param refusals requests refused, by cause; absent means none
 * @param sockets clients of the WebSocket
 * @param heldMessages messages that wait for a client to handle them
 * @param sessions browsers that are logged in
 */
public record ApiStats(
    Map<ErrorCode, Long> refusals, SocketHub.Stats sockets, int heldMessages, int sessions) {
  /** Copies the map. */
  public ApiStats {
    refusals = Map.copyOf(refusals);
  }
}
