package org.openagi.p2p.interop;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.discovery.DiscoveryListener;
import org.openagi.p2p.net.discovery.MdnsService;
import org.openagi.p2p.net.discovery.MdnsServiceConfig;
import org.openagi.p2p.protocols.mdns.MdnsConfig;

/**
 * A process that only discovers, for tests with several processes and with other implementations.
 *
 * <pre>DiscoveryProbe INTERFACES SERVICE MULTIADDR…</pre>
 *
 * <p>Prints one JSON object a line: {@code listening} first, then {@code peer} and {@code gone} with
 * the milliseconds since discovery was started. Stops, with good-bye, when its standard input ends.
 */
final class DiscoveryProbe {

  private DiscoveryProbe() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PeerId self = randomPeer();
    List<String> interfaces =
        Arrays.stream(args[0].split(",")).filter(name -> !name.isBlank()).toList();
    List<Multiaddr> addresses =
        Arrays.stream(args).skip(2).map(Multiaddr::parse).toList();
    MdnsServiceConfig config = MdnsServiceConfig.defaults()
        .withInterfaces(interfaces)
        .withMdns(MdnsConfig.defaults().withServiceName(args[1]));
    long start = System.nanoTime();
    DiscoveryListener listener = new DiscoveryListener() {
      @Override
      public void onPeer(PeerId peer, List<Multiaddr> found) {
        out.println("{\"event\":\"peer\",\"peerId\":\"%s\",\"addresses\":[%s],\"ms\":%.1f}"
            .formatted(peer, quoted(found), millisSince(start)));
      }

      @Override
      public void onPeerGone(PeerId peer) {
        out.println("{\"event\":\"gone\",\"peerId\":\"%s\",\"ms\":%.1f}"
            .formatted(peer, millisSince(start)));
      }
    };
    MdnsService service = new MdnsService(config, self, () -> addresses, listener);
    service.start();
    out.println("{\"event\":\"listening\",\"peerId\":\"%s\",\"links\":\"%s\",\"ms\":%.1f}"
        .formatted(self, service.stats().links(), millisSince(start)));
    while (System.in.read() >= 0) {
      // Until the end of the input.
    }
    service.stop();
    out.println("{\"event\":\"stopped\",\"stats\":\"%s\"}".formatted(service.stats()));
  }

  /** A peer id of the form that an Ed25519 key has; nobody ever authenticates it here. */
  static PeerId randomPeer() throws ProtocolViolationException {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return PeerId.fromBytes(Bytes.fromHex("002408011220").concat(Bytes.wrap(key)));
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  private static String quoted(List<Multiaddr> addresses) {
    return String.join(
        ",", addresses.stream().map(a -> '"' + a.toString() + '"').toList());
  }
}
