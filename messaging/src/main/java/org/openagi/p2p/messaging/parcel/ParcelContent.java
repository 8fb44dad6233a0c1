package org.openagi.p2p.messaging.parcel;

import java.util.Arrays;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * What is inside a sealed parcel, once it is opened and its signature was checked.
 *
 * @param kind {@link #SECTION}, {@link #RECEIPT}, or one that is not known here
 * @param sender whose key signed it, for the recipient that opened it
 * @param signature by that key
 * @param body of the kind's own form
 * @see "docs/wire/parcel-1.0.md, section 2"
 */
record ParcelContent(int kind, PeerId sender, Bytes signature, Bytes body) {
  /** Messages of a lane. */
  static final int SECTION = 1;

  /** What was received and settled. */
  static final int RECEIPT = 2;

  /** The plaintext, padded. */
  static byte[] write(HostKey key, PeerId recipient, int kind, byte[] body) {
    if (body.length > ParcelForm.MAX_BODY_BYTES) {
      throw new IllegalArgumentException("parcel with a body of " + body.length + " bytes");
    }
    Bytes signer = key.publicKey().toProtobuf();
    byte[] signed = signedText(recipient, kind, body);
    Bytes signature = key.sign(signed, 0, signed.length);
    byte[] plain = new WireWriter(body.length + 256)
        .u8(kind)
        .varint(signer.length())
        .bytes(signer)
        .varint(signature.length())
        .bytes(signature)
        .varint(body.length)
        .bytes(body)
        .toArray();
    return Arrays.copyOf(plain, ParcelForm.paddedLength(plain.length));
  }

  private static byte[] signedText(PeerId recipient, int kind, byte[] body) {
    Bytes to = recipient.toBytes();
    return new WireWriter(128)
        .bytes(ParcelForm.SIGN_DOMAIN)
        .u8(kind)
        .u8(to.length())
        .bytes(to)
        .bytes(ParcelForm.sha256(body))
        .toArray();
  }

  /**
   * Reads a plaintext and checks its signature.
   *
   * @param self the recipient
   * @throws ProtocolViolationException (peer) if it has another form, or was not signed for this recipient
   */
  static ParcelContent read(byte[] plain, PeerId self) throws ProtocolViolationException {
    WireReader in = new WireReader(plain, 0, plain.length);
    int kind = in.u8("kind");
    int keyLength = (int) in.varint(1, PublicKey.MAX_PROTOBUF_BYTES, "key length");
    PublicKey signer = PublicKey.fromProtobuf(in.bytes(keyLength, "key"));
    int length = (int) in.varint(1, WireLimits.MAX_SIGNATURE_BYTES, "signature length");
    Bytes signature = in.bytes(length, "signature");
    int bodyLength = (int) in.varint(0, ParcelForm.MAX_BODY_BYTES, "body length");
    Bytes body = in.bytes(bodyLength, "body");
    checkPadding(plain, in.position());
    byte[] signed = signedText(self, kind, body.unsafeArray());
    if (!signer.verify(signed, 0, signed.length, signature)) {
      throw ParcelForm.violation(
          "wrong signature of " + signer.toPeerId().shortString() + " over a parcel");
    }
    return new ParcelContent(kind, signer.toPeerId(), signature, body);
  }

  private static void checkPadding(byte[] plain, int from) throws ProtocolViolationException {
    if (plain.length != ParcelForm.paddedLength(from)) {
      throw ParcelForm.violation("content of " + from + " bytes padded to " + plain.length);
    }
    for (int at = from; at < plain.length; at++) {
      if (plain[at] != 0) throw ParcelForm.violation("padding is not zero at byte " + at);
    }
  }
}
