package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** Runs Project Wycheproof's vectors on every provider: all must give the same verdict. */
class WycheproofTest {
  static Stream<CryptoProvider> providers() {
    return Providers.all();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void ed25519(CryptoProvider provider) throws IOException {
    List<String[]> cases = cases("wycheproof-ed25519.txt");
    assertTrue(cases.size() > 100, cases.size() + " cases");
    for (String[] test : cases) {
      Bytes message = bytes(test[3]);
      boolean verified = provider
          .ed25519Verifier(bytes(test[2]))
          .verify(message.unsafeArray(), 0, message.length(), bytes(test[4]));
      assertEquals(test[1].equals("valid"), verified, "tcId " + test[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void x25519(CryptoProvider provider) throws IOException {
    List<String[]> cases = cases("wycheproof-x25519.txt");
    assertTrue(cases.size() > 400, cases.size() + " cases");
    for (String[] test : cases) {
      X25519KeyPair pair = provider.x25519FromPrivateKey(bytes(test[3]));
      String agreed;
      try {
        agreed = Bytes.wrap(pair.agree(bytes(test[2]))).toHex();
      } catch (ProtocolViolationException e) {
        agreed = "00".repeat(32); // the one secret that we refuse
      }
      assertEquals(test[4], agreed, "tcId " + test[0]);
    }
  }

  private static Bytes bytes(String column) {
    return column.equals("-") ? Bytes.EMPTY : Bytes.fromHex(column);
  }

  private static List<String[]> cases(String resource) throws IOException {
    try (InputStream in = WycheproofTest.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .toList();
    }
  }
}
