package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Correlation;
import org.openagi.p2p.messaging.LaneNumbering;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.RefusalReason;
import org.openagi.p2p.messaging.codec.Refusal;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.SentMessages;

/**
 * Writes what happened as records, and reads entries back. Confined to the disk's thread.
 *
 * @see "docs/wire/journal.md, section 3"
 */
final class JournalRecords {
  /** The longest explanation of an end. */
  static final int MAX_DETAIL_BYTES = 1024;

  private static final int HAS_RECIPIENT = 1;
  private static final int HAS_SENDER = 2;
  private static final int HAS_ID = 4;
  private static final int HAS_CORRELATION = 8;
  private static final int TIED = 16;
  private static final int KNOWN_FLAGS = 31;

  private static final int ACKNOWLEDGED = 0;
  private static final int EXPIRED = 1;
  private static final int REFUSED = 2;

  /** Fixed fields of an entry and its record, at most. */
  private static final int ENTRY_BYTES = 80;

  private static final int MAX_NAME_BYTES = 4 * NetworkMessage.MAX_NAME_LENGTH;

  private final RecordWriter out = new RecordWriter();
  private final RecordSink sink;

  JournalRecords(RecordSink sink) {
    this.sink = sink;
  }

  /** What a message takes in a journal at most. */
  static long maxBytes(NetworkMessage message) {
    String id = message.givenId();
    int characters = message.recipientId().length() + message.senderId().length();
    if (id != null) characters += id.length();
    return ENTRY_BYTES + 3L * characters + message.payload().length();
  }

  private void put() throws IOException {
    sink.append(out, out.array(), 0, 0);
  }

  private void peer(PeerId peer) {
    Bytes encoded = peer.toBytes();
    out.u8(encoded.length()).bytes(encoded);
  }

  void outbox(SentMessages.Outbox place, int id, long next, long settledEnd, long forgottenEnd)
      throws IOException {
    out.begin(RecordType.OUTBOX).varint(id);
    peer(place.recipient());
    out.u8(place.lane().number()).u64(place.log().epoch());
    out.varint(next).varint(settledEnd).varint(forgottenEnd);
    put();
  }

  void settled(int outbox, long end) throws IOException {
    out.begin(RecordType.SETTLED).varint(outbox).varint(end);
    put();
  }

  void entry(int outbox, String recipientName, OutboxEntry entry, long deadlineMillis)
      throws IOException {
    out.begin(RecordType.ENTRY).varint(outbox);
    message(recipientName, entry, deadlineMillis);
  }

  private void message(String recipientName, OutboxEntry entry, long deadlineMillis)
      throws IOException {
    NetworkMessage message = entry.message();
    String id = message.givenId();
    Correlation correlation = message.correlation();
    boolean named = !message.recipientId().equals(recipientName);
    boolean from = !message.senderId().isEmpty();
    int flags = (named ? HAS_RECIPIENT : 0)
        | (from ? HAS_SENDER : 0)
        | (id != null ? HAS_ID : 0)
        | (correlation != null ? HAS_CORRELATION : 0)
        | (entry.isTied() ? TIED : 0);
    out.varint(entry.number())
        .u48(deadlineMillis)
        .u48(entry.timestamp())
        .varint(entry.lifetimeMillis())
        .u8(flags)
        .u8(message.messageType().number())
        .u8(message.ttl());
    if (named) out.text(message.recipientId());
    if (from) out.text(message.senderId());
    if (id != null) out.text(id);
    if (correlation != null) out.u8(correlation.kind().number()).u64(correlation.id());
    Bytes payload = message.payload();
    sink.append(out, payload.unsafeArray(), 0, payload.length());
  }

  /** Reads the rest of an entry behind its outbox. */
  static OutboxEntry readEntry(RecordReader in, String recipientName, LaneNumbering numbering)
      throws RecordReader.MalformedException {
    long number = in.number();
    long deadline = in.u48();
    long timestamp = in.u48();
    long lifetime = in.varint();
    int flags = in.u8();
    if ((flags & ~KNOWN_FLAGS) != 0) throw new RecordReader.MalformedException("flags " + flags);
    int type = in.u8();
    if (!MessageType.isKnown(type)) throw new RecordReader.MalformedException("type " + type);
    NetworkMessage.Builder builder = NetworkMessage.builder()
        .messageType(MessageType.ofNumber(type))
        .ttl(in.u8())
        .timestamp(timestamp)
        .recipientId((flags & HAS_RECIPIENT) != 0 ? in.text(MAX_NAME_BYTES) : recipientName);
    if ((flags & HAS_SENDER) != 0) builder.senderId(in.text(MAX_NAME_BYTES));
    if ((flags & HAS_ID) != 0) builder.messageId(in.text(NetworkMessage.MAX_ID_BYTES));
    Correlation correlation = (flags & HAS_CORRELATION) != 0 ? readCorrelation(in) : null;
    builder.payload(in.bytes(in.remaining()));
    try {
      NetworkMessage message = builder.build();
      if (correlation != null) message = message.withCorrelation(correlation);
      OutboxEntry entry = OutboxEntry.recovered(message, numbering, number, lifetime, deadline);
      return (flags & TIED) != 0 ? entry.tiedToConnection() : entry;
    } catch (IllegalArgumentException e) {
      throw new RecordReader.MalformedException(String.valueOf(e.getMessage()));
    }
  }

