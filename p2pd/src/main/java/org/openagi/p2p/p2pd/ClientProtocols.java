package org.openagi.p2p.p2pd;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocols that clients serve: for each stream of a peer the client's address is called. Safe for any thread; {@link
 * #serve} runs on the stream's own virtual thread.
 */
final class ClientProtocols {
  private static final Logger LOG = LoggerFactory.getLogger(ClientProtocols.class);

  private final Host host;
  private final OpenStreams streams;
  private final Ledger ledger;
  private final DaemonLimits limits;

  /** Changed under the lock of this; read without. */
  private final Map<String, Multiaddr> addresses = new ConcurrentHashMap<>();

  ClientProtocols(Host host, OpenStreams streams, Ledger ledger, DaemonLimits limits) {
    this.host = host;
    this.streams = streams;
    this.ledger = ledger;
    this.limits = limits;
  }

  /**
   * Has a client serve protocols, in the place of the client that did.
   *
   * @param throughUnix whether the client came through a Unix socket. Only those may name one to be called: who came by
   *     TCP could be any user of this machine, to whom this node would lend its own rights
   */
  synchronized void register(Request.StreamHandler request, boolean throughUnix)
      throws RefusedException {
    Multiaddr address = request.address();
    if (LocalAddress.of(address).isEmpty()) {
      throw new RefusedException(
          Refusal.CALLBACK_ADDRESS,
          "handler address " + address + " is neither /unix/... nor TCP on the loopback interface");
    }
    if (LocalAddress.isUnix(address) && !throughUnix) {
      throw new RefusedException(
          Refusal.CALLBACK_ADDRESS,
          "handler address " + address + " is taken from clients of the Unix socket only");
    }
    requireRoom(request.protocols());
    for (String protocol : request.protocols()) {
      if (!addresses.containsKey(protocol)) handle(protocol);
      addresses.put(protocol, address);
    }
  }

  private void requireRoom(List<String> protocols) throws RefusedException {
    long more =
        protocols.stream().distinct().filter(id -> !addresses.containsKey(id)).count();
    if (addresses.size() + more > limits.handlers()) {
      throw new RefusedException(
          Refusal.TOO_MANY_HANDLERS, "clients serve " + limits.handlers() + " protocols already");
    }
  }

  private void handle(String protocol) throws RefusedException {
    try {
      host.handle(protocol, this::serve);
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new RefusedException(Refusal.PROTOCOL_TAKEN, String.valueOf(e.getMessage()));
    }
  }

  private void serve(P2PStream stream) {
    Multiaddr address = addresses.get(stream.protocol());
    Optional<SocketAddress> client = address == null ? Optional.empty() : LocalAddress.of(address);
    if (client.isEmpty()) {
      stream.reset();
      return;
    }
    if (!ledger.takeStream()) {
      ledger.count(Refusal.TOO_MANY_STREAMS);
      stream.reset();
      return;
    }
    try {
      LocalSocket socket = call(client.get(), stream);
      streams.pipe(socket, stream);
    } catch (IOException e) {
      ledger.count(Refusal.CALLBACK_FAILED);
      LOG.atDebug().setCause(e).addKeyValue("address", address).log("a handler does not answer");
      stream.reset();
    } catch (InterruptedException e) {
      stream.reset();
      Thread.currentThread().interrupt();
    } finally {
      ledger.releaseStream();
    }
  }

  /** Connects to the client and tells it whose stream this is. */
  private LocalSocket call(SocketAddress client, P2PStream stream) throws IOException {
    SocketChannel channel = SocketChannel.open(LocalAddress.familyOf(client));
    try (Watchdog.Watch watch = streams.watchdog().watch(() -> endQuietly(channel))) {
      watch.limit(limits.exchange());
      channel.connect(client);
      LocalSocket socket = new LocalSocket(channel);
      socket.writeMessage(
          Responses.streamInfo(stream.remotePeer(), streams.addressOf(stream), stream.protocol()));
      return socket;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void endQuietly(SocketChannel channel) {
    ledger.count(Refusal.TOO_SLOW);
    try {
      channel.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("callback not closed in good order");
    }
  }

  int size() {
    return addresses.size();
  }

  /** No client serves anything any more. */
  synchronized void close() {
    addresses.keySet().forEach(host::unhandle);
    addresses.clear();
  }
}
