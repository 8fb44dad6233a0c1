package org.openagi.p2p.p2pd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/** Requests as Google's protobuf writes them, responses as it reads them. */
class CodecTest {
  private static final PeerId PEER =
      PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
  private static final Multiaddr TCP = Multiaddr.parse("/ip4/127.0.0.1/tcp/4001");
  private static final Multiaddr UNIX = Multiaddr.parse("/unix/tmp/p2pd.sock");

  @Test
  void requestsWithoutParameters() throws Exception {
    assertEquals(new Request.Identify(), RequestCodec.decode(Oracle.request(0, "")));
    assertEquals(new Request.ListPeers(), RequestCodec.decode(Oracle.request(5, "")));
  }

  @Test
  void requestsWithParameters() throws Exception {
    Bytes peer = PEER.toBytes();
    assertEquals(
        new Request.Connect(PEER, List.of(TCP), 7),
        RequestCodec.decode(Oracle.request(
            1,
            "connect",
            "peer",
            peer,
            "addrs",
            List.of(TCP.toBytes(), Bytes.fromHex("ffff7f")),
            "timeout",
            7)),
        "an address of an unknown kind is left out");
    assertEquals(
        new Request.StreamOpen(PEER, List.of("/a", "/b"), 0),
        RequestCodec.decode(
            Oracle.request(2, "streamOpen", "peer", peer, "proto", List.of("/a", "/b"))));
    assertEquals(
        new Request.StreamHandler(UNIX, List.of("/a")),
        RequestCodec.decode(
            Oracle.request(3, "streamHandler", "addr", UNIX.toBytes(), "proto", List.of("/a"))));
    assertEquals(
        new Request.TagPeer(PEER, "friend", -3),
        RequestCodec.decode(Oracle.request(
            6, "connManager", "type", 0, "peer", peer, "tag", "friend", "weight", -3)));
    assertEquals(
        new Request.UntagPeer(PEER, "friend"),
        RequestCodec.decode(
            Oracle.request(6, "connManager", "type", 1, "peer", peer, "tag", "friend")));
    assertEquals(
        new Request.Disconnect(PEER),
        RequestCodec.decode(Oracle.request(7, "disconnect", "peer", peer)));
    assertEquals(
        new Request.PeerProtocols(PEER),
        RequestCodec.decode(Oracle.request(9, "peerStore", "type", 1, "id", peer)));
    assertEquals(
        new Request.PeerAddresses(PEER),
        RequestCodec.decode(Oracle.request(9, "peerStore", "type", 2, "id", peer)));
  }

  @Test
  void whatThisNodeDoesNotDoIsNamed() throws Exception {
    assertEquals(new Request.Unsupported("the DHT"), RequestCodec.decode(Oracle.request(4, "")));
    assertEquals(new Request.Unsupported("PUBSUB"), RequestCodec.decode(Oracle.request(8, "")));
    assertEquals(
        new Request.Unsupported("trimming on demand"),
        RequestCodec.decode(Oracle.request(6, "connManager", "type", 2)));
    assertEquals(
        new Request.Unsupported("request type 77"), RequestCodec.decode(Oracle.request(77, "")));
  }

  @Test
  void limitsAreKeptAndNamed() {
    Bytes peer = PEER.toBytes();
    refused("without a type", Bytes.EMPTY);
    refused("request of 65537 bytes", Bytes.wrap(new byte[RequestCodec.MAX_BYTES + 1]));
    refused("CONNECT without its parameters", Oracle.request(1, ""));
    refused("without a peer id", Oracle.request(7, "disconnect"));
    refused("without a tag", Oracle.request(6, "connManager", "type", 0, "peer", peer));
    refused("0 protocols", Oracle.request(2, "streamOpen", "peer", peer));
    refused(
        "more than 64 items",
        Oracle.request(2, "streamOpen", "peer", peer, "proto", Collections.nCopies(65, "/a")));
    refused(
        "protocol id of 1024 bytes",
        Oracle.request(2, "streamOpen", "peer", peer, "proto", List.of("/" + "a".repeat(1023))));
    refused("without an address", Oracle.request(3, "streamHandler", "proto", List.of("/a")));
  }

  /** A page in a browser can have a request sent to any port, but not one that means something here. */
  @Test
  void theBeginningOfAnHttpRequestIsNone() {
    for (String method : List.of("GET", "POST", "PUT", "OPTIONS", "HEAD")) {
      String request = method + " /" + "A".repeat(200) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      byte[] bytes = Bytes.ofUtf8(request).toArray();
      Bytes asMessage = Bytes.copyOf(bytes, 1, bytes[0]);
      assertThrows(ProtocolViolationException.class, () -> RequestCodec.decode(asMessage), method);
    }
  }

  @Test
  void responses() throws Exception {
    PeerAt here = new PeerAt(PEER, List.of(TCP, UNIX));
    assertTrue(Oracle.response(Responses.ok()).isOk());
    Oracle.Fields error = Oracle.response(Responses.error("no"));
    assertEquals(1, error.number("type"));
    assertEquals("no", error.error());
    Oracle.Fields identify = Oracle.response(Responses.identify(here)).of("identify");
    assertEquals(PEER.toBytes(), identify.bytes("id"));
    assertEquals(List.of(TCP.toBytes(), UNIX.toBytes()), identify.allBytes("addrs"));
    List<Oracle.Fields> peers =
        Oracle.response(Responses.peers(List.of(here, here))).each("peers");
    assertEquals(2, peers.size());
    assertEquals(PEER.toBytes(), peers.getLast().bytes("id"));
    Oracle.Fields known = Oracle.response(Responses.peerstore(here)).of("peerStore");
    assertEquals(2, known.of("peer").allBytes("addrs").size());
    assertEquals(
        List.of("/a", "/b"),
        Oracle.response(Responses.peerstore(List.of("/a", "/b")))
            .of("peerStore")
            .texts("protos"));
    Bytes info = Responses.streamInfo(PEER, TCP, "/echo");
    Oracle.Fields stream = Oracle.response(Responses.stream(info)).of("streamInfo");
    assertEquals(TCP.toBytes(), stream.bytes("addr"));
    assertEquals("/echo", stream.text("proto"));
  }

  @Test
  void longErrorsAreCut() throws Exception {
    String shown = Oracle.response(Responses.error("x".repeat(10_000))).error();
    assertEquals(Responses.MAX_ERROR_CHARS, shown.length());
  }

  /** The bytes of docs/p2pd.md. */
  @Test
  void theExamplesOfTheDocumentAreTrue() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "p2pd.md"));
    String open = Oracle.request(
            2, "streamOpen", "peer", PEER.toBytes(), "proto", List.of("/echo/1.0.0"))
        .toHex();
    String info =
        Responses.stream(Responses.streamInfo(PEER, TCP, "/echo/1.0.0")).toHex();
    assertTrue(page.contains(open), () -> "the page lacks the request " + open);
    assertTrue(page.contains(info), () -> "the page lacks the response " + info);
  }

  private static void refused(String why, Bytes request) {
    String message = assertThrows(
            ProtocolViolationException.class, () -> RequestCodec.decode(request), why)
        .getMessage();
    assertTrue(String.valueOf(message).contains(why), () -> message + " should say " + why);
  }
}
