package org.openagi.p2p.protocols.mdns;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class DnsCodecFuzzTest {

  /** Any datagram is refused or read within the limits; what can be written again reads the same. */
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
    if (!withoutEmptyTexts(DnsCodec.decode(again)).equals(withoutEmptyTexts(message))) {
      throw new AssertionError("read " + message + ", then wrote something else");
    }
  }

  /** A TXT record without strings is written as one empty string (RFC 6763 section 6.1). */
  private static String withoutEmptyTexts(DnsMessage message) {
    return message.toString().replace("strings=[]", "strings=[" + Bytes.EMPTY + "]");
  }
}
