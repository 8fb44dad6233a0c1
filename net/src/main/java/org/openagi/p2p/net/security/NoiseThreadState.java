package org.openagi.p2p.net.security;

import io.netty.util.concurrent.FastThreadLocal;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.wire.noise.ChaChaPoly;
import org.openagi.p2p.wire.noise.NoiseTransport;

/**
 * What all Noise connections of one thread share, so that an idle connection holds neither a cipher
 * nor a buffer: the cipher engine, and room for one frame on its way from a direct buffer into the
 * cipher, which works on arrays, and back.
 *
 * <p>Confined to its thread. The scratch array must not be used across calls out of the handler.
 */
final class NoiseThreadState {
  private static final FastThreadLocal<NoiseThreadState> STATE = new FastThreadLocal<>() {
    @Override
    protected NoiseThreadState initialValue() {
      return new NoiseThreadState();
    }
  };

  private final ChaChaPoly aead =
      new ChaChaPoly(CryptoProvider.best().jcaProvider().orElse(null));
  private final byte[] scratch = new byte[NoiseTransport.MAX_MESSAGE_BYTES];

  private NoiseThreadState() {}

  static NoiseThreadState get() {
    return STATE.get();
  }

  ChaChaPoly aead() {
    return aead;
  }

  byte[] scratch() {
    return scratch;
  }
}
