package org.openagi.p2p.wire.noise;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Chaining key, transcript hash and current cipher of a running handshake.
 *
 * <p>Confined to one thread. After {@link #split} it must not be used any more.
 *
 * @see "Noise Protocol Framework, section 5.2"
 */
final class SymmetricState {
  static final int HASH_BYTES = 32;

  private final MessageDigest sha256;
  private final Mac hmac;
  private final ChaChaPoly aead;
  private byte[] hash;
  private byte[] chainingKey;
  private @Nullable CipherState cipher;

  SymmetricState(String protocolName, ChaChaPoly aead) {
    this.aead = aead;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
      hmac = Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
    byte[] name = protocolName.getBytes(US_ASCII);
    hash = name.length <= HASH_BYTES ? Arrays.copyOf(name, HASH_BYTES) : sha256.digest(name);
    chainingKey = hash.clone();
  }

  boolean hasKey() {
    return cipher != null;
  }

  /** Mixes a public value into the transcript. */
  void mixHash(byte[] data, int offset, int length) {
    sha256.update(hash);
    sha256.update(data, offset, length);
    hash = sha256.digest();
  }

  void mixHash(byte[] data) {
    mixHash(data, 0, data.length);
  }

  /** Mixes a Diffie-Hellman result into the keys, and overwrites it. */
  void mixKey(byte[] inputKeyMaterial) {
    byte[][] outputs = hkdf(inputKeyMaterial);
    CipherState.wipe(inputKeyMaterial);
    CipherState.wipe(chainingKey);
    chainingKey = outputs[0];
    cipher = new CipherState(outputs[1]);
    CipherState.wipe(outputs[1]);
  }

  /** Encrypts if there is a key yet, and mixes what goes on the wire into the transcript. */
  byte[] encryptAndHash(byte[] plaintext) throws NoiseException {
    byte[] sent = plaintext;
    if (cipher != null) {
      sent = new byte[plaintext.length + ChaChaPoly.TAG_BYTES];
      cipher.seal(aead, hash, plaintext, 0, plaintext.length, sent, 0);
    }
    mixHash(sent);
    return sent;
  }

  /** Decrypts if there is a key yet, and mixes what came from the wire into the transcript. */
  byte[] decryptAndHash(byte[] message, int offset, int length) throws NoiseException {
    byte[] plaintext;
    if (cipher == null) {
      plaintext = Arrays.copyOfRange(message, offset, offset + length);
    } else {
      plaintext = new byte[Math.max(0, length - ChaChaPoly.TAG_BYTES)];
      cipher.open(aead, hash, message, offset, length, plaintext, 0);
    }
    mixHash(message, offset, length);
    return plaintext;
  }

  /** The two transport ciphers: the first is the initiator's to send with, the second the responder's. */
  CipherState[] split() {
    byte[][] outputs = hkdf(new byte[0]);
    CipherState[] ciphers = {new CipherState(outputs[0]), new CipherState(outputs[1])};
    CipherState.wipe(outputs[0]);
    CipherState.wipe(outputs[1]);
    CipherState.wipe(chainingKey);
    return ciphers;
  }

  /** The transcript hash; identifies the session once the handshake is complete. */
  byte[] handshakeHash() {
    return hash.clone();
  }

  /** HKDF with two outputs (section 4.3), salted by the chaining key. */
  private byte[][] hkdf(byte[] inputKeyMaterial) {
    byte[] temporaryKey = hmac(chainingKey, inputKeyMaterial, new byte[0]);
    byte[] first = hmac(temporaryKey, new byte[0], new byte[] {1});
    byte[] second = hmac(temporaryKey, first, new byte[] {2});
    CipherState.wipe(temporaryKey);
    return new byte[][] {first, second};
  }

  private byte[] hmac(byte[] key, byte[] first, byte[] second) {
    try {
      hmac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HMAC-SHA256 refused a key of " + key.length + " bytes", e);
    }
    hmac.update(first);
    return hmac.doFinal(second);
  }
}
