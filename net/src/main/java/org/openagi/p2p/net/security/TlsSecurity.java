package org.openagi.p2p.net.security;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.wire.tls.PeerCertificate;

/**
 * TLS 1.3 with libp2p identities, {@code /tls/1.0.0}: BoringSSL through netty-tcnative, or the JDK's
 * engine where that cannot be loaded. The multiplexer is agreed by ALPN.
 *
 * <p>In TLS 1.3 the dialer is done before the listener has checked the dialer's certificate: a dialer
 * that the listener refuses sees success first and a closed connection next.
 *
 * <p>Safe for any thread. Makes one certificate when constructed and uses it for all connections.
 *
 * @see "libp2p specs: tls/tls.md r0"
 */
public final class TlsSecurity implements SecurityProtocol {
  static final String PROTOCOL_ID = "/tls/1.0.0";

  /** Names of the handlers in a pipeline; only {@link #HANDLER_NAME} stays. */
  static final String HANDLER_NAME = "tls";

  static final String SCOPE_HANDLER_NAME = "tls-verification";
  static final String HANDSHAKE_HANDLER_NAME = "tls-handshake";

  /**
   * How long a graceful close waits for the other side's close_notify: not at all, since the stream
   * multiplexer above has said good-bye already.
   */
  private static final long CLOSE_NOTIFY_READ_MILLIS = 0;

  private final SecurityConfig config;
  private final TimeSource time;
  private final TlsContexts contexts;

  /**
   * @param random for the certificate's key
   * @param time for the validity of certificates
   */
  public TlsSecurity(HostKey hostKey, SecureRandom random, SecurityConfig config, TimeSource time) {
    this(
        PeerCertificate.create(hostKey, random, time.epochMillis()),
        config,
        time,
        TlsContexts.PROVIDER);
  }

  TlsSecurity(
      PeerCertificate certificate, SecurityConfig config, TimeSource time, SslProvider provider) {
    this.config = config;
    this.time = time;
    this.contexts = new TlsContexts(certificate, provider);
  }

  @Override
  public String protocolId() {
    return PROTOCOL_ID;
  }

  @Override
  public Future<SecuredChannel> secure(
      Channel channel, Role role, Optional<PeerId> expectedPeer, List<String> muxers) {
    Promise<SecuredChannel> promise = channel.eventLoop().newPromise();
    List<String> alpn = List.copyOf(muxers);
    if (channel.eventLoop().inEventLoop()) {
      begin(channel, role, expectedPeer, alpn, promise);
    } else {
      channel.eventLoop().execute(() -> begin(channel, role, expectedPeer, alpn, promise));
    }
    return promise;
  }

  private void begin(
      Channel channel,
      Role role,
      Optional<PeerId> expectedPeer,
      List<String> muxers,
      Promise<SecuredChannel> promise) {
    HandshakeOutcome outcome =
        new HandshakeOutcome(channel, PROTOCOL_ID, config.handshakeTimeout(), promise);
    SslHandler ssl = contexts.newHandler(channel.alloc(), role, muxers);
    ssl.setHandshakeTimeoutMillis(0); // the outcome has the deadline
    ssl.setCloseNotifyReadTimeoutMillis(CLOSE_NOTIFY_READ_MILLIS);
    PeerVerification verification = new PeerVerification(expectedPeer, time);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(SCOPE_HANDLER_NAME, new PeerVerificationHandler(verification));
    pipeline.addLast(
        HANDSHAKE_HANDLER_NAME, new TlsHandshakeHandler(ssl, verification, outcome, muxers));
    pipeline.addBefore(HANDSHAKE_HANDLER_NAME, HANDLER_NAME, ssl);
  }
}
