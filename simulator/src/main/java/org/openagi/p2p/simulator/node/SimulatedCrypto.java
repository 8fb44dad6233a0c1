package org.openagi.p2p.simulator.node;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Signatures that cost next to nothing: a keyed hash whose keys only this class knows, so nobody in a simulation can forge
 * one. A signature takes its time on the clock of the world all the same.
 */
public final class SimulatedCrypto {
  /** Time of a signature. */
  public static final long SIGN_NANOS = 16_000;

  /** Time of a check. */
  public static final long VERIFY_NANOS = 49_000;

  private static final int SIGNATURE_BYTES = 64;
  private static final byte[] SECRET =
      "known to nobody in the simulation".getBytes(StandardCharsets.UTF_8);

  private final MessageDigest digest;

  /** A scheme. */
  public SimulatedCrypto() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The signature of a peer over a text, 64 bytes. */
  public Bytes sign(PeerId signer, byte[] text) {
    digest.update(SECRET);
    digest.update(signer.toBytes().asByteBuffer());
    digest.update(text);
    byte[] hash = digest.digest();
    byte[] signature = Arrays.copyOf(hash, SIGNATURE_BYTES);
    System.arraycopy(hash, 0, signature, hash.length, SIGNATURE_BYTES - hash.length);
    return Bytes.wrap(signature);
  }

  /** As {@link #sign(PeerId, byte[])}. */
  public Bytes sign(PeerId signer, Bytes text) {
    return sign(signer, text.toArray());
  }

  /** Whether a peer signed a text. */
  public boolean verify(PeerId signer, Bytes text, Bytes signature) {
    return sign(signer, text).equals(signature);
  }

  /** Whether a peer signed a text. */
  public boolean verify(PeerId signer, byte[] text, Bytes signature) {
    return sign(signer, text).equals(signature);
  }
}
