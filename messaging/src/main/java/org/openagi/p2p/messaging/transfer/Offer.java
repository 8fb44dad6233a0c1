package org.openagi.p2p.messaging.transfer;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * What a sender would like to send.
 *
 * @param id of the transfer
 * @param name 1 to {@value TransferLimits#MAX_NAME_BYTES} bytes of UTF-8 without control characters;
 *     what the sender calls it, never a path to be used as it is
 * @param size bytes of the content, empty if the sender does not know
 * @param contentType for the recipient's application, printable ASCII, or empty
 * @param sha256 of the content, or empty if the sender has not read it yet
 * @see "docs/wire/transfer-1.0.md, section 2.1"
 */
public record Offer(
    TransferId id,
    String name,
    OptionalLong size,
    Optional<String> contentType,
    Optional<Bytes> sha256) {
  private static final int SIZE = 0x01;
  private static final int CONTENT_TYPE = 0x02;
  private static final int SHA256 = 0x03;

  /** Checks every field. */
  public Offer {
    Objects.requireNonNull(id, "id");
    String problem = problem(name, size, contentType, sha256);
    if (problem != null) throw new IllegalArgumentException(problem);
  }

  private static @Nullable String problem(
      String name, OptionalLong size, Optional<String> contentType, Optional<Bytes> sha256) {
    int nameBytes = Bytes.ofUtf8(name).length();
    if (nameBytes < 1 || nameBytes > TransferLimits.MAX_NAME_BYTES)
      return "the name of a transfer has 1 to " + TransferLimits.MAX_NAME_BYTES
          + " bytes, this one " + nameBytes;
    if (name.chars().anyMatch(Character::isISOControl))
      return "the name of a transfer has no control characters, this one does";
    if (size.isPresent()
        && (size.getAsLong() < 0 || size.getAsLong() > TransferLimits.MAX_SIZE_BYTES))
      return "the size of a transfer is 0 to 2^60 bytes, this one " + size.getAsLong();
    if (contentType.isPresent() && !isContentType(contentType.get()))
      return "a content type has 1 to " + TransferLimits.MAX_CONTENT_TYPE_BYTES
          + " characters of printable ASCII";
    if (sha256.isPresent() && sha256.get().length() != TransferFrames.DIGEST_BYTES)
      return "a SHA-256 digest has 32 bytes, this one " + sha256.get().length();
    return null;
  }

  private static boolean isContentType(String text) {
    return !text.isEmpty()
        && text.length() <= TransferLimits.MAX_CONTENT_TYPE_BYTES
        && text.chars().allMatch(c -> c >= ' ' && c < 127);
  }

  /** The whole frame, signed. */
  public byte[] toFrame(HostKey sender, PeerId recipient) {
    byte[] fields = fields();
    byte[] text = new SignedText(sender.peerId(), recipient).ofOffer(fields);
    Bytes signature = sender.sign(text, 0, text.length);
    return new WireWriter(fields.length + 80)
        .bytes(fields)
        .u8(SignedText.SCHEME)
        .varint(signature.length())
        .bytes(signature)
        .toFrame(TransferFrames.OFFER);
  }

  private byte[] fields() {
    byte[] options = options();
    return new WireWriter(64 + options.length)
        .u8(TransferLimits.VERSION)
        .bytes(id.bytes())
        .text(name, TransferLimits.MAX_NAME_BYTES)
        .varint(options.length)
        .bytes(options)
        .toArray();
  }

  private byte[] options() {
    WireWriter out = new WireWriter(64);
    size.ifPresent(bytes -> out.u8(SIZE).varint(Varint.sizeOf(bytes)).varint(bytes));
    contentType.ifPresent(
        type -> out.u8(CONTENT_TYPE).text(type, TransferLimits.MAX_CONTENT_TYPE_BYTES));
    sha256.ifPresent(digest -> out.u8(SHA256).varint(digest.length()).bytes(digest));
    return out.toArray();
  }

  /**
   * Reads the body of an OFFER and checks its signature.
   *
   * @param sender the key that the connection's handshake proved
   * @param recipient who reads
   * @throws TransferException with the reason to refuse it
   */
  public static Offer open(byte[] body, int length, PublicKey sender, PeerId recipient)
      throws TransferException {
    try {
      return read(new WireReader(body, 0, length), body, sender, recipient);
    } catch (ProtocolViolationException e) {
      throw new TransferException(e);
    }
  }

  private static Offer read(WireReader in, byte[] body, PublicKey sender, PeerId recipient)
      throws TransferException, ProtocolViolationException {
    int version = in.u8("version");
    if (version != TransferLimits.VERSION)
      throw unsupported("OFFER of version " + version + ", known is 1");
    TransferId id = new TransferId(in.bytes(TransferId.LENGTH, "transfer id"));
    String name = in.text(TransferLimits.MAX_NAME_BYTES, "name");
    int optionsLength =
        (int) in.varint(0, TransferLimits.MAX_OPTIONS_BYTES, "length of the options of OFFER");
    int optionsAt = in.position();
    in.bytes(optionsLength, "options of OFFER");
    int fields = in.position();
    Bytes signature = signature(in, "OFFER");
    TransferFrames.requireEnd(in, "OFFER");
    byte[] text =
        new SignedText(sender.toPeerId(), recipient).ofOffer(java.util.Arrays.copyOf(body, fields));
    if (!sender.verify(text, 0, text.length, signature))
      throw new TransferException(
          TransferReason.BAD_SIGNATURE, "the offer of '" + id + "' is not signed by its sender");
    return of(id, name, new WireReader(body, optionsAt, fields));
  }

  private static Offer of(TransferId id, String name, WireReader options)
      throws TransferException, ProtocolViolationException {
    OptionalLong size = OptionalLong.empty();
    Optional<String> contentType = Optional.empty();
    Optional<Bytes> sha256 = Optional.empty();
    int last = -1;
    while (options.remaining() > 0) {
      int tag = options.u8("option of OFFER");
      if (tag <= last) throw WireReader.violation("OFFER option " + tag + " after " + last);
      last = tag;
      int length = (int) options.varint(0, options.remaining(), "length of OFFER option " + tag);
      Bytes value = options.bytes(length, "OFFER option " + tag);
      switch (tag) {
        case SIZE -> size = OptionalLong.of(number(value));
        case CONTENT_TYPE -> contentType = Optional.of(value.toUtf8());
        case SHA256 -> sha256 = Optional.of(value);
        default -> {
          if (!TransferFrames.isSkippable(tag))
            throw unsupported("OFFER needs the unknown option " + tag);
        }
      }
    }
    String problem = problem(name, size, contentType, sha256);
    if (problem != null) throw WireReader.violation(problem);
    return new Offer(id, name, size, contentType, sha256);
  }

  private static long number(Bytes value) throws ProtocolViolationException {
    WireReader in = new WireReader(value.toArray(), 0, value.length());
    long size = in.varint(0, TransferLimits.MAX_SIZE_BYTES, "size of OFFER");
    TransferFrames.requireEnd(in, "size of OFFER");
    return size;
  }

  static Bytes signature(WireReader in, String frame) throws ProtocolViolationException {
    int scheme = in.u8("scheme of " + frame);
    if (scheme != SignedText.SCHEME) {
      throw WireReader.violation("scheme " + scheme + " of " + frame + ", known is 1");
    }
    int length = (int)
        in.varint(1, TransferLimits.MAX_SIGNATURE_BYTES, "length of the signature of " + frame);
    return in.bytes(length, "signature of " + frame);
  }

  private static TransferException unsupported(String message) {
    return new TransferException(TransferReason.UNSUPPORTED, message);
  }
}
