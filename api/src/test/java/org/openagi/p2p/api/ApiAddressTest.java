package org.openagi.p2p.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.P2PNetworkManager;

/** Where the API listens when another program has the port already. */
class ApiAddressTest {
  @TempDir
  Path folder;

  private ServerSocket other;
  private P2PNetworkManager node;

  @BeforeEach
  void takeAPort() throws IOException {
    other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    node = P2PNetworkManager.builder().nodeId("alice").dataFolder(folder).build();
  }

  @AfterEach
  void freeIt() throws IOException {
    other.close();
  }

  @Test
  void takesAFreePortWhenNobodyAskedForThisOne() throws Exception {
    try (ApiServer server = ApiServer.open(node, config(true), false)) {
      URI url = URI.create(server.url());
      assertNotEquals(other.getLocalPort(), url.getPort());
      assertEquals(
          url.toString(), Files.readString(folder.resolve("api.address")).strip());
    }
  }

  @Test
  void saysWhichAddressCannotBeHadAndWhyWhenSomebodyAskedForIt() {
    IOException e =
        assertThrows(IOException.class, () -> ApiServer.open(node, config(false), false));
    assertTrue(e.getMessage().contains("127.0.0.1:" + other.getLocalPort()), e.getMessage());
    assertTrue(e.getMessage().contains("in use"), e.getMessage());
    assertTrue(Files.notExists(folder.resolve("api.address")));
  }

  private ApiConfig config(boolean otherPort) {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort());
    return new ApiConfig(address, otherPort, List.of(), folder, "test");
  }
}
