package org.openagi.p2p.core.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.hpke.HPKE;
import org.bouncycastle.crypto.hpke.HPKEContext;
import org.bouncycastle.crypto.hpke.HPKEContextWithEncapsulation;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** HPKE of BouncyCastle, in pure Java: about four times as slow as Conscrypt's, and there wherever Java is. */
final class BouncyCastleHpke implements Hpke {
  static final Hpke INSTANCE = new BouncyCastleHpke();

  private BouncyCastleHpke() {}

  @Override
  public String name() {
    return "bouncycastle";
  }

  private static HPKE suite() {
    return new HPKE(
        HPKE.mode_base, HPKE.kem_X25519_SHA256, HPKE.kdf_HKDF_SHA256, HPKE.aead_CHACHA20_POLY1305);
  }

  @Override
  public byte[] seal(Bytes recipientKey, byte[] info, byte[] associated, byte[] plaintext)
      throws ProtocolViolationException {
    byte[] raw = HpkeRules.requirePublicKey(recipientKey).unsafeArray();
    try {
      HPKEContextWithEncapsulation context =
          suite().setupBaseS(new X25519PublicKeyParameters(raw, 0), info);
      return HpkeRules.join(context.getEncapsulation(), context.seal(associated, plaintext));
    } catch (IllegalStateException e) {
      throw HpkeRules.unusableKey(e); // the agreement gave nothing but zeros
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("bouncycastle failed to seal", e);
    }
  }

  @Override
  public byte[] open(Bytes recipientKey, byte[] info, byte[] associated, byte[] sealed)
      throws ProtocolViolationException {
    Ed25519Rules.requireKeyLength(recipientKey);
    byte[] encapsulated = HpkeRules.encapsulated(sealed);
    X25519PrivateKeyParameters key = new X25519PrivateKeyParameters(recipientKey.unsafeArray(), 0);
    try {
      HPKEContext context = suite()
          .setupBaseR(
              encapsulated, new AsymmetricCipherKeyPair(key.generatePublicKey(), key), info);
      return context.open(
          associated, Arrays.copyOfRange(sealed, ENCAPSULATED_BYTES, sealed.length));
    } catch (IllegalStateException | InvalidCipherTextException e) {
      throw HpkeRules.notForUs(e);
    }
  }
}
