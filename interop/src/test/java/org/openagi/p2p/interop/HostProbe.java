package org.openagi.p2p.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.discovery.DiscoveryListener;
import org.openagi.p2p.net.discovery.MdnsService;
import org.openagi.p2p.net.discovery.MdnsServiceConfig;
import org.openagi.p2p.net.stream.P2PStream;

/**
 * A host with discovery that dials nobody unless it is told to: the test decides who dials.
 *
 * <pre>HostProbe INTERFACE noise|tls MULTIADDR</pre>
 *
 * <p>Prints {@code listening}, then {@code peer} for each peer found. A line {@code dial PEERID} on
 * its input connects to the addresses that were discovered, sends 1 MiB through {@code /echo/1.0.0} and
 * prints {@code echoed} with the number of equal bytes. Serves that protocol as well. Ends with its input.
 */
final class HostProbe {
  private static final String ECHO = "/echo/1.0.0";
  private static final int BYTES = 1 << 20;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final Map<PeerId, List<Multiaddr>> found = new ConcurrentHashMap<>();
  private final Host host;

  private HostProbe(String security, Multiaddr listen) {
    host = Host.create(
        HostConfig.defaults()
            .withListenAddresses(List.of(listen))
            .withSecurity(List.of(security.equals("tls") ? HostConfig.TLS : HostConfig.NOISE)),
        HostKey.generate(new SecureRandom()));
    host.handle(ECHO, HostProbe::echo);
  }

  public static void main(String[] args) throws Exception {
    new HostProbe(args[1], Multiaddr.parse(args[2])).run(args[0]);
  }

  private void run(String networkInterface) throws Exception {
    host.start().toCompletableFuture().get(30, TimeUnit.SECONDS);
    DiscoveryListener listener = new DiscoveryListener() {
      @Override
      public void onPeer(PeerId peer, List<Multiaddr> addresses) {
        found.put(peer, addresses);
        out.println("{\"event\":\"peer\",\"peerId\":\"%s\",\"addresses\":\"%s\"}"
            .formatted(peer, addresses));
      }

      @Override
      public void onPeerGone(PeerId peer) {
        found.remove(peer);
      }
    };
    MdnsService discovery = new MdnsService(
        MdnsServiceConfig.defaults().withInterfaces(List.of(networkInterface)),
        host.peerId(),
        host::listenAddresses,
        listener);
    discovery.start();
    out.println("{\"event\":\"listening\",\"peerId\":\"%s\"}".formatted(host.peerId()));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      dial(PeerId.parse(line.substring("dial ".length())));
    }
    discovery.stop();
    host.close();
  }

  private void dial(PeerId peer) throws Exception {
    host.connect(peer, found.getOrDefault(peer, List.of()))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    byte[] sent = new byte[BYTES];
    new SecureRandom().nextBytes(sent);
    try (P2PStream stream =
        host.newStream(peer, ECHO).toCompletableFuture().get(30, TimeUnit.SECONDS)) {
      Thread.ofVirtual().start(() -> write(stream, sent));
      byte[] back = stream.input().readAllBytes();
      int mismatch = Arrays.mismatch(sent, back);
      out.println("{\"event\":\"echoed\",\"peerId\":\"%s\",\"equalBytes\":%d}"
          .formatted(peer, mismatch < 0 ? BYTES : mismatch));
    }
  }

  private static void write(P2PStream stream, byte[] bytes) {
    try {
      stream.output().write(bytes);
      stream.closeWrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void echo(P2PStream stream) {
    try {
      stream.input().transferTo(stream.output());
      stream.closeWrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
