package org.openagi.p2p.wire.noise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.protobuf.ProtoWriter;
import org.openagi.p2p.wire.noise.NoiseException.Reason;

class NoiseHandshakeTest {
  private static final CryptoProvider CRYPTO = CryptoProvider.best();
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<String> YAMUX = List.of("/yamux/1.0.0");

  private final HostKey alice = HostKey.generate(RANDOM);
  private final HostKey bob = HostKey.generate(RANDOM);
  private final ChaChaPoly aead = new ChaChaPoly(CRYPTO.jcaProvider().orElse(null));

  private NoiseHandshake dialer(Optional<PeerId> expected, List<String> muxers) {
    return NoiseHandshake.initiator(
        NoiseIdentity.create(alice, CRYPTO, RANDOM), expected, muxers, aead, RANDOM);
  }

  private NoiseHandshake listener(NoiseIdentity identity, List<String> muxers) {
    return NoiseHandshake.responder(identity, Optional.empty(), muxers, aead, RANDOM);
  }

  private NoiseHandshake listener(List<String> muxers) {
    return listener(NoiseIdentity.create(bob, CRYPTO, RANDOM), muxers);
  }

  private static void run(NoiseHandshake dialer, NoiseHandshake listener) throws NoiseException {
    byte[] second = listener.onMessage(dialer.start()).orElseThrow();
    byte[] third = dialer.onMessage(second).orElseThrow();
    assertTrue(dialer.isComplete());
    assertEquals(Optional.empty(), listener.onMessage(third));
    assertTrue(listener.isComplete());
  }

  private static Reason refusal(NoiseHandshake side, byte[] message) {
    NoiseException refused = assertThrows(NoiseException.class, () -> side.onMessage(message));
    assertFalse(side.isComplete());
    assertThrows(IllegalStateException.class, side::finish);
    return refused.reason();
  }

