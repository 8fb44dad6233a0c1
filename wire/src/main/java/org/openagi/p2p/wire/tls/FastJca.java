package org.openagi.p2p.wire.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Signature;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.crypto.CryptoProvider;

/**
 * Signatures, keys and key factories from the provider that {@code core.crypto} chose, where it has
 * the algorithm, else from the JDK. A native provider checks an ECDSA signature in the time of a few
 * network packets from the first one on; the JDK's Java code has to be compiled first.
 *
 * <p>A signature and the key factory for it come from the same provider. Stateless.
 */
final class FastJca {
  private static final @Nullable Provider PROVIDER =
      CryptoProvider.best().jcaProvider().orElse(null);

  private FastJca() {}

  /** Whether both the signature and the keys of an algorithm are there. */
  private static @Nullable Provider providerFor(String signature, String keyType) {
    Provider provider = PROVIDER;
    return provider != null
            && provider.getService("Signature", signature) != null
            && provider.getService("KeyFactory", keyType) != null
        ? provider
        : null;
  }

  static Signature signature(String algorithm, String keyType) throws GeneralSecurityException {
    Provider provider = providerFor(algorithm, keyType);
    return provider == null
        ? Signature.getInstance(algorithm)
        : Signature.getInstance(algorithm, provider);
  }

  static KeyFactory keyFactory(String signature, String keyType) throws GeneralSecurityException {
    Provider provider = providerFor(signature, keyType);
    return provider == null
        ? KeyFactory.getInstance(keyType)
        : KeyFactory.getInstance(keyType, provider);
  }

  static KeyPairGenerator keyPairGenerator(String signature, String keyType)
      throws GeneralSecurityException {
    Provider provider = providerFor(signature, keyType);
    return provider == null || provider.getService("KeyPairGenerator", keyType) == null
        ? KeyPairGenerator.getInstance(keyType)
        : KeyPairGenerator.getInstance(keyType, provider);
  }
}
