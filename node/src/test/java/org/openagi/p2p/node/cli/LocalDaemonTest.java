package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.config.ConfigException;
import org.openagi.p2p.network.config.P2PConfig;

/** The p2pd sockets of a node are there while it runs, where its configuration says, and nowhere else. */
@Timeout(60)
class LocalDaemonTest {
  @TempDir
  private Path folder;

  @Test
  void aNodeIsDrivenWhileItRuns() throws Exception {
    Path socket = folder.resolve("p2pd.sock");
    P2PConfig config = P2PConfig.defaults()
        .with("data", folder.resolve("node").toString())
        .with("discovery", "manual")
        .with("listen", "/ip4/127.0.0.1/tcp/0")
        .with("api", "off")
        .with("stop_timeout", "0")
        .with("p2pd", "/unix" + socket + ",/ip4/127.0.0.1/tcp/0");
    try (Session session = Session.node(config, extras -> {})) {
      session.start();
      assertEquals(2, session.daemonAddresses().size());
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        client.write(ByteBuffer.wrap(HexFormat.of().parseHex("020800"))); // IDENTIFY
        ByteBuffer answer = ByteBuffer.allocate(256);
        while (answer.position() < 8 + 38) assertTrue(client.read(answer) > 0);
        byte[] id = session.manager().identity().peerId().toBytes().toArray();
        // length, type OK, identify and its length, peer id and its length
        assertArrayEquals(id, Arrays.copyOfRange(answer.array(), 7, 7 + id.length));
      }
    }
    assertFalse(Files.exists(socket));
  }

  @Test
  void addressesThatOthersReachAreRefused() {
    for (String address : new String[] {
      "/ip4/0.0.0.0/tcp/8481",
      "/ip4/192.0.2.1/tcp/8481",
      "/dns/localhost/tcp/8481",
      "/ip4/127.0.0.1/udp/1"
    }) {
      assertThrows(
          ConfigException.class, () -> P2PConfig.defaults().with("p2pd", address), address);
    }
  }
}
