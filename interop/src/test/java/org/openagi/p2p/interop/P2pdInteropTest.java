package org.openagi.p2p.interop;

import io.avaje.jsonb.Jsonb;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.node.Main;

/**
 * The tests that js-libp2p's people wrote for daemons, and tests of their client, against processes of this node.
 *
 * <p>Goal: what others wrote to drive any libp2p daemon drives this one, whether the other side is js-libp2p or one of us.
 */
@Timeout(300)
class P2pdInteropTest {
  @TempDir
  private Path folder;

  /** Of all combinations those that both sides have: Ed25519, Noise or TLS, Yamux over TCP. */
  private static final String WHAT = "^(connection.tcp|ed25519/(noise|tls)/yamux echo) ";

  @Test
  void theirTestsPassWithJsLibp2pOnTheOtherSide() throws Exception {
    assertPass("mixed", "^daemon-client|" + WHAT + "(js .* go |go .* js )", 10);
  }

  @Test
  void theirTestsPassWithTwoOfUs() throws Exception {
    assertPass("own", WHAT + "js .* js ", 3);
  }

  private void assertPass(String pairs, String pattern, int count) throws Exception {
    Mocha.assertPass(
        folder,
        "p2pd.spec.mjs",
        count,
        Map.of(
            "NODE_COMMAND", Jsonb.instance().toJson(Lab.java(Main.class)), "INTEROP_PAIRS", pairs),
        "--grep",
        pattern);
  }
}
