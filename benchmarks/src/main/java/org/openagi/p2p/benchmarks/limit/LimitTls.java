package org.openagi.p2p.benchmarks.limit;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * TLS 1.3 on BoringSSL with a P-256 certificate on both sides, as the network itself uses. Each process
 * makes a certificate of its own with the JDK's {@code keytool}, and takes any that the other side can
 * prove to own: the limit measures encryption, and nothing depends on who the other side is.
 */
final class LimitTls {
  private static final char[] PASSWORD = "benchmark".toCharArray();
  private static final int KEYTOOL_TIMEOUT_SECONDS = 60;

  private LimitTls() {}

  static SslContext server() throws Exception {
    Identity own = Identity.create();
    return common(SslContextBuilder.forServer(own.key, own.certificate))
        .clientAuth(ClientAuth.REQUIRE)
        .build();
  }

  static SslContext client() throws Exception {
    Identity own = Identity.create();
    return common(SslContextBuilder.forClient().keyManager(own.key, own.certificate))
        .endpointIdentificationAlgorithm(null)
        .build();
  }

  private static SslContextBuilder common(SslContextBuilder builder) throws SSLException {
    return builder
        .sslProvider(SslProvider.OPENSSL)
        .protocols("TLSv1.3")
        .trustManager(AnyCertificate.INSTANCE);
  }

  private record Identity(PrivateKey key, X509Certificate certificate) {
    static Identity create() throws Exception {
      Path folder = Files.createTempDirectory("p2p-bench");
      Path file = folder.resolve("key.p12");
      try {
        generate(file);
        return read(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    }

    private static void generate(Path file) throws IOException, InterruptedException {
      Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
      Process process = new ProcessBuilder(
              keytool.toString(),
              "-genkeypair",
              "-alias",
              "own",
              "-keyalg",
              "EC",
              "-groupname",
              "secp256r1",
              "-dname",
              "CN=benchmark",
              "-validity",
              "2",
              "-storetype",
              "PKCS12",
              "-keystore",
              file.toString(),
              "-storepass",
              new String(PASSWORD))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      if (!process.waitFor(KEYTOOL_TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("keytool made no certificate in " + file);
      }
    }

    private static Identity read(Path file) throws IOException, GeneralSecurityException {
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(file)) {
        store.load(in, PASSWORD);
      }
      return new Identity((PrivateKey) store.getKey("own", PASSWORD), (X509Certificate)
          store.getCertificate("own"));
    }
  }
}
