package org.openagi.p2p.messaging.transfer;

import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The sender's end of one stream: says what may be written next and what the recipient's frames mean.
 * Its user writes {@link #offer}, then, once {@link SenderEvent.Accepted}, {@link #start}, then for
 * each piece of content {@link #data} and {@link #markIfDue}, then {@link #end}. Confined to its user.
 *
 * @see "docs/wire/transfer-1.0.md, section 4"
 */
public final class SendingEnd {
  private enum Phase {
    OFFERED,
    ACCEPTED,
    STREAMING,
    ENDED,
    OVER
  }

  private final Offer offer;
  private final HostKey key;
  private final PeerId recipient;
  private Phase phase = Phase.OFFERED;
  private ContentDigest digest = new ContentDigest();
  private long acceptedOffset;
  private long acknowledged;
  private @Nullable Done expected;

  /**
   * Begins a stream for a transfer.
   *
   * @param key of the sender
   */
  public SendingEnd(Offer offer, HostKey key, PeerId recipient) {
    this.offer = offer;
    this.key = key;
    this.recipient = recipient;
  }

  /** The first frame. */
  public byte[] offer() {
    return offer.toFrame(key, recipient);
  }

  /**
   * Says where the data starts.
   *
   * @param from digest of the content up to there, which is what the recipient has, or empty to begin
   *     anew; taken over by this
   */
  public byte[] start(ContentDigest from) {
    require(Phase.ACCEPTED);
    if (from.position() != acceptedOffset && from.position() != 0)
      throw new IllegalArgumentException(
          "start at " + from.position() + ", accepted " + acceptedOffset);
    phase = Phase.STREAMING;
    digest = from;
    acknowledged = from.position();
    return TransferFrames.number(TransferFrames.START, from.position());
  }

  /** How much the next piece of content may have: what a frame holds and is left of the block. */
  public int maxPieceBytes() {
    long inBlock = digest.position() % TransferLimits.BLOCK_BYTES;
    return (int) Math.min(TransferLimits.MAX_BODY_BYTES, TransferLimits.BLOCK_BYTES - inBlock);
  }

  /**
   * Makes a DATA frame around content that stands in an array.
   *
   * @param contentAt at least {@link TransferLimits#MAX_FRAME_HEADER_BYTES}; the bytes before it are
   *     overwritten
   * @param length 1 to {@link #maxPieceBytes}
   * @return where the frame starts; it ends with the content
   * @throws TransferException if that is more than was offered
   */
  public int data(byte[] array, int contentAt, int length) throws TransferException {
    require(Phase.STREAMING);
    if (length < 1 || length > maxPieceBytes())
      throw new IllegalArgumentException("piece of " + length + " bytes");
    long after = digest.position() + length;
    if (offer.size().isPresent() && after > offer.size().getAsLong())
      throw changed("has more than the offered " + offer.size().getAsLong() + " bytes");
    if (after > TransferLimits.MAX_SIZE_BYTES)
      throw new TransferException(TransferReason.TOO_LARGE, "more than 2^60 bytes");
    digest.update(array, contentAt, length);
    return TransferFrames.prependHeader(TransferFrames.DATA, array, contentAt, length);
  }

  /** The MARK frame that must follow a piece that completed a block; else null. */
  public byte @Nullable [] markIfDue() {
    if (digest.position() % TransferLimits.BLOCK_BYTES != 0) return null;
    return TransferFrames.mark(digest.value());
  }

  /**
   * The last frame.
   *
   * @throws TransferException if the content is not what was offered
   */
  public byte[] end() throws TransferException {
    require(Phase.STREAMING);
    long size = digest.position();
    Bytes sha256 = digest.value();
    if (offer.size().isPresent() && size != offer.size().getAsLong())
      throw changed("ended after " + size + " of " + offer.size().getAsLong() + " bytes");
    if (offer.sha256().isPresent() && !sha256.equals(offer.sha256().get()))
      throw changed("has the digest " + sha256.toHex() + ", offered was another");
    phase = Phase.ENDED;
    expected = new Done(size, sha256);
    byte[] text = new SignedText(key.peerId(), recipient).ofEnd(offer.id(), size, sha256);
    return new End(size, sha256, key.sign(text, 0, text.length)).toFrame();
  }

  /**
   * A frame of the recipient.
   *
   * @throws TransferException if it says that the transfer is over, or breaks the rules
   */
  public SenderEvent onFrame(int type, byte[] body, int length) throws TransferException {
    try {
      return read(type, body, length);
    } catch (ProtocolViolationException e) {
      throw new TransferException(e);
    }
  }

  private SenderEvent read(int type, byte[] body, int length)
      throws TransferException, ProtocolViolationException {
    if (phase == Phase.OVER) throw Violations.after("DONE", type);
    return switch (type) {
      case TransferFrames.ACCEPT -> onAccept(Accept.decode(body, length));
      case TransferFrames.ACK -> onAck(body, length);
      case TransferFrames.DONE -> onDone(Done.decode(body, length));
      case TransferFrames.REFUSE -> throw TransferFrames.farewell(body, length);
      default -> {
        if (!TransferFrames.isSkippable(type)) throw Violations.unexpected(type);
        yield new SenderEvent.Alive();
      }
    };
  }

  private SenderEvent onAccept(Accept accept) throws ProtocolViolationException {
    if (phase != Phase.OFFERED) throw Violations.unexpected(TransferFrames.ACCEPT);
    long most = offer.size().orElse(TransferLimits.MAX_SIZE_BYTES);
    if (accept.offset() > most)
      throw Violations.of("the recipient has " + accept.offset() + " of " + most + " bytes");
    phase = Phase.ACCEPTED;
    acceptedOffset = accept.offset();
    return new SenderEvent.Accepted(accept.offset(), accept.prefix());
  }

  private SenderEvent onAck(byte[] body, int length) throws ProtocolViolationException {
    if (phase != Phase.STREAMING && phase != Phase.ENDED)
      throw Violations.unexpected(TransferFrames.ACK);
    long offset = TransferFrames.number(body, length, TransferLimits.MAX_SIZE_BYTES, "ACK");
    if (offset < acknowledged || offset > digest.position())
      throw Violations.of("ACK of " + offset + ", between " + acknowledged + " acknowledged and "
          + digest.position() + " sent");
    acknowledged = offset;
    return new SenderEvent.Acknowledged(offset);
  }

  /** Right after the offer, it tells of an earlier stream whose DONE did not arrive. */
  private SenderEvent onDone(Done done) throws TransferException, ProtocolViolationException {
    boolean before = phase == Phase.OFFERED;
    if (!before && phase != Phase.ENDED) throw Violations.unexpected(TransferFrames.DONE);
    boolean same = before
        ? offer.size().orElse(done.size()) == done.size()
            && offer.sha256().orElse(done.sha256()).equals(done.sha256())
        : done.equals(expected);
    if (!same)
      throw new TransferException(
          TransferReason.INTEGRITY,
          "the recipient has " + done.size() + " bytes with the digest "
              + done.sha256().toHex() + ", which is not what was sent");
    phase = Phase.OVER;
    return new SenderEvent.Finished(done);
  }

  /** How much of the content was put into frames or is at the recipient already. */
  public long position() {
    return digest.position();
  }

  /** A copy of the digest up to {@link #position}. */
  public ContentDigest digest() {
    return digest.copy();
  }

  private void require(Phase wanted) {
    if (phase != wanted) throw new IllegalStateException(phase + ", not " + wanted);
  }

  private TransferException changed(String what) {
    return new TransferException(
        TransferReason.SOURCE_CHANGED, "the content of '" + offer.name() + "' " + what);
  }
}
