package org.openagi.p2p.wire.noise;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.protobuf.ProtoWriter;

/**
 * What messages 2 and 3 of the handshake carry: the sender's identity and its multiplexers.
 *
 * <pre>
 * NoiseHandshakePayload                    NoiseExtensions
 *   1 identity_key  PublicKey protobuf       1 webtransport_certhashes, repeated; ignored here
 *   2 identity_sig  over the static key      2 stream_muxers, repeated
 *   4 extensions    NoiseExtensions
 * </pre>
 *
 * <p>Immutable.
 *
 * @param identityKey encoded libp2p public key, not yet decoded
 * @param identitySignature not yet verified
 * @param muxers multiplexers of the sender, best first; empty if it does not negotiate them early
 * @see "libp2p specs: noise/README.md, The libp2p Handshake Payload"
 */
record NoiseHandshakePayload(Bytes identityKey, Bytes identitySignature, List<String> muxers) {
  /** An RSA key of 8192 bits has 1,062 bytes encoded. */
  static final int MAX_IDENTITY_KEY_BYTES = 2048;

  /** An RSA signature of 8192 bits has 1,024 bytes. */
  static final int MAX_SIGNATURE_BYTES = 2048;

  /** Multiplexers considered; there are two in use. Further ones are refused. */
  static final int MAX_MUXERS = 16;

  static final int MAX_MUXER_BYTES = 128;

  NoiseHandshakePayload {
    muxers = List.copyOf(muxers);
  }

  Bytes encode() {
    ProtoWriter out = new ProtoWriter(160).bytes(1, identityKey).bytes(2, identitySignature);
    if (!muxers.isEmpty()) {
      ProtoWriter extensions = new ProtoWriter();
      for (String muxer : muxers) extensions.string(2, muxer);
      out.message(4, extensions);
    }
    return out.toBytes();
  }

  static NoiseHandshakePayload decode(Bytes encoded) throws ProtocolViolationException {
    @Nullable Bytes identityKey = null;
    @Nullable Bytes signature = null;
    List<String> muxers = new ArrayList<>();
    ProtoReader in = ProtoReader.of(encoded, Scope.CONNECTION);
    while (in.nextField()) {
      switch (in.field()) {
        case 1 -> identityKey = in.readBytes(MAX_IDENTITY_KEY_BYTES);
        case 2 -> signature = in.readBytes(MAX_SIGNATURE_BYTES);
        case 4 -> decodeExtensions(in.readMessage(encoded.length()), muxers);
        default -> in.skip();
      }
    }
    if (identityKey == null || signature == null) {
      throw new ProtocolViolationException(
          Scope.CONNECTION,
          "noise payload without " + (identityKey == null ? "identity_key" : "identity_sig"));
    }
    return new NoiseHandshakePayload(identityKey, signature, muxers);
  }

  private static void decodeExtensions(ProtoReader in, List<String> muxers)
      throws ProtocolViolationException {
    while (in.nextField()) {
      if (in.field() != 2) {
        in.skip();
      } else if (muxers.size() == MAX_MUXERS) {
        throw new ProtocolViolationException(
            Scope.CONNECTION, "noise payload with more than " + MAX_MUXERS + " stream_muxers");
      } else {
        muxers.add(in.readString(MAX_MUXER_BYTES));
      }
    }
  }
}
