package org.openagi.p2p.protocols.mdns;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openagi.p2p.core.bytes.Bytes;

/** Writes one message; names that occurred before become compression pointers. Used once. */
final class DnsWriter {

  /** Offsets from here on do not fit the 14 bits of a pointer. */
  private static final int POINTER_LIMIT = 0x4000;

  private byte[] out = new byte[512];
  private int position;
  private final Map<List<String>, Integer> offsets = new HashMap<>();
  private boolean compressSrvTargets;

  Bytes message(DnsMessage message) {
    // Old resolvers cannot read a compressed SRV target (RFC 6762 section 18.14). Only answers to
    // them repeat the question.
    compressSrvTargets = !message.isResponse() || message.questions().isEmpty();
    u16(message.id());
    u16(message.flags());
    u16(message.questions().size());
    u16(message.answers().size());
    u16(message.authorities().size());
    u16(message.additionals().size());
    for (DnsQuestion question : message.questions()) {
      name(question.name());
      u16(question.type());
      u16(question.dnsClass() | (question.unicastResponse() ? 0x8000 : 0));
    }
    message.records().forEach(this::resourceRecord);
    return Bytes.copyOf(out, 0, position);
  }

  private void resourceRecord(DnsRecord item) {
    name(item.name());
    u16(item.data().type());
    u16(item.dnsClass() | (item.cacheFlush() ? 0x8000 : 0));
    u16((int) (item.ttlSeconds() >>> 16));
    u16((int) (item.ttlSeconds() & 0xffff));
    int lengthAt = position;
    u16(0);
    data(item.data());
    int length = position - lengthAt - 2;
    out[lengthAt] = (byte) (length >>> 8);
    out[lengthAt + 1] = (byte) length;
  }

  private void data(DnsData data) {
    switch (data) {
      case DnsData.Ptr ptr -> name(ptr.target());
      case DnsData.Txt txt -> txt(txt.strings());
      case DnsData.Address address -> bytes(address.ip());
      case DnsData.Srv srv -> {
        u16(srv.priority());
        u16(srv.weight());
        u16(srv.port());
        name(srv.target(), compressSrvTargets);
      }
      case DnsData.Other other ->
        throw new IllegalArgumentException(
            "a record of type " + other.type() + " has no content to write");
    }
  }

  private void txt(List<Bytes> strings) {
    if (strings.isEmpty()) {
      u8(0);
    }
    for (Bytes string : strings) {
      u8(string.length());
      bytes(string);
    }
  }

  private void name(DnsName name) {
    name(name, true);
  }

  private void name(DnsName name, boolean compress) {
    List<String> labels = name.labels();
    for (int i = 0; i < labels.size(); i++) {
      Integer offset = offsets.get(name.foldedTail(i));
      if (offset != null && compress) {
        u16(0xc000 | offset);
        return;
      }
      if (offset == null && position < POINTER_LIMIT) {
        offsets.put(name.foldedTail(i), position);
      }
      byte[] label = DnsName.labelBytes(labels.get(i));
      u8(label.length);
      bytes(Bytes.wrap(label));
    }
    u8(0);
  }

  private void u16(int value) {
    u8(value >>> 8);
    u8(value);
  }

  private void u8(int value) {
    reserve(1);
    out[position++] = (byte) value;
  }

  private void bytes(Bytes bytes) {
    reserve(bytes.length());
    bytes.copyTo(0, out, position, bytes.length());
    position += bytes.length();
  }

  private void reserve(int bytes) {
    int needed = position + bytes;
    if (needed > DnsCodec.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "DNS message needs " + needed + " bytes, the limit is " + DnsCodec.MAX_MESSAGE_BYTES);
    }
    if (needed > out.length) {
      out = Arrays.copyOf(
          out, Math.min(DnsCodec.MAX_MESSAGE_BYTES, Math.max(needed, out.length * 2)));
    }
  }
}
