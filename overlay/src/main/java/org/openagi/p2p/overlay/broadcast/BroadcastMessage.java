package org.openagi.p2p.overlay.broadcast;

import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.PeerField;

/**
 * A message to everyone, signed by its origin. Origin, epoch and number name it.
 *
 * @param origin who made it
 * @param epoch when the origin's process started, in milliseconds since 1970; 0 to 2^48 - 1
 * @param number of the message in that process, from 1 to 2^48 - 1, without gaps
 * @param createdMillis when it was made by the origin's clock, in milliseconds since 1970; 0 to 2^48 - 1
 * @param payload at most {@link #MAX_PAYLOAD_BYTES} bytes
 * @param signature of {@link #signedText}, 64 bytes
 */
public record BroadcastMessage(
    PeerId origin, long epoch, long number, long createdMillis, Bytes payload, Bytes signature) {
  /** Longest payload: a quarter of a megabyte takes its turn among other frames without stalling them for long. */
  public static final int MAX_PAYLOAD_BYTES = 256 << 10;

  /** Largest number, epoch and time. */
  public static final long MAX_VALUE = (1L << 48) - 1;

  /** Bytes of an Ed25519 signature. */
  public static final int SIGNATURE_BYTES = 64;

  private static final byte[] DOMAIN = "openagi-broadcast-1:".getBytes(StandardCharsets.US_ASCII);

  /** Validates. */
  public BroadcastMessage {
    requireValue("epoch", 0, epoch);
    requireValue("number", 1, number);
    requireValue("creation time", 0, createdMillis);
    if (payload.length() > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "broadcast of " + payload.length() + " bytes, allowed are " + MAX_PAYLOAD_BYTES);
    }
    if (signature.length() != SIGNATURE_BYTES) {
      throw new IllegalArgumentException(
          "signature of " + signature.length() + " bytes, not " + SIGNATURE_BYTES);
    }
  }

  private static void requireValue(String what, long min, long value) {
    if (value < min || value > MAX_VALUE) {
      throw new IllegalArgumentException(
          what + " " + value + ", allowed are " + min + " to " + MAX_VALUE);
    }
  }

  /** What the origin signs. */
  public Bytes signedText() {
    return signedText(origin, epoch, number, createdMillis, payload);
  }

  static Bytes signedText(
      PeerId origin, long epoch, long number, long createdMillis, Bytes payload) {
    WireWriter out = new WireWriter(DOMAIN.length + 64 + payload.length()).bytes(DOMAIN);
    PeerField.write(out, origin);
    out.u64(epoch).u64(number).u64(createdMillis).bytes(payload);
    return Bytes.wrap(out.toArray());
  }
}
