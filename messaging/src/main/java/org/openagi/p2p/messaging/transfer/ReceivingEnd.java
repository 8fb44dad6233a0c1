package org.openagi.p2p.messaging.transfer;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;

/**
 * The recipient's end of one stream, once its offer was opened: checks every frame, counts and digests
 * the content. Confined to its user.
 *
 * @see "docs/wire/transfer-1.0.md, section 5"
 */
public final class ReceivingEnd {
  private enum Phase {
    OFFERED,
    ACCEPTED,
    STREAMING,
    MARKING,
    OVER
  }

  private static final ReceiverEvent DATA = new ReceiverEvent.Data();
  private static final ReceiverEvent ALIVE = new ReceiverEvent.Alive();

  private final Offer offer;
  private final PublicKey sender;
  private final PeerId recipient;
  private final long maxSizeBytes;
  private Phase phase = Phase.OFFERED;
  private ContentDigest digest = new ContentDigest();
  private long acknowledged;

  /**
   * Begins with an offer.
   *
   * @param maxSizeBytes the most content this recipient takes
   */
  public ReceivingEnd(Offer offer, PublicKey sender, PeerId recipient, long maxSizeBytes) {
    this.offer = offer;
    this.sender = sender;
    this.recipient = recipient;
    this.maxSizeBytes = maxSizeBytes;
  }

  /**
   * Takes it.
   *
   * @param has digest of the content that is here already; taken over by this
   * @throws TransferException if it is known to be too large
   */
  public byte[] accept(ContentDigest has) throws TransferException {
    if (phase != Phase.OFFERED) throw new IllegalStateException("accepted twice");
    requireSize(offer.size().orElse(0));
    phase = Phase.ACCEPTED;
    digest = has;
    return new Accept(has.position(), has.value()).toFrame();
  }

  /**
   * A frame of the sender.
   *
   * @throws TransferException if the sender gave up, or the frame must be refused
   */
  public ReceiverEvent onFrame(int type, byte[] body, int length) throws TransferException {
    try {
      return read(type, body, length);
    } catch (ProtocolViolationException e) {
      throw new TransferException(e);
    }
  }

  private ReceiverEvent read(int type, byte[] body, int length)
      throws TransferException, ProtocolViolationException {
    if (phase == Phase.OVER) throw Violations.after("END", type);
    return switch (type) {
      case TransferFrames.START ->
        onStart(
            TransferFrames.number(body, length, TransferLimits.MAX_SIZE_BYTES, "offset of START"));
      case TransferFrames.DATA -> onData(body, length);
      case TransferFrames.MARK -> onMark(TransferFrames.mark(body, length));
      case TransferFrames.END -> onEnd(End.decode(body, length));
      case TransferFrames.CANCEL -> throw TransferFrames.farewell(body, length);
      default -> {
        if (!TransferFrames.isSkippable(type)) throw Violations.unexpected(type);
        yield ALIVE;
      }
    };
  }

  private ReceiverEvent onStart(long offset) throws ProtocolViolationException {
    if (phase != Phase.ACCEPTED) throw Violations.unexpected(TransferFrames.START);
    if (offset != 0 && offset != digest.position())
      throw Violations.of("START at " + offset + ", accepted was " + digest.position() + " or 0");
    phase = Phase.STREAMING;
    if (offset == 0) digest = new ContentDigest();
    acknowledged = offset;
    return new ReceiverEvent.Started(offset);
  }

  private ReceiverEvent onData(byte[] body, int length)
      throws TransferException, ProtocolViolationException {
    if (phase != Phase.STREAMING) throw Violations.unexpected(TransferFrames.DATA);
    long room = TransferLimits.BLOCK_BYTES - digest.position() % TransferLimits.BLOCK_BYTES;
    if (length < 1 || length > room)
      throw Violations.of("DATA of " + length + " bytes, the block has " + room + " left");
    long after = digest.position() + length;
    if (offer.size().isPresent() && after > offer.size().getAsLong())
      throw Violations.of("more content than the offered " + offer.size().getAsLong() + " bytes");
    requireSize(after);
    digest.update(body, 0, length);
    if (length == room) phase = Phase.MARKING;
    return DATA;
  }

  private ReceiverEvent onMark(Bytes told) throws TransferException, ProtocolViolationException {
    if (phase != Phase.MARKING) throw Violations.unexpected(TransferFrames.MARK);
    requireDigest(told, digest.value());
    phase = Phase.STREAMING;
    return ALIVE;
  }

  private ReceiverEvent onEnd(End end) throws TransferException, ProtocolViolationException {
    if (phase != Phase.STREAMING) throw Violations.unexpected(TransferFrames.END);
    long size = digest.position();
    if (end.size() != size || offer.size().orElse(size) != size)
      throw Violations.of("END after " + size + " bytes says " + end.size() + ", the offer "
          + offer.size().orElse(end.size()));
    Bytes sha256 = digest.value();
    requireDigest(end.sha256(), sha256);
    if (offer.sha256().isPresent()) requireDigest(offer.sha256().get(), sha256);
    byte[] text = new SignedText(sender.toPeerId(), recipient).ofEnd(offer.id(), size, sha256);
    if (!sender.verify(text, 0, text.length, end.signature()))
      throw new TransferException(
          TransferReason.BAD_SIGNATURE, "the end of '" + offer.id() + "' is not signed");
    phase = Phase.OVER;
    return new ReceiverEvent.Complete(new Done(size, sha256));
  }

  private void requireDigest(Bytes told, Bytes found) throws TransferException {
    if (!told.equals(found))
      throw new TransferException(
          TransferReason.INTEGRITY,
          "the first " + digest.position() + " bytes have the digest " + found.toHex()
              + ", the sender says " + told.toHex());
  }

  private void requireSize(long bytes) throws TransferException {
    if (bytes > maxSizeBytes)
      throw new TransferException(
          TransferReason.TOO_LARGE, bytes + " bytes, at most " + maxSizeBytes + " are taken");
  }

  /**
   * Tells the sender how much is durable.
   *
   * @param durable bytes, no more than {@link #position} and no less than before
   */
  public byte[] ack(long durable) {
    if (durable < acknowledged || durable > digest.position())
      throw new IllegalArgumentException("ack of " + durable + " after " + acknowledged);
    acknowledged = durable;
    return TransferFrames.number(TransferFrames.ACK, durable);
  }

  /** How much of the content is here. */
  public long position() {
    return digest.position();
  }

  /** A copy of the digest up to {@link #position}. */
  public ContentDigest digest() {
    return digest.copy();
  }
}
