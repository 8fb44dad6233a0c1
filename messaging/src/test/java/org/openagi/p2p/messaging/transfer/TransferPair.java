package org.openagi.p2p.messaging.transfer;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.testkit.TestPeers;

/** Both ends of a stream in one thread. */
final class TransferPair {
  static final HostKey SENDER = TestPeers.filledKey(1);
  static final HostKey RECIPIENT = TestPeers.filledKey(2);
  static final long MAX_SIZE_BYTES = 64 << 20;

  final TransferId id;
  final Offer offer;
  final SendingEnd sender;
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  ReceivingEnd recipient;
  Done complete;
  Done done;

  TransferPair(Offer offer) {
    this.offer = offer;
    this.id = offer.id();
    this.sender = new SendingEnd(offer, SENDER, RECIPIENT.peerId());
  }

  static Offer offer(long size) {
    return new Offer(
        new TransferId(Bytes.fromHex("00112233445566778899aabbccddeeff")),
        "hello.txt",
        size < 0 ? OptionalLong.empty() : OptionalLong.of(size),
        Optional.of("text/plain"),
        Optional.empty());
  }

  SignedText text() {
    return new SignedText(SENDER.peerId(), RECIPIENT.peerId());
  }

  ReceivingEnd open(byte[] frame) throws TransferException {
    byte[] body = body(frame);
    Offer opened = Offer.open(body, body.length, SENDER.publicKey(), RECIPIENT.peerId());
    recipient = new ReceivingEnd(opened, SENDER.publicKey(), RECIPIENT.peerId(), MAX_SIZE_BYTES);
    return recipient;
  }

  SenderEvent toSender(byte[] frame) throws TransferException {
    byte[] body = body(frame);
    return sender.onFrame(frame[0] & 0xff, body, body.length);
  }

  ReceiverEvent toRecipient(byte[] frame) throws TransferException {
    byte[] body = body(frame);
    ReceiverEvent event = recipient.onFrame(frame[0] & 0xff, body, body.length);
    switch (event) {
      case ReceiverEvent.Started started -> {
        if (started.offset() == 0) received.reset();
      }
      case ReceiverEvent.Data data -> received.writeBytes(body);
      case ReceiverEvent.Complete all -> complete = all.done();
      case ReceiverEvent.Alive alive -> {}
    }
    return event;
  }

  /** Offer and acceptance of what the recipient has. */
  void shake(ContentDigest has) throws TransferException {
    toSender(open(sender.offer()).accept(has));
  }

  /** Sends content from the sender's position up to an end, in pieces of a size. */
  void send(byte[] content, int to, int piece) throws TransferException {
    byte[] buffer = new byte[4 + TransferLimits.MAX_BODY_BYTES];
    while (sender.position() < to) {
      int from = (int) sender.position();
      int length = Math.min(Math.min(piece, sender.maxPieceBytes()), to - from);
      System.arraycopy(content, from, buffer, 4, length);
      int at = sender.data(buffer, 4, length);
      toRecipient(Arrays.copyOfRange(buffer, at, 4 + length));
      byte[] mark = sender.markIfDue();
      if (mark != null) toRecipient(mark);
    }
  }

  void finish() throws TransferException {
    toRecipient(sender.end());
    SenderEvent last = toSender(complete.toFrame());
    if (last instanceof SenderEvent.Finished finished) done = finished.done();
  }

  static byte[] body(byte[] frame) {
    try {
      WireReader in = new WireReader(frame, 1, frame.length);
      int length = (int) in.varint(0, TransferLimits.MAX_BODY_BYTES, "length");
      if (length != in.remaining()) throw new IllegalArgumentException("length " + length);
      return Arrays.copyOfRange(frame, in.position(), frame.length);
    } catch (ProtocolViolationException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