  private static Correlation readCorrelation(RecordReader in)
      throws RecordReader.MalformedException {
    int kind = in.u8();
    if (!Correlation.Kind.isKnown(kind)) throw new RecordReader.MalformedException("kind " + kind);
    return new Correlation(Correlation.Kind.ofNumber(kind), in.u64());
  }

  void ended(int outbox, long number, String messageId, Outcome end, long epochMillis)
      throws IOException {
    out.begin(RecordType.ENDED).varint(outbox);
    end(number, messageId, end, epochMillis);
    put();
  }

  /** An end and the message itself. */
  void dead(
      int outbox,
      String recipientName,
      OutboxEntry entry,
      String messageId,
      Outcome end,
      long epochMillis)
      throws IOException {
    out.begin(RecordType.DEAD).varint(outbox);
    end(entry.number(), messageId, end, epochMillis);
    message(recipientName, entry, 0);
  }

  private void end(long number, String messageId, Outcome end, long epochMillis) {
    out.varint(number).text(messageId).u48(epochMillis);
    switch (end) {
      case Outcome.Acknowledged a -> out.u8(ACKNOWLEDGED).u8(0).text("");
      case Outcome.Expired e -> out.u8(EXPIRED).u8(0).text(cut(e.reason()));
      case Outcome.Refused r -> out.u8(REFUSED).u8(r.reason().number()).text(cut(r.detail()));
      case Outcome.Kept k -> throw new IllegalArgumentException("no end to be kept: " + k);
    }
  }

  /** At most {@link #MAX_DETAIL_BYTES} bytes of UTF-8. */
  private static String cut(String text) {
    return text.length() <= MAX_DETAIL_BYTES / 3 ? text : text.substring(0, MAX_DETAIL_BYTES / 3);
  }

  /** How a message ended, as read. */
  record End(long number, String messageId, Outcome outcome, long epochMillis) {}

  static End readEnd(RecordReader in) throws RecordReader.MalformedException {
    long number = in.number();
    String id = in.text(NetworkMessage.MAX_ID_BYTES);
    long millis = in.u48();
    int kind = in.u8();
    RefusalReason reason = RefusalReason.ofNumber(in.u8());
    String detail = in.text(MAX_DETAIL_BYTES);
    Outcome outcome =
        switch (kind) {
          case ACKNOWLEDGED -> Outcome.Acknowledged.INSTANCE;
          case EXPIRED -> new Outcome.Expired(detail);
          case REFUSED -> new Outcome.Refused(reason, detail);
          default -> throw new RecordReader.MalformedException("end " + kind);
        };
    return new End(number, id, outcome, millis);
  }

  void dropped(String messageId) throws IOException {
    out.begin(RecordType.DROPPED).text(messageId);
    put();
  }

  void inbox(JournalInbox.Place place, long handledEnd, long settledEnd, long leasedEnd)
      throws IOException {
    out.begin(RecordType.INBOX).varint(place.id());
    peer(place.sender());
    out.u8(place.lane().number()).u64(place.epoch());
    out.varint(handledEnd).varint(settledEnd).varint(leasedEnd);
    put();
  }

  void mark(int inbox, long handledEnd, long settledEnd) throws IOException {
    out.begin(RecordType.MARK).varint(inbox).varint(handledEnd).varint(settledEnd);
    put();
  }

  void lease(int inbox, long end) throws IOException {
    out.begin(RecordType.LEASE).varint(inbox).varint(end);
    put();
  }

  void refused(int inbox, Refusal refusal) throws IOException {
    out.begin(RecordType.REFUSED)
        .varint(inbox)
        .varint(refusal.number())
        .u8(refusal.reason().number())
        .text(cut(refusal.detail()));
    put();
  }

  void handledId(PeerId sender, String id) throws IOException {
    out.begin(RecordType.HANDLED_ID);
    peer(sender);
    out.text(id);
    put();
  }

  void restart() throws IOException {
    out.begin(RecordType.RESTART);
    put();
  }

  /** Copies a record as it is. */
  void copy(int type, byte[] bytes, int from, int to) throws IOException {
    out.begin(type);
    sink.append(out, bytes, from, to - from);
  }
}
