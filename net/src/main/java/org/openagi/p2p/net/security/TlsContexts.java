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
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.openagi.p2p.wire.tls.PeerCertificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS settings of a host, one context for each role, shared by all its connections. Immutable,
 * safe for any thread.
 */
final class TlsContexts {
  /** What a side that agrees on the multiplexer later selects by ALPN; always the last offer. */
  static final String ALPN_LIBP2P = "libp2p";

  private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

  /** BoringSSL if it can be loaded here; chosen once, and named in one log line. */
  static final SslProvider PROVIDER = chooseProvider();

  private final SslContext dialer;
  private final SslContext listener;

  private TlsContexts(SslContext dialer, SslContext listener) {
    this.dialer = dialer;
    this.listener = listener;
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

  static TlsContexts create(
      PeerCertificate certificate, List<String> muxers, SslProvider provider) {
    try {
      X509Certificate x509 = x509(certificate);
      SslContextBuilder dialer = SslContextBuilder.forClient()
          .keyManager(certificate.privateKey(), x509)
          .endpointIdentificationAlgorithm(null); // identity is in the certificate, not a name
      SslContextBuilder listener = SslContextBuilder.forServer(certificate.privateKey(), x509)
          .clientAuth(ClientAuth.REQUIRE);
      return new TlsContexts(
          configure(dialer, provider, muxers), configure(listener, provider, muxers));
    } catch (CertificateException | SSLException e) {
      throw new IllegalStateException("TLS cannot be set up with " + provider, e);
    }
  }

  private static X509Certificate x509(PeerCertificate certificate) throws CertificateException {
    return (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(certificate.der().toArray()));
  }

  private static SslContext configure(
      SslContextBuilder builder, SslProvider provider, List<String> muxers) throws SSLException {
    builder
        .sslProvider(provider)
        .protocols("TLSv1.3")
        .trustManager(new PeerTrustManager())
        .applicationProtocolConfig(alpn(muxers));
    if (provider == SslProvider.OPENSSL) {
      // Tasks would only add hops: no delegated executor is used, handshakes run on the event loop.
      builder.option(OpenSslContextOption.USE_TASKS, false);
    }
    SslContext context = builder.build();
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
    }
    return context;
  }

  private static ApplicationProtocolConfig alpn(List<String> muxers) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        Stream.concat(muxers.stream(), Stream.of(ALPN_LIBP2P)).toList());
  }

  SslHandler newHandler(ByteBufAllocator allocator, Role role) {
    return (role == Role.DIALER ? dialer : listener).newHandler(allocator);
  }
}