  @Test
  void authenticatesBothSidesAndAgreesOnAMuxer() throws Exception {
    NoiseHandshake dialer = dialer(Optional.of(bob.peerId()), YAMUX);
    NoiseHandshake listener = listener(YAMUX);
    run(dialer, listener);
    NoiseSession atDialer = dialer.finish();
    NoiseSession atListener = listener.finish();
    assertEquals(bob.peerId(), atDialer.remotePeer());
    assertEquals(bob.publicKey(), atDialer.remoteKey());
    assertEquals(alice.peerId(), atListener.remotePeer());
    assertEquals(Optional.of("/yamux/1.0.0"), atDialer.muxer());
    assertEquals(atDialer.muxer(), atListener.muxer());

    byte[] text = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] sealed = new byte[text.length + 16];
    atDialer.transport().seal(aead, text, 0, text.length, sealed, 0);
    byte[] opened = new byte[text.length];
    atListener.transport().open(aead, sealed, 0, sealed.length, opened, 0);
    assertArrayEquals(text, opened);
  }

  @Test
  void theDialersPreferenceDecides() throws Exception {
    NoiseHandshake dialer = dialer(Optional.empty(), List.of("/b", "/a"));
    NoiseHandshake listener = listener(List.of("/a", "/b"));
    run(dialer, listener);
    assertEquals(Optional.of("/b"), dialer.finish().muxer());
    assertEquals(Optional.of("/b"), listener.finish().muxer());
  }

  @Test
  void withoutMuxersOnOneSideNoneIsAgreed() throws Exception {
    NoiseHandshake dialer = dialer(Optional.empty(), YAMUX);
    NoiseHandshake listener = listener(List.of());
    run(dialer, listener);
    assertEquals(Optional.empty(), dialer.finish().muxer());
    assertEquals(Optional.empty(), listener.finish().muxer());
  }

  @Test
  void disjointMuxersFailTheHandshake() throws Exception {
    NoiseHandshake dialer = dialer(Optional.empty(), YAMUX);
    byte[] second = listener(List.of("/mplex/6.7.0")).onMessage(dialer.start()).orElseThrow();
    assertEquals(Reason.NO_COMMON_MUXER, refusal(dialer, second));
  }

  @Test
  void anotherPeerThanTheExpectedOneIsRefused() throws Exception {
    NoiseHandshake dialer = dialer(Optional.of(alice.peerId()), YAMUX);
    byte[] second = listener(YAMUX).onMessage(dialer.start()).orElseThrow();
    assertEquals(Reason.WRONG_PEER, refusal(dialer, second));
  }

  @Test
  void aSignatureOverAnotherStaticKeyIsRefused() throws Exception {
    NoiseIdentity genuine = NoiseIdentity.create(bob, CRYPTO, RANDOM);
    NoiseIdentity stolen = NoiseIdentity.unchecked(
        CRYPTO, CRYPTO.x25519Generate(RANDOM), genuine.identityKey(), genuine.signature());
    NoiseHandshake dialer = dialer(Optional.of(bob.peerId()), YAMUX);
    byte[] second = listener(stolen, YAMUX).onMessage(dialer.start()).orElseThrow();
    assertEquals(Reason.BAD_SIGNATURE, refusal(dialer, second));
  }

  @Test
  void anIdentityKeyThatIsNoKeyIsRefused() throws Exception {
    for (Bytes key : List.of(Bytes.EMPTY, Bytes.fromHex("0801"), Bytes.fromHex("08631200"))) {
      NoiseIdentity broken = NoiseIdentity.unchecked(
          CRYPTO, CRYPTO.x25519Generate(RANDOM), key, Bytes.wrap(new byte[64]));
      NoiseHandshake dialer = dialer(Optional.empty(), YAMUX);
      byte[] second = listener(broken, YAMUX).onMessage(dialer.start()).orElseThrow();
      assertEquals(Reason.MALFORMED, refusal(dialer, second));
    }
  }

  @Test
  void aReplayedThirdMessageDoesNotFitANewHandshake() throws Exception {
    NoiseHandshake dialer = dialer(Optional.empty(), YAMUX);
    byte[] first = dialer.start();
    byte[] third =
        dialer.onMessage(listener(YAMUX).onMessage(first).orElseThrow()).orElseThrow();
    NoiseHandshake replayed = listener(YAMUX);
    replayed.onMessage(first);
    assertEquals(Reason.BAD_TAG, refusal(replayed, third));
  }

  @Test
  void everyDamagedByteIsNoticed() throws Exception {
    NoiseHandshake dialer = dialer(Optional.empty(), YAMUX);
    byte[] first = dialer.start();
    NoiseHandshake listener = listener(YAMUX);
    byte[] second = listener.onMessage(first).orElseThrow();
    for (int i = 0; i < second.length; i += 7) {
      NoiseHandshake victim = dialer(Optional.empty(), YAMUX);
      byte[] hers = listener(YAMUX).onMessage(victim.start()).orElseThrow();
      hers[i] ^= 1;
      refusal(victim, hers);
    }
  }

  @Test
  void twoDialersNoticeEachOther() throws Exception {
    NoiseHandshake one = dialer(Optional.empty(), YAMUX);
    NoiseHandshake other = dialer(Optional.empty(), YAMUX);
    byte[] first = one.start();
    other.start();
    assertEquals(Reason.MALFORMED, refusal(other, first));
  }

  @Test
  void aPayloadInTheFirstMessageIsRefused() {
    assertEquals(Reason.MALFORMED, refusal(listener(YAMUX), new byte[33]));
  }

  @Test
  void lengthsOutsideOfTheLimitsAreRefused() throws Exception {
    NoiseHandshake.requireLength(32);
    NoiseHandshake.requireLength(NoiseHandshake.MAX_MESSAGE_BYTES);
    assertThrows(NoiseException.class, () -> NoiseHandshake.requireLength(31));
    NoiseException refused = assertThrows(
        NoiseException.class,
        () -> NoiseHandshake.requireLength(NoiseHandshake.MAX_MESSAGE_BYTES + 1));
    assertEquals(
        "noise: handshake message of 8193 bytes, allowed are 32..8192", refused.getMessage());
  }

  @Test
  void aFailedHandshakeStaysFailed() {
    NoiseHandshake listener = listener(YAMUX);
    refusal(listener, new byte[33]);
    assertThrows(IllegalStateException.class, () -> listener.onMessage(new byte[32]));
  }

  @Test
  void payloadsSurviveEncodingAndUnknownFieldsAreIgnored() throws Exception {
    NoiseHandshakePayload payload =
        new NoiseHandshakePayload(Bytes.ofUtf8("key"), Bytes.ofUtf8("sig"), List.of("/a", "/b"));
    assertEquals(payload, NoiseHandshakePayload.decode(payload.encode()));
    Bytes extended = new ProtoWriter()
        .varint(3, 7)
        .bytes(1, Bytes.ofUtf8("key"))
        .bytes(2, Bytes.ofUtf8("sig"))
        .message(
            4, new ProtoWriter().bytes(1, Bytes.ofUtf8("hash")).string(2, "/a").varint(9, 1))
        .message(4, new ProtoWriter().string(2, "/b"))
        .toBytes();
    assertEquals(payload, NoiseHandshakePayload.decode(extended));
  }

  @Test
  void payloadsAreBounded() {
    List<String> muxers = new ArrayList<>();
    for (int i = 0; i < NoiseHandshakePayload.MAX_MUXERS; i++) muxers.add("/m/" + i);
    Bytes key = Bytes.ofUtf8("key");
    NoiseHandshakePayload most = new NoiseHandshakePayload(key, key, muxers);
    org.junit.jupiter.api.Assertions.assertDoesNotThrow(
        () -> NoiseHandshakePayload.decode(most.encode()));
    muxers.add("/m/more");
    assertThrows(
        ProtocolViolationException.class,
        () -> NoiseHandshakePayload.decode(new NoiseHandshakePayload(key, key, muxers).encode()));
    String longest = "/".repeat(NoiseHandshakePayload.MAX_MUXER_BYTES + 1);
    assertThrows(
        ProtocolViolationException.class,
        () -> NoiseHandshakePayload.decode(
            new NoiseHandshakePayload(key, key, List.of(longest)).encode()));
    Bytes huge = Bytes.wrap(new byte[NoiseHandshakePayload.MAX_IDENTITY_KEY_BYTES + 1]);
    assertThrows(
        ProtocolViolationException.class,
        () -> NoiseHandshakePayload.decode(new NoiseHandshakePayload(huge, key, muxers).encode()));
    assertThrows(
        ProtocolViolationException.class,
        () -> NoiseHandshakePayload.decode(new ProtoWriter().bytes(1, key).toBytes()));
  }
}
