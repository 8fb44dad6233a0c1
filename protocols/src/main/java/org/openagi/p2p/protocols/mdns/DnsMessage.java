package org.openagi.p2p.protocols.mdns;

import java.util.ArrayList;
import java.util.List;

/**
 * A DNS message. Immutable.
 *
 * @param id 0 in multicast; repeated in the answer to a legacy unicast query
 * @param flags bits 15 to 0 of the second header word, see the constants
 * @param questions what is asked
 * @param answers answers; in a query, the answers that the asker knows already
 * @param authorities authority records
 * @param additionals records that the asker will probably want next
 */
public record DnsMessage(
    int id,
    int flags,
    List<DnsQuestion> questions,
    List<DnsRecord> answers,
    List<DnsRecord> authorities,
    List<DnsRecord> additionals) {

  static final int FLAG_RESPONSE = 0x8000;
  static final int FLAG_AUTHORITATIVE = 0x0400;
  static final int FLAG_TRUNCATED = 0x0200;
  static final int MASK_OPCODE = 0x7800;
  static final int MASK_RCODE = 0x000f;

  /** Checks the ranges and copies the lists. */
  public DnsMessage {
    if (id < 0 || id > 0xffff || flags < 0 || flags > 0xffff) {
      throw new IllegalArgumentException("DNS id " + id + " or flags " + flags + " exceed 16 bits");
    }
    questions = List.copyOf(questions);
    answers = List.copyOf(answers);
    authorities = List.copyOf(authorities);
    additionals = List.copyOf(additionals);
  }

  static DnsMessage query(List<DnsQuestion> questions, List<DnsRecord> knownAnswers) {
    return new DnsMessage(0, 0, questions, knownAnswers, List.of(), List.of());
  }

  static DnsMessage response(List<DnsRecord> answers, List<DnsRecord> additionals) {
    return new DnsMessage(
        0, FLAG_RESPONSE | FLAG_AUTHORITATIVE, List.of(), answers, List.of(), additionals);
  }

  boolean isResponse() {
    return (flags & FLAG_RESPONSE) != 0;
  }

  /** True in a query whose known answers continue in the next datagram (RFC 6762 section 7.2). */
  boolean isTruncated() {
    return (flags & FLAG_TRUNCATED) != 0;
  }

  /** True if opcode and response code are 0; other messages must be ignored (RFC 6762 section 18). */
  boolean isPlain() {
    return (flags & (MASK_OPCODE | MASK_RCODE)) == 0;
  }

  /** The answers, authorities and additionals, in this order. */
  List<DnsRecord> records() {
    List<DnsRecord> all = new ArrayList<>(answers);
    all.addAll(authorities);
    all.addAll(additionals);
    return all;
  }
}
