package org.openagi.p2p.net.security;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import org.openagi.p2p.wire.tls.PeerCertificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS settings of a host: a context for each role and list of multiplexers, made when a connection first
 * needs it and shared by all that follow. Safe for any thread.
 */
final class TlsContexts {
  /** What a side that agrees on the multiplexer later selects by ALPN; always the last offer. */
  static final String ALPN_LIBP2P = "libp2p";

  private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

  /** BoringSSL if it can be loaded here; chosen once, and named in one log line. */
  static final SslProvider PROVIDER = chooseProvider();

  /** What a context is made for. A host uses one list of multiplexers, so there are two. */
  private record Use(Role role, List<String> muxers) {}

  private final SslProvider provider;
  private final KeyManager key;
  private final Map<Use, SslContext> contexts = new ConcurrentHashMap<>();

  /** No context is made yet. */
  TlsContexts(PeerCertificate certificate, SslProvider provider) {
    this.provider = provider;
    this.key = new OwnKeyManager(certificate.privateKey(), x509(certificate));
  }

  private static SslProvider chooseProvider() {
    if (OpenSsl.isAvailable()) {
      LOG.atInfo().addKeyValue("library", OpenSsl.versionString()).log("TLS library chosen");
      return SslProvider.OPENSSL;
    }
    Throwable cause = OpenSsl.unavailabilityCause();
    LOG.atWarn()
        .addKeyValue("cause", String.valueOf(cause))
        .log("BoringSSL cannot be loaded, TLS runs on the slower engine of the JDK");
    return SslProvider.JDK;
  }

  /** A handler for one connection; its muxers are offered by ALPN in this order. */
  SslHandler newHandler(ByteBufAllocator allocator, Role role, List<String> muxers) {
    return contexts.computeIfAbsent(new Use(role, muxers), this::create).newHandler(allocator);
  }

  private SslContext create(Use use) {
    SslContextBuilder builder = use.role() == Role.DIALER
        ? SslContextBuilder.forClient()
            .keyManager(key)
            .endpointIdentificationAlgorithm(null) // identity is in the certificate, not a name
        : SslContextBuilder.forServer(key).clientAuth(ClientAuth.REQUIRE);
    builder
        .sslProvider(provider)
        .protocols("TLSv1.3")
        .trustManager(new PeerTrustManager())
        .applicationProtocolConfig(alpn(use.muxers()));
    if (provider == SslProvider.OPENSSL) {
      // Tasks would only add hops: no delegated executor is used, handshakes run on the event loop.
      builder.option(OpenSslContextOption.USE_TASKS, false);
    }
    try {
      SslContext context = builder.build();
      if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
        sessions.setSessionCacheEnabled(false);
      }
      return context;
    } catch (SSLException e) {
      throw new IllegalStateException("TLS cannot be set up with " + provider, e);
    }
  }

  private static X509Certificate x509(PeerCertificate certificate) {
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(certificate.der().toArray()));
    } catch (CertificateException e) {
      throw new IllegalStateException("our own certificate cannot be read", e);
    }
  }

  private static ApplicationProtocolConfig alpn(List<String> muxers) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        Stream.concat(muxers.stream(), Stream.of(ALPN_LIBP2P)).toList());
  }
}
