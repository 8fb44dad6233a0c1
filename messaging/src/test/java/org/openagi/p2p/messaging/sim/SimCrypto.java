package org.openagi.p2p.messaging.sim;

import java.security.MessageDigest;
import java.util.function.Consumer;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.bundle.Verifier;
import org.openagi.p2p.testkit.VirtualWorld;

/** Signatures that take their time and cost nothing: a hash of the text. */
public final class SimCrypto {
  private SimCrypto() {}

  public static Bytes signature(byte[] text) {
    try {
      return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  public static Signer signer(VirtualWorld world) {
    return (text, callback) -> world.after(16_000, () -> callback.onSigned(signature(text)));
  }

  public static Verifier verifier(
      VirtualWorld world, Consumer<ProtocolViolationException> onViolation, Runnable afterwards) {
    return (text, signature, callback) -> world.after(49_000, () -> {
      try {
        callback.onVerified(signature(text).equals(signature));
      } catch (ProtocolViolationException e) {
        onViolation.accept(e);
      }
      afterwards.run();
    });
  }
}
