package org.openagi.p2p.wire.noise;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.X25519KeyPair;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.wire.noise.NoiseException.Reason;

/**
 * The handshake {@code Noise_XX_25519_ChaChaPoly_SHA256}, with opaque payloads:
 *
 * <pre>
 *   -> e
 *   &lt;- e, ee, s, es
 *   -> s, se
 * </pre>
 *
 * <p>Confined to one thread. After an exception the handshake must be abandoned.
 *
 * @see "Noise Protocol Framework, sections 5.3 and 7.5"
 */
final class XxPattern {
  static final String PROTOCOL_NAME = "Noise_XX_25519_ChaChaPoly_SHA256";

  static final int DH_BYTES = 32;

  /** Number of messages, sent by turns; the initiator sends the first. */
  static final int MESSAGES = 3;

  /** What each message has besides its payload: keys and tags. */
  private static final int[] OVERHEAD_BYTES = {
    DH_BYTES,
    DH_BYTES + DH_BYTES + ChaChaPoly.TAG_BYTES + ChaChaPoly.TAG_BYTES,
    DH_BYTES + ChaChaPoly.TAG_BYTES + ChaChaPoly.TAG_BYTES
  };

  private final boolean initiator;
  private final SymmetricState symmetric;
  private final X25519KeyPair localStatic;
  private final Supplier<X25519KeyPair> ephemerals;
  private int messageIndex;
  private @Nullable X25519KeyPair localEphemeral;
  private @Nullable Bytes remoteEphemeral;
  private @Nullable Bytes remoteStatic;

  XxPattern(
      boolean initiator,
      byte[] prologue,
      X25519KeyPair localStatic,
      Supplier<X25519KeyPair> ephemerals,
      ChaChaPoly aead) {
    this.initiator = initiator;
    this.localStatic = localStatic;
    this.ephemerals = ephemerals;
    symmetric = new SymmetricState(PROTOCOL_NAME, aead);
    symmetric.mixHash(prologue);
  }

  /** Whether the next message is ours to write. */
  boolean isOurTurn() {
    return !isComplete() && (messageIndex % 2 == 0) == initiator;
  }

  boolean isComplete() {
    return messageIndex == MESSAGES;
  }

  /** Number of the message that comes next, from 0. */
  int messageIndex() {
    return messageIndex;
  }

  byte[] write(byte[] payload) throws NoiseException {
    if (!isOurTurn()) throw new IllegalStateException("not our turn at message " + messageIndex);
    byte[][] parts = new byte[2][];
    switch (messageIndex) {
      case 0 -> parts[0] = writeEphemeral();
      case 1 -> {
        byte[] ephemeral = writeEphemeral();
        mixDh(localEphemeral(), remoteEphemeral);
        parts[0] =
            concat(ephemeral, symmetric.encryptAndHash(localStatic.publicKey().toArray()));
        mixDh(localStatic, remoteEphemeral);
      }
      default -> {
        parts[0] = symmetric.encryptAndHash(localStatic.publicKey().toArray());
        mixDh(localStatic, remoteEphemeral);
      }
    }
    parts[1] = symmetric.encryptAndHash(payload);
    messageIndex++;
    return concat(parts[0], parts[1]);
  }

  /** Takes in a message and returns its payload. */
  byte[] read(byte[] message) throws NoiseException {
    if (isComplete() || isOurTurn()) {
      throw new IllegalStateException("no message expected at index " + messageIndex);
    }
    if (message.length < OVERHEAD_BYTES[messageIndex]) {
      throw new NoiseException(
          Reason.MALFORMED,
          "noise: handshake message "
              + (messageIndex + 1)
              + " has "
              + message.length
              + " bytes, at least "
              + OVERHEAD_BYTES[messageIndex]);
    }
    int offset = 0;
    switch (messageIndex) {
      case 0 -> offset = readEphemeral(message);
      case 1 -> {
        offset = readEphemeral(message);
        mixDh(localEphemeral(), remoteEphemeral);
        offset = readStatic(message, offset);
        mixDh(localEphemeral(), remoteStatic);
      }
      default -> {
        offset = readStatic(message, offset);
        mixDh(localEphemeral(), remoteStatic);
      }
    }
    byte[] payload = symmetric.decryptAndHash(message, offset, message.length - offset);
    messageIndex++;
    return payload;
  }

  private byte[] writeEphemeral() {
    localEphemeral = ephemerals.get();
    byte[] key = localEphemeral.publicKey().toArray();
    symmetric.mixHash(key);
    return key;
  }

  private int readEphemeral(byte[] message) {
    remoteEphemeral = Bytes.copyOf(message, 0, DH_BYTES);
    symmetric.mixHash(message, 0, DH_BYTES);
    return DH_BYTES;
  }

  private int readStatic(byte[] message, int offset) throws NoiseException {
    int length = DH_BYTES + ChaChaPoly.TAG_BYTES;
    remoteStatic = Bytes.wrap(symmetric.decryptAndHash(message, offset, length));
    return offset + length;
  }

  private void mixDh(X25519KeyPair local, @Nullable Bytes remote) throws NoiseException {
    if (remote == null) throw new IllegalStateException("remote key not known yet");
    try {
      symmetric.mixKey(local.agree(remote));
    } catch (ProtocolViolationException e) {
      throw new NoiseException(Reason.WEAK_KEY, "noise: " + e.getMessage(), e);
    }
  }

  private X25519KeyPair localEphemeral() {
    X25519KeyPair pair = localEphemeral;
    if (pair == null) throw new IllegalStateException("no ephemeral key yet");
    return pair;
  }

  /** The other side's static key; known once its message was read. */
  Bytes remoteStatic() {
    Bytes key = remoteStatic;
    if (key == null) throw new IllegalStateException("remote static key not known yet");
    return key;
  }

  /** The transport of the completed handshake; to be called once. */
  NoiseTransport split() {
    if (!isComplete()) throw new IllegalStateException("handshake at message " + messageIndex);
    CipherState[] ciphers = symmetric.split();
    return initiator
        ? new NoiseTransport(ciphers[0], ciphers[1])
        : new NoiseTransport(ciphers[1], ciphers[0]);
  }

  byte[] handshakeHash() {
    return symmetric.handshakeHash();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
