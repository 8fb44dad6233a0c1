package org.openagi.p2p.core.crypto;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * Known answers that an implementation has to give before it is used: RFC 8032 section 7.1 test 2, RFC
 * 7748 section 6.1, RFC 9180 appendix A.2.1.
 */
final class SelfTest {
  private static final Bytes SEED =
      Bytes.fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  private static final Bytes PUBLIC_KEY =
      Bytes.fromHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  private static final byte[] MESSAGE = {0x72};
  private static final Bytes SIGNATURE =
      Bytes.fromHex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

  private static final Bytes ALICE_PRIVATE =
      Bytes.fromHex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  private static final Bytes BOB_PUBLIC =
      Bytes.fromHex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");

  private static final Bytes HPKE_PRIVATE =
      Bytes.fromHex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
  private static final Bytes HPKE_INFO = Bytes.ofUtf8("Ode on a Grecian Urn");
  private static final Bytes HPKE_ASSOCIATED = Bytes.ofUtf8("Count-0");
  private static final Bytes HPKE_SEALED =
      Bytes.fromHex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"
          + "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
          + "21993c62ce81883d2dd1b51a28");

  private SelfTest() {}

  /**
   * Runs the self-test.
   *
   * @throws IllegalStateException naming the operation that gave a wrong answer
   */
  static void run(CryptoProvider provider) {
    Ed25519Signer signer = provider.ed25519Signer(SEED, PUBLIC_KEY);
    require(signer.sign(MESSAGE, 0, 1).equals(SIGNATURE), "Ed25519 signature");
    Ed25519Verifier verifier = provider.ed25519Verifier(PUBLIC_KEY);
    require(verifier.verify(MESSAGE, 0, 1, SIGNATURE), "Ed25519 verification");
    require(!verifier.verify(new byte[] {0x73}, 0, 1, SIGNATURE), "Ed25519 rejection");
    require(agreed(provider), "X25519 agreement");
    require(opened(provider.hpke()), "HPKE");
  }

  private static boolean opened(Hpke hpke) {
    try {
      byte[] plain = hpke.open(
          HPKE_PRIVATE,
          HPKE_INFO.unsafeArray(),
          HPKE_ASSOCIATED.unsafeArray(),
          HPKE_SEALED.unsafeArray());
      return Bytes.wrap(plain).toUtf8().equals("Beauty is truth, truth beauty");
    } catch (ProtocolViolationException e) {
      return false;
    }
  }

  private static boolean agreed(CryptoProvider provider) {
    try {
      X25519KeyPair alice = provider.x25519FromPrivateKey(ALICE_PRIVATE);
      Bytes secret = Bytes.wrap(alice.agree(BOB_PUBLIC));
      return alice
              .publicKey()
              .toHex()
              .equals("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
          && secret
              .toHex()
              .equals("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    } catch (ProtocolViolationException e) {
      return false;
    }
  }

  private static void require(boolean passed, String operation) {
    if (!passed) throw new IllegalStateException("self-test failed: " + operation);
  }
}
