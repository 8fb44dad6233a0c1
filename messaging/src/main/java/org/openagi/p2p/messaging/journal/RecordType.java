package org.openagi.p2p.messaging.journal;

/** The kinds of records. @see "docs/wire/journal.md, section 3" */
final class RecordType {
  static final int GROUP = 1;
  static final int END = 2;
  static final int OUTBOX = 3;
  static final int ENTRY = 4;
  static final int SETTLED = 5;
  static final int ENDED = 6;
  static final int DEAD = 7;
  static final int DROPPED = 8;
  static final int INBOX = 9;
  static final int MARK = 10;
  static final int LEASE = 11;
  static final int REFUSED = 12;
  static final int HANDLED_ID = 13;
  static final int RESTART = 14;

  /** Crc, length, type. */
  static final int HEADER_BYTES = 9;

  static final int GROUP_BODY_BYTES = 24;
  static final int END_BODY_BYTES = 12;

  /** Room that a segment keeps for its last record. */
  static final int END_BYTES = HEADER_BYTES + END_BODY_BYTES;

  private RecordType() {}
}
