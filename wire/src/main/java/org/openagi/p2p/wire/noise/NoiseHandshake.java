package org.openagi.p2p.wire.noise;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.wire.noise.NoiseException.Reason;

/**
 * One side of the libp2p Noise handshake: the XX pattern, and in messages 2 and 3 a payload that binds
 * the Noise keys to libp2p identities and names the multiplexers.
 *
 * <p>The initiator calls {@link #start} and sends the result; then each message of the other side goes
 * to {@link #onMessage}, and what that returns is sent. Lengths are framed by the caller. After an
 * exception the handshake is over, and the connection is to be closed without a reply.
 *
 * <p>Confined to one thread. Deadlines are the caller's.
 *
 * @see "libp2p specs: noise/README.md, The Noise Handshake; connections/inlined-muxer-negotiation.md"
 */
public final class NoiseHandshake {
  /** The protocol id under which this handshake is negotiated. */
  public static final String PROTOCOL_ID = "/noise";

  /**
   * Longest handshake message we accept. Ours have 32, about 240 and 210 bytes; one with the largest
   * identity, RSA of 8192 bits, and all extensions stays below this.
   */
  public static final int MAX_MESSAGE_BYTES = 8192;

  private final NoiseIdentity local;
  private final boolean initiator;
  private final Optional<PeerId> expectedPeer;
  private final List<String> muxers;
  private final XxPattern pattern;
  private @Nullable PublicKey remoteKey;
  private @Nullable PeerId remotePeer;
  private Optional<String> muxer = Optional.empty();
  private boolean failed;

  private NoiseHandshake(
      boolean initiator,
      NoiseIdentity local,
      Optional<PeerId> expectedPeer,
      List<String> muxers,
      ChaChaPoly aead,
      SecureRandom random) {
    this.initiator = initiator;
    this.local = local;
    this.expectedPeer = expectedPeer;
    this.muxers = List.copyOf(muxers);
    this.pattern = new XxPattern(
        initiator,
        new byte[0],
        local.staticKey(),
        () -> local.crypto().x25519Generate(random),
        aead);
  }

  /**
   * The dialer's side.
   *
   * @param expectedPeer if present, another peer is refused
   * @param muxers our multiplexers, best first; empty to not negotiate them here
   */
  public static NoiseHandshake initiator(
      NoiseIdentity local,
      Optional<PeerId> expectedPeer,
      List<String> muxers,
      ChaChaPoly aead,
      SecureRandom random) {
    return new NoiseHandshake(true, local, expectedPeer, muxers, aead, random);
  }

  /** The listener's side; parameters as for {@link #initiator}. */
  public static NoiseHandshake responder(
      NoiseIdentity local,
      Optional<PeerId> expectedPeer,
      List<String> muxers,
      ChaChaPoly aead,
      SecureRandom random) {
    return new NoiseHandshake(false, local, expectedPeer, muxers, aead, random);
  }

  /** The initiator's first message. To be called once, by the initiator only. */
  public byte[] start() throws NoiseException {
    return pattern.write(new byte[0]);
  }

  /**
   * Takes in a message of the other side.
   *
   * @return the message to send in reply, if there is one
   * @throws NoiseException if the other side is not who it should be or breaks the protocol
   */
  public Optional<byte[]> onMessage(byte[] message) throws NoiseException {
    if (failed) throw new IllegalStateException("the handshake has failed before");
    failed = true;
    requireLength(message.length);
    byte[] payload = pattern.read(message);
    if (pattern.messageIndex() == 1) {
      requireEmpty(payload);
    } else {
      onPayload(Bytes.wrap(payload));
    }
    Optional<byte[]> reply =
        pattern.isOurTurn() ? Optional.of(pattern.write(ourPayload())) : Optional.empty();
    failed = false;
    return reply;
  }

  /**
   * Refuses a length that no handshake message has, before its bytes are waited for.
   *
   * @throws NoiseException if {@code length} is beyond {@link #MAX_MESSAGE_BYTES} or below a key's
   */
  public static void requireLength(int length) throws NoiseException {
    if (length < XxPattern.DH_BYTES || length > MAX_MESSAGE_BYTES) {
      throw new NoiseException(
          Reason.MALFORMED,
          "noise: handshake message of "
              + length
              + " bytes, allowed are "
              + XxPattern.DH_BYTES
              + ".."
              + MAX_MESSAGE_BYTES);
    }
  }

  /** The first message is not encrypted, so libp2p puts nothing into it. */
  private static void requireEmpty(byte[] payload) throws NoiseException {
    if (payload.length > 0) {
      throw new NoiseException(
          Reason.MALFORMED,
          "noise: handshake message 1 has a payload of " + payload.length
              + " bytes, must have none");
    }
  }

  private void onPayload(Bytes encoded) throws NoiseException {
    try {
      NoiseHandshakePayload payload = NoiseHandshakePayload.decode(encoded);
      PublicKey key = PublicKey.fromProtobuf(payload.identityKey());
      PeerId peer = key.toPeerId();
      requireExpectedPeer(peer);
      if (!key.verify(
          NoiseIdentity.signedText(pattern.remoteStatic()), payload.identitySignature())) {
        throw new NoiseException(
            Reason.BAD_SIGNATURE, "noise: " + peer + " did not sign the static key it uses");
      }
      remoteKey = key;
      remotePeer = peer;
      muxer = selectMuxer(payload.muxers());
    } catch (ProtocolViolationException e) {
      throw new NoiseException(Reason.MALFORMED, "noise: " + e.getMessage(), e);
    }
  }

  private void requireExpectedPeer(PeerId peer) throws NoiseException {
    if (expectedPeer.isPresent() && !expectedPeer.get().equals(peer)) {
      throw new NoiseException(
          Reason.WRONG_PEER, "noise: remote peer is " + peer + ", expected " + expectedPeer.get());
    }
  }

  /** The first of the initiator's multiplexers that the responder has too. */
  private Optional<String> selectMuxer(List<String> offered) throws NoiseException {
    if (muxers.isEmpty() || offered.isEmpty()) return Optional.empty();
    List<String> preferred = initiator ? muxers : offered;
    List<String> supported = initiator ? offered : muxers;
    for (String candidate : preferred) {
      if (supported.contains(candidate)) return Optional.of(candidate);
    }
    throw new NoiseException(
        Reason.NO_COMMON_MUXER,
        "noise: remote offers " + offered.size() + " multiplexers, none of " + muxers);
  }

  private byte[] ourPayload() {
    return new NoiseHandshakePayload(local.identityKey(), local.signature(), muxers)
        .encode()
        .toArray();
  }

  /** Whether both sides are authenticated and {@link #finish} may be called. */
  public boolean isComplete() {
    return !failed && pattern.isComplete();
  }

  /** The outcome; to be called once, after the last message was sent or received. */
  public NoiseSession finish() {
    PublicKey key = remoteKey;
    PeerId peer = remotePeer;
    if (!isComplete() || key == null || peer == null) {
      throw new IllegalStateException("the handshake is not complete");
    }
    return new NoiseSession(pattern.split(), peer, key, muxer);
  }
}
