package org.openagi.p2p.core.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.conscrypt.HpkeContextRecipient;
import org.conscrypt.HpkeContextSender;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** HPKE of Conscrypt, which is BoringSSL's. */
final class ConscryptHpke implements Hpke {
  private static final String SUITE = "DHKEM_X25519_HKDF_SHA256/HKDF_SHA256/CHACHA20POLY1305";

  private final Provider provider;
  private final KeyFactory keys;

  ConscryptHpke(Provider provider) {
    this.provider = provider;
    try {
      keys = KeyFactory.getInstance("X25519", provider);
      HpkeContextSender.getInstance(SUITE, provider);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Conscrypt lacks HPKE with " + SUITE, e);
    }
  }

  @Override
  public String name() {
    return "conscrypt";
  }

  @Override
  public byte[] seal(Bytes recipientKey, byte[] info, byte[] associated, byte[] plaintext)
      throws ProtocolViolationException {
    byte[] encoded = Der.wrap(Der.X25519_PUBLIC, HpkeRules.requirePublicKey(recipientKey));
    try {
      PublicKey key = keys.generatePublic(new X509EncodedKeySpec(encoded));
      HpkeContextSender context = HpkeContextSender.getInstance(SUITE, provider);
      context.init(key, info);
      return HpkeRules.join(context.getEncapsulated(), context.seal(plaintext, associated));
    } catch (InvalidKeyException e) {
      throw HpkeRules.unusableKey(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("conscrypt failed to seal", e);
    }
  }

  @Override
  public byte[] open(Bytes recipientKey, byte[] info, byte[] associated, byte[] sealed)
      throws ProtocolViolationException {
    Ed25519Rules.requireKeyLength(recipientKey);
    byte[] encapsulated = HpkeRules.encapsulated(sealed);
    byte[] encoded = Der.wrap(Der.X25519_PRIVATE, recipientKey);
    try {
      HpkeContextRecipient context = HpkeContextRecipient.getInstance(SUITE, provider);
      context.init(encapsulated, keys.generatePrivate(new PKCS8EncodedKeySpec(encoded)), info);
      byte[] ciphertext = Arrays.copyOfRange(sealed, ENCAPSULATED_BYTES, sealed.length);
      return context.open(ciphertext, associated);
    } catch (GeneralSecurityException e) {
      throw HpkeRules.notForUs(e);
    } finally {
      Arrays.fill(encoded, (byte) 0);
    }
  }
}
