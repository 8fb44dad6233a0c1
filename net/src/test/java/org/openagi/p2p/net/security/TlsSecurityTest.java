package org.openagi.p2p.net.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayInputStream;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;
import org.openagi.p2p.wire.tls.PeerCertificate;

/** What only TLS has: libraries, versions, application protocols, certificates. */
class TlsSecurityTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SecurityConfig CONFIG =
      SecurityConfig.defaults().withHandshakeTimeout(Duration.ofSeconds(20));

  private final HostKey dialerKey = HostKey.generate(RANDOM);
  private final HostKey listenerKey = HostKey.generate(RANDOM);

  private static TlsSecurity security(HostKey key, SslProvider provider, TimeSource time) {
    return new TlsSecurity(
        PeerCertificate.create(key, RANDOM, time.epochMillis()), CONFIG, time, provider);
  }

  private static TimeSource at(long epochMillis) {
    return new TimeSource() {
      @Override
      public long nanoTime() {
        return 0;
      }

      @Override
      public long epochMillis() {
        return epochMillis;
      }
    };
  }

  private static SecurityHandshakeException failure(Future<SecuredChannel> future)
      throws InterruptedException {
    assertTrue(future.await(20, TimeUnit.SECONDS), "handshake neither succeeded nor failed");
    assertFalse(future.isSuccess(), "handshake succeeded");
    return (SecurityHandshakeException) future.cause();
  }

  @Test
  void boringSslIsUsedHere() {
    assertTrue(OpenSsl.isAvailable(), () -> String.valueOf(OpenSsl.unavailabilityCause()));
    assertEquals(SslProvider.OPENSSL, TlsContexts.PROVIDER);
  }

  @ParameterizedTest
  @CsvSource({"JDK,JDK", "JDK,OPENSSL", "OPENSSL,JDK"})
  void theJdkEngineStandsIn(SslProvider dialerSide, SslProvider listenerSide) throws Exception {
    try (SocketPair sockets = new SocketPair(SocketPair.Kind.NIO)) {
      Future<SecuredChannel> listening = sockets.secure(
          security(listenerKey, listenerSide, TimeSource.system()),
          sockets.listener,
          Role.LISTENER,
          Optional.empty());
      Future<SecuredChannel> dialing = sockets.secure(
          security(dialerKey, dialerSide, TimeSource.system()),
          sockets.dialer,
          Role.DIALER,
          Optional.of(listenerKey.peerId()));
      assertEquals(listenerKey.peerId(), dialing.get(20, TimeUnit.SECONDS).remotePeer());
      assertEquals(dialerKey.peerId(), listening.get(20, TimeUnit.SECONDS).remotePeer());
      assertEquals(Optional.of("/yamux/1.0.0"), listening.getNow().muxer());
    }
  }

  @Test
  void onlyTheTlsHandlerStaysInThePipeline() throws Exception {
    try (SocketPair sockets = new SocketPair(SocketPair.Kind.EPOLL)) {
      TlsSecurity protocol = security(listenerKey, SslProvider.OPENSSL, TimeSource.system());
      Future<SecuredChannel> listening =
          sockets.secure(protocol, sockets.listener, Role.LISTENER, Optional.empty());
      sockets.secure(protocol, sockets.dialer, Role.DIALER, Optional.empty());
      listening.get(20, TimeUnit.SECONDS);
      sockets.listener.eventLoop().submit(() -> {}).sync();
      assertEquals(
          java.util.List.of(TlsSecurity.HANDLER_NAME, "DefaultChannelPipeline$TailContext#0"),
          sockets.listener.pipeline().names());
    }
  }

  @Test
  void aCertificateOutsideOfItsValidityIsRefused() throws Exception {
    long day = 86_400_000L;
    long now = System.currentTimeMillis();
    try (SocketPair sockets = new SocketPair(SocketPair.Kind.EPOLL)) {
      sockets.secure(
          security(listenerKey, SslProvider.OPENSSL, at(now)),
          sockets.listener,
          Role.LISTENER,
          Optional.empty());
      Future<SecuredChannel> dialing = sockets.secure(
          security(dialerKey, SslProvider.OPENSSL, at(now - 10 * day)),
          sockets.dialer,
          Role.DIALER,
          Optional.empty());
      SecurityHandshakeException failure = failure(dialing);
      assertEquals(Cause.CERTIFICATE_EXPIRED, failure.failure(), failure.getMessage());
      assertTrue(sockets.dialer.closeFuture().await(20, TimeUnit.SECONDS));
      assertTrue(sockets.listener.closeFuture().await(20, TimeUnit.SECONDS));
    }
  }

  /** A stranger that speaks TLS, but not as the specification wants. */
  @ParameterizedTest
  @CsvSource({"TLSv1.2, libp2p, true", "TLSv1.3, h2, true", "TLSv1.3, libp2p, false"})
  void aStrangersTlsIsRefusedAndItsSocketClosed(
      String version, String alpn, boolean withCertificate) throws Exception {
    try (SocketPair sockets = new SocketPair(SocketPair.Kind.EPOLL)) {
      Future<SecuredChannel> listening = sockets.secure(
          security(listenerKey, SslProvider.OPENSSL, TimeSource.system()),
          sockets.listener,
          Role.LISTENER,
          Optional.empty());
      stranger(sockets.dialer, version, alpn, withCertificate);
      SecurityHandshakeException failure = failure(listening);
      assertEquals(Cause.MALFORMED, failure.failure(), failure.getMessage());
      assertTrue(sockets.listener.closeFuture().await(20, TimeUnit.SECONDS));
      assertTrue(sockets.dialer.closeFuture().await(20, TimeUnit.SECONDS));
    }
  }

  private void stranger(Channel channel, String version, String alpn, boolean withCertificate)
      throws Exception {
    SslContextBuilder builder = SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK)
        .protocols(version)
        .trustManager(InsecureTrustManagerFactory.INSTANCE)
        .endpointIdentificationAlgorithm(null)
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            alpn));
    if (withCertificate) {
      PeerCertificate certificate =
          PeerCertificate.create(dialerKey, RANDOM, System.currentTimeMillis());
      builder.keyManager(
          certificate.privateKey(), (X509Certificate) CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(certificate.der().toArray())));
    }
    SslContext context = builder.build();
    channel.eventLoop().submit(() -> {
      channel.pipeline().addLast(context.newHandler(channel.alloc()), new Inbox());
      channel.config().setAutoRead(true);
    });
  }
}
