package org.openagi.p2p.protocols.mdns;

import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_DECODED_BYTES;
import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_MESSAGE_BYTES;
import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_POINTERS;
import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_QUESTIONS;
import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_RECORDS;
import static org.openagi.p2p.protocols.mdns.DnsCodec.MAX_TXT_STRINGS;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

/** Cursor over one datagram. Used once. */
final class DnsReader {

  private final byte[] in;
  private int position;
  private int decodedBytes;

  DnsReader(Bytes datagram) throws ProtocolViolationException {
    in = datagram.unsafeArray();
    if (in.length > MAX_MESSAGE_BYTES) {
      throw violation("has " + in.length + " bytes, the limit is " + MAX_MESSAGE_BYTES);
    }
  }

  DnsMessage message() throws ProtocolViolationException {
    int id = u16();
    int flags = u16();
    int questions = u16();
    int answers = u16();
    int authorities = u16();
    int additionals = u16();
    checkCount("questions", questions, MAX_QUESTIONS);
    checkCount("records", answers + authorities + additionals, MAX_RECORDS);
    return new DnsMessage(
        id,
        flags,
        questions(questions),
        records(answers),
        records(authorities),
        records(additionals));
  }

  private List<DnsQuestion> questions(int count) throws ProtocolViolationException {
    List<DnsQuestion> questions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      DnsName name = name();
      int type = u16();
      int dnsClass = u16();
      questions.add(new DnsQuestion(name, type, dnsClass & 0x7fff, (dnsClass & 0x8000) != 0));
    }
    return questions;
  }

  private List<DnsRecord> records(int count) throws ProtocolViolationException {
    List<DnsRecord> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      records.add(resourceRecord());
    }
    return records;
  }

  private DnsRecord resourceRecord() throws ProtocolViolationException {
    DnsName name = name();
    int type = u16();
    int dnsClass = u16();
    long ttl = ((long) u16() << 16) | u16();
    int end = end(u16());
    DnsData data = data(type, end);
    if (position != end) {
      throw violation("has a record of type " + type + " whose content does not fill its length");
    }
    return new DnsRecord(name, dnsClass & 0x7fff, (dnsClass & 0x8000) != 0, ttl, data);
  }

  private DnsData data(int type, int end) throws ProtocolViolationException {
    return switch (type) {
      case DnsType.PTR -> new DnsData.Ptr(name());
      case DnsType.SRV -> new DnsData.Srv(u16(), u16(), u16(), name());
      case DnsType.TXT -> txt(end);
      case DnsType.A -> address(end, 4);
      case DnsType.AAAA -> address(end, 16);
      default -> {
        position = end;
        yield new DnsData.Other(type);
      }
    };
  }

  private DnsData address(int end, int length) throws ProtocolViolationException {
    if (end - position != length) {
      throw violation("has an address of " + (end - position) + " bytes instead of " + length);
    }
    return new DnsData.Address(bytes(length));
  }

  private DnsData txt(int end) throws ProtocolViolationException {
    List<Bytes> strings = new ArrayList<>();
    while (position < end) {
      int length = u8();
      if (length > end - position) {
        throw violation("has a TXT string that leaves its record at byte " + position);
      }
      checkCount("strings in a TXT record", strings.size() + 1, MAX_TXT_STRINGS);
      charge(1 + length);
      strings.add(bytes(length));
    }
    return new DnsData.Txt(strings);
  }

  /**
   * Reads a name, following compression pointers. Each pointer must lead to a byte before all that
   * this name has used so far, so there are no loops; their number is limited as well.
   */
  private DnsName name() throws ProtocolViolationException {
    List<String> labels = new ArrayList<>();
    int encoded = 1;
    int pointers = 0;
    int lowest = position;
    int after = -1;
    while (true) {
      int length = u8();
      if (length == 0) {
        break;
      }
      if ((length & 0xc0) == 0xc0) {
        int target = ((length & 0x3f) << 8) | u8();
        if (target >= lowest) {
          throw violation("has a compression pointer to byte " + target + ", not before its name");
        }
        checkCount("compression pointers in a name", ++pointers, MAX_POINTERS);
        after = after < 0 ? position : after;
        lowest = target;
        position = target;
        continue;
      }
      if (length > DnsName.MAX_LABEL_BYTES) {
        throw violation("has a label of unknown kind 0x" + Integer.toHexString(length));
      }
      encoded += 1 + length;
      checkCount("bytes in a name", encoded, DnsName.MAX_BYTES);
      labels.add(label(length));
    }
    position = after < 0 ? position : after;
    charge(encoded);
    return DnsName.ofLabels(labels);
  }

  private String label(int length) throws ProtocolViolationException {
    int start = position;
    position = end(length);
    return new String(in, start, length, StandardCharsets.ISO_8859_1);
  }

  private Bytes bytes(int length) throws ProtocolViolationException {
    int start = position;
    position = end(length);
    return Bytes.copyOf(in, start, length);
  }

  private int u8() throws ProtocolViolationException {
    int start = position;
    position = end(1);
    return in[start] & 0xff;
  }

  private int u16() throws ProtocolViolationException {
    return (u8() << 8) | u8();
  }

  private int end(int length) throws ProtocolViolationException {
    if (length > in.length - position) {
      throw violation("ends within a field at byte " + in.length);
    }
    return position + length;
  }

  private void charge(int bytes) throws ProtocolViolationException {
    decodedBytes += bytes;
    checkCount("decoded bytes", decodedBytes, MAX_DECODED_BYTES);
  }

  private static void checkCount(String what, int count, int limit)
      throws ProtocolViolationException {
    if (count > limit) {
      throw violation("has " + count + " " + what + ", the limit is " + limit);
    }
  }

  private static ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(
        ProtocolViolationException.Scope.PEER, "DNS message " + what);
  }
}
