package org.openagi.p2p.messaging.codec;

/** Bits and tags of message entries. @see "docs/wire/message-1.0.md, section 3" */
final class EntryForm {
  static final int KIND = 0x07;
  static final int TIME = 0x08;
  static final int SAME_LENGTH = 0x10;
  static final int ID = 0x20;
  static final int OPTIONS = 0x40;
  static final int RESERVED = 0x80;

  static final int HOLE = 7;

  static final int TTL = 0x01;
  static final int LIFETIME = 0x02;
  static final int BROADCAST = 0x81;
  static final int CORRELATION = 0x82;

  /** Kind and id. */
  static final int CORRELATION_BYTES = 1 + 8;

  private EntryForm() {}
}
