package org.openagi.p2p.core.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Runs Project Wycheproof's vectors, if the folder with its files {@code ed25519_test.json} and {@code
 * x25519_test.json} is named by the system property {@code wycheproof.dir} or the environment variable
 * {@code WYCHEPROOF_DIR}. See the README beside the test resources.
 */
class WycheproofTest {
  /** The flat parts of a test case; the value of "result" closes it. */
  private static final Pattern ENTRY = Pattern.compile(
      "\"(pk|tcId|msg|sig|public|private|shared|result)\"\\s*:\\s*\"?([^\",\\s]*)\"?");

  static Stream<CryptoProvider> providers() {
    return Providers.all();
  }

  @ParameterizedTest
  @MethodSource("providers")
  void ed25519(CryptoProvider provider) throws IOException {
    List<Map<String, String>> cases = cases("ed25519_test.json");
    assertTrue(cases.size() > 100, cases.size() + " cases");
    for (Map<String, String> test : cases) {
      Bytes message = Bytes.fromHex(test.get("msg"));
      boolean verified = provider
          .ed25519Verifier(Bytes.fromHex(test.get("pk")))
          .verify(message.unsafeArray(), 0, message.length(), Bytes.fromHex(test.get("sig")));
      assertEquals(test.get("result").equals("valid"), verified, "tcId " + test.get("tcId"));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void x25519(CryptoProvider provider) throws IOException {
    List<Map<String, String>> cases = cases("x25519_test.json");
    assertTrue(cases.size() > 400, cases.size() + " cases");
    for (Map<String, String> test : cases) {
      X25519KeyPair pair = provider.x25519FromPrivateKey(Bytes.fromHex(test.get("private")));
      String agreed;
      try {
        agreed = Bytes.wrap(pair.agree(Bytes.fromHex(test.get("public")))).toHex();
      } catch (ProtocolViolationException e) {
        agreed = "00".repeat(32); // the one secret that we refuse
      }
      assertEquals(test.get("shared"), agreed, "tcId " + test.get("tcId"));
    }
  }

  private static List<Map<String, String>> cases(String file) throws IOException {
    String folder =
        System.getProperty("wycheproof.dir", System.getenv().getOrDefault("WYCHEPROOF_DIR", ""));
    assumeTrue(!folder.isEmpty(), "no Wycheproof vectors: set -Dwycheproof.dir");
    String json = Files.readString(Path.of(folder, file));
    List<Map<String, String>> cases = new ArrayList<>();
    Map<String, String> current = new HashMap<>();
    Matcher entry = ENTRY.matcher(json);
    while (entry.find()) {
      current.put(entry.group(1), entry.group(2));
      if (entry.group(1).equals("result")) cases.add(new HashMap<>(current));
    }
    return cases;
  }
}
