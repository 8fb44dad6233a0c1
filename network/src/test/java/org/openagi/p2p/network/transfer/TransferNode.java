package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.protocols.peers.AddressSource;
import org.openagi.p2p.testkit.Await;

/** A host with transfers, and nothing else, on loopback. */
final class TransferNode implements AutoCloseable {
  final Host host;
  final TransferService transfers;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  TransferNode(HostKey key, Path folder, TransferConfig config, int port) throws Exception {
    Files.createDirectories(folder);
    host = Host.create(
        HostConfig.defaults()
            .withListenAddresses(List.of(Multiaddr.parse("/ip4/127.0.0.1/tcp/" + port)))
            .withIoThreads(1),
        key);
    transfers = new TransferService(host, key, config, folder, TimeSource.system(), timer, null);
    transfers.start();
    host.start().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  PeerId id() {
    return host.peerId();
  }

  int port() {
    return host.listenAddresses().getFirst().toTcpSocketAddress().orElseThrow().getPort();
  }

  void knows(TransferNode other) {
    host.peers()
        .addAddresses(
            other.id(),
            other.host.listenAddresses(),
            AddressSource.MANUAL,
            java.time.Duration.ofHours(1));
  }

  Transfer send(TransferNode to, Path file) throws IOException {
    return send(to, file, TransferOptions.DEFAULT);
  }

  Transfer send(TransferNode to, Path file, TransferOptions options) throws IOException {
    knows(to);
    PeerId peer = to.id();
    return transfers.sendFile(
        peer.toString(), () -> CompletableFuture.completedFuture(peer), file, options);
  }

  Transfer send(TransferNode to, String name, TransferSource source) throws IOException {
    knows(to);
    PeerId peer = to.id();
    return transfers.sendStream(
        peer.toString(),
        () -> CompletableFuture.completedFuture(peer),
        name,
        source,
        TransferOptions.DEFAULT);
  }

  void decide(TransferHandler handler) {
    transfers.setHandler(() -> java.util.Optional.of(handler));
  }

  /** Cuts all connections as a lost network would. */
  void cut() {
    for (Connection each : host.connections())
      each.abort(new CloseReason(CloseReason.Kind.CONNECTION_LOST, "cut by the test"));
  }

  static TransferOutcome end(Transfer transfer) throws Exception {
    return transfer.outcome().get(60, TimeUnit.SECONDS);
  }

  static void await(String what, java.util.function.BooleanSupplier condition) {
    Await.until(java.time.Duration.ofSeconds(60), what, condition);
  }

  @Override
  public void close() {
    transfers.close();
    host.close();
    timer.shutdownNow();
  }
}
