package org.openagi.p2p.core.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * A payload signed by a peer, with the key to check it and a type to interpret it. The signature also
 * covers a domain string that is not transmitted, so that what was signed for one purpose can't be passed
 * off for another.
 *
 * <p>{@link #seal} and {@link #open} make envelopes whose signature is good; the constructor does not check
 * it.
 *
 * @param publicKey key of the signer
 * @param payloadType says how to read the payload, at most {@value #MAX_PAYLOAD_TYPE_BYTES} bytes
 * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes
 * @param signature at most {@value #MAX_SIGNATURE_BYTES} bytes
 * @see "libp2p specs: RFC 0002, Signed Envelopes"
 */
public record SignedEnvelope(
    PublicKey publicKey, Bytes payloadType, Bytes payload, Bytes signature) {
  /** Longest payload type accepted; known ones have 2 to 28 bytes. */
  public static final int MAX_PAYLOAD_TYPE_BYTES = 128;

  /** Longest payload accepted; a peer record with 128 long addresses stays below. */
  public static final int MAX_PAYLOAD_BYTES = 64 * 1024;

  /** Longest signature accepted: RSA with 8192 bits. */
  public static final int MAX_SIGNATURE_BYTES = 1024;

  /** Longest encoded envelope accepted. */
  public static final int MAX_BYTES = PublicKey.MAX_PROTOBUF_BYTES
      + MAX_PAYLOAD_TYPE_BYTES
      + MAX_PAYLOAD_BYTES
      + MAX_SIGNATURE_BYTES
      + 64;

  private static final int FIELD_PUBLIC_KEY = 1;
  private static final int FIELD_PAYLOAD_TYPE = 2;
  private static final int FIELD_PAYLOAD = 3;
  private static final int FIELD_SIGNATURE = 5;

  /** Validates the lengths. */
  public SignedEnvelope {
    requireAtMost("payload type", payloadType, MAX_PAYLOAD_TYPE_BYTES);
    requireAtMost("payload", payload, MAX_PAYLOAD_BYTES);
    requireAtMost("signature", signature, MAX_SIGNATURE_BYTES);
  }

  private static void requireAtMost(String what, Bytes value, int maxBytes) {
    if (value.length() > maxBytes) {
      throw new IllegalArgumentException(
          "envelope with " + what + " of " + value.length() + " bytes, at most " + maxBytes);
    }
  }

  /**
   * Signs a payload.
   *
   * @param domain says what the signature is for, for instance {@code libp2p-peer-record}
   * @throws IllegalArgumentException if the domain is empty or a part too long
   */
  public static SignedEnvelope seal(HostKey key, String domain, Bytes payloadType, Bytes payload) {
    return new SignedEnvelope(
        key.publicKey(), payloadType, payload, key.sign(signedBytes(domain, payloadType, payload)));
  }

  /**
   * Reads an envelope and checks its signature.
   *
   * @param domain what the signature has to be for
   * @throws ProtocolViolationException (stream) if the envelope is malformed or too long, its key is
   *     malformed, or the signature is not the key's for this domain
   * @throws IllegalArgumentException if the domain is empty
   */
  public static SignedEnvelope open(Bytes encoded, String domain)
      throws ProtocolViolationException {
    SignedEnvelope envelope = decode(encoded);
    if (!envelope.isSignedFor(domain)) {
      throw violation("envelope of "
          + envelope.publicKey.toPeerId()
          + " has a signature that is not valid for domain '"
          + domain
          + "'");
    }
    return envelope;
  }

  private static SignedEnvelope decode(Bytes encoded) throws ProtocolViolationException {
    if (encoded.length() > MAX_BYTES) {
      throw violation("envelope of " + encoded.length() + " bytes, at most " + MAX_BYTES);
    }
    @Nullable Bytes publicKey = null;
    Bytes payloadType = Bytes.EMPTY;
    Bytes payload = Bytes.EMPTY;
    Bytes signature = Bytes.EMPTY;
    ProtoReader in = ProtoReader.of(encoded, Scope.STREAM);
    while (in.nextField()) {
      switch (in.field()) {
        case FIELD_PUBLIC_KEY -> publicKey = in.readBytes(PublicKey.MAX_PROTOBUF_BYTES);
        case FIELD_PAYLOAD_TYPE -> payloadType = in.readBytes(MAX_PAYLOAD_TYPE_BYTES);
        case FIELD_PAYLOAD -> payload = in.readBytes(MAX_PAYLOAD_BYTES);
        case FIELD_SIGNATURE -> signature = in.readBytes(MAX_SIGNATURE_BYTES);
        default -> in.skip();
      }
    }
    if (publicKey == null) throw violation("envelope without public key");
    try {
      PublicKey key = PublicKey.fromProtobuf(publicKey);
      return new SignedEnvelope(key, payloadType, payload, signature);
    } catch (ProtocolViolationException e) {
      throw e.withScope(Scope.STREAM);
    }
  }

  /** Returns whether the signature is the key's for {@code domain}. */
  public boolean isSignedFor(String domain) {
    return publicKey.verify(signedBytes(domain, payloadType, payload), signature);
  }

  /** Returns the envelope as protobuf. */
  public Bytes encode() {
    return new ProtoWriter(payload.length() + 256)
        .bytes(FIELD_PUBLIC_KEY, publicKey.toProtobuf())
        .bytes(FIELD_PAYLOAD_TYPE, payloadType)
        .bytes(FIELD_PAYLOAD, payload)
        .bytes(FIELD_SIGNATURE, signature)
        .toBytes();
  }

  private static Bytes signedBytes(String domain, Bytes payloadType, Bytes payload) {
    if (domain.isEmpty()) throw new IllegalArgumentException("envelope domain is empty");
    byte[] domainBytes = domain.getBytes(StandardCharsets.UTF_8);
    int size = sizeOf(domainBytes.length) + sizeOf(payloadType.length()) + sizeOf(payload.length());
    ByteBuffer out = ByteBuffer.allocate(size);
    put(out, domainBytes);
    put(out, payloadType.unsafeArray());
    put(out, payload.unsafeArray());
    return Bytes.wrap(out.array());
  }

  private static int sizeOf(int length) {
    return Varint.sizeOf(length) + length;
  }

  private static void put(ByteBuffer out, byte[] part) {
    Varint.write(part.length, out);
    out.put(part);
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }
}
