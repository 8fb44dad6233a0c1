package org.openagi.p2p.api.resource;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.view.PeerJson;
import org.openagi.p2p.network.ConnectFailures;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.PeerInfo;

/** {@code /api/v1/peers}. */
public final class Peers {
  private static final long CONNECT_SECONDS_MAX = 30;

  private final P2PNetworkManager node;

  /** Of a node. */
  public Peers(P2PNetworkManager node) {
    this.node = node;
  }

  /** Adds the paths. */
  public void addTo(Routes routes) {
    routes
        .get("/api/v1/peers", this::list)
        .post("/api/v1/peers", this::connect)
        .get("/api/v1/peers/{peer}", this::show)
        .post("/api/v1/peers/{peer}/ping", this::ping)
        .delete("/api/v1/peers/{peer}/pin", this::forget);
  }

  private void list(Exchange exchange) {
    List<JsonObject> peers = node.connectedPeers().stream()
        .sorted(Comparator.comparing(PeerInfo::displayName))
        .map(PeerJson::row)
        .toList();
    exchange.answer(new JsonObject().put("peers", peers));
  }

  private void connect(Exchange exchange) throws Exception {
    String address = exchange.body(Set.of("peer")).requireText("peer");
    try {
      PeerInfo peer = node.connect(address).get(CONNECT_SECONDS_MAX, TimeUnit.SECONDS);
      exchange.answer(PeerJson.full(peer));
    } catch (ExecutionException e) {
      throw refused(e);
    }
  }

  private void show(Exchange exchange) {
    exchange.answer(PeerJson.full(find(exchange.path("peer"))));
  }

  private PeerInfo find(String peer) {
    return node.getPeerInfo(peer)
        .orElseThrow(
            () -> new ApiException(ErrorCode.NOT_FOUND, "no peer '" + peer + "' is known"));
  }

  private void ping(Exchange exchange) throws Exception {
    PeerInfo peer = find(exchange.path("peer"));
    try {
      long micros = node.ping(peer.peerId().toString())
              .get(CONNECT_SECONDS_MAX, TimeUnit.SECONDS)
              .toNanos()
          / 1000;
      exchange.answer(
          new JsonObject().put("peerId", peer.peerId().toString()).put("rttMicros", micros));
    } catch (ExecutionException e) {
      throw refused(e);
    }
  }

  /** The node's own words why it could not do something, with the class of that; faults of the program are passed on. */
  private static Exception refused(ExecutionException e) {
    if (!(e.getCause() instanceof IOException cause)) return e;
    return new ApiException(
        ErrorCode.REFUSED,
        String.valueOf(cause.getMessage()),
        ConnectFailures.word(cause).orElse(null));
  }

  private void forget(Exchange exchange) throws Exception {
    String alias = exchange.path("peer");
    if (!node.forgetPeer(alias)) {
      throw new ApiException(ErrorCode.NOT_FOUND, "no key is pinned to the name '" + alias + "'");
    }
    exchange.done();
  }
}
