package org.openagi.p2p.net.security;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.wire.noise.NoiseHandshake;
import org.openagi.p2p.wire.noise.NoiseIdentity;

/**
 * Noise XX with libp2p identities, {@code /noise}. The multiplexer travels within the handshake, so a
 * dialer may send its first stream one round trip after the handshake began.
 *
 * <p>Safe for any thread. Makes one static Noise key when constructed and uses it for all handshakes.
 *
 * @see "libp2p specs: noise/README.md r5"
 */
public final class NoiseSecurity implements SecurityProtocol {
  /** Name of the one handler this protocol leaves in a pipeline. */
  static final String HANDLER_NAME = "noise";

  private final NoiseIdentity identity;
  private final SecureRandom random;
  private final SecurityConfig config;

  /**
   * @param random for the static key and the ephemeral keys
   */
  public NoiseSecurity(HostKey hostKey, SecureRandom random, SecurityConfig config) {
    this(NoiseIdentity.create(hostKey, CryptoProvider.best(), random), random, config);
  }

  NoiseSecurity(NoiseIdentity identity, SecureRandom random, SecurityConfig config) {
    this.identity = identity;
    this.random = random;
    this.config = config;
  }

  @Override
  public String protocolId() {
    return NoiseHandshake.PROTOCOL_ID;
  }

  @Override
  public Future<SecuredChannel> secure(
      Channel channel, Role role, Optional<PeerId> expectedPeer, List<String> muxers) {
    Promise<SecuredChannel> promise = channel.eventLoop().newPromise();
    if (channel.eventLoop().inEventLoop()) {
      begin(channel, role, expectedPeer, muxers, promise);
    } else {
      channel.eventLoop().execute(() -> begin(channel, role, expectedPeer, muxers, promise));
    }
    return promise;
  }

  private void begin(
      Channel channel,
      Role role,
      Optional<PeerId> expectedPeer,
      List<String> muxers,
      Promise<SecuredChannel> promise) {
    NoiseHandshake handshake = role == Role.DIALER
        ? NoiseHandshake.initiator(
            identity, expectedPeer, muxers, NoiseThreadState.get().aead(), random)
        : NoiseHandshake.responder(
            identity, expectedPeer, muxers, NoiseThreadState.get().aead(), random);
    HandshakeOutcome outcome =
        new HandshakeOutcome(channel, protocolId(), config.handshakeTimeout(), promise);
    channel.pipeline().addLast(HANDLER_NAME, new NoiseHandshakeHandler(role, handshake, outcome));
  }
}
