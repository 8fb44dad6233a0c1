package org.openagi.p2p.protocols.mdns;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class DnsCodecFuzzTest {

  /**
   * Any datagram is refused or read within the limits; what can be written again reads the same.
   */
  @FuzzTest
  void decode(byte[] datagram) throws ProtocolViolationException {
    DnsMessage message;
    try {
      message = DnsCodec.decode(Bytes.copyOf(datagram));
    } catch (ProtocolViolationException e) {
      return;
    }
    if (message.questions().size() > DnsCodec.MAX_QUESTIONS
        || message.records().size() > DnsCodec.MAX_RECORDS) {
      throw new AssertionError("more than the limits allow");
    }
    Bytes again;
    try {
      again = DnsCodec.encode(message);
    } catch (IllegalArgumentException e) {
      return; // A record that was skipped, or longer than a message because less is compressed.
    }
    if (!comparable(DnsCodec.decode(again)).equals(comparable(message))) {
      throw new AssertionError("read " + message + ", then wrote something else");
    }
  }

  /** A TXT record without strings is written as one empty string (RFC 6763 section 6.1). */
  private static List<Object> comparable(DnsMessage message) {
    return List.of(
        message.id(),
        message.flags(),
        message.questions(),
        message.answers().size(),
        message.authorities().size(),
        message.records().stream().map(DnsCodecFuzzTest::comparable).toList());
  }

  private static DnsRecord comparable(DnsRecord item) {
    DnsData data = item.data();
    if (data instanceof DnsData.Txt txt && txt.strings().isEmpty()) {
      data = new DnsData.Txt(List.of(Bytes.EMPTY));
    }
    return new DnsRecord(item.name(), item.dnsClass(), item.cacheFlush(), item.ttlSeconds(), data);
  }
}
