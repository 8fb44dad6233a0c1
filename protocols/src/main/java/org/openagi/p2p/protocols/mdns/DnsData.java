package org.openagi.p2p.protocols.mdns;

import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;

/** What a resource record says; the set is closed, all that discovery does not use is {@link Other}. */
public sealed interface DnsData {

  /** The type number on the wire. */
  int type();

  /** A name that a name points to. */
  record Ptr(DnsName target) implements DnsData {
    @Override
    public int type() {
      return DnsType.PTR;
    }
  }

  /** Strings of at most 255 bytes each; an empty list is written as one empty string. */
  record Txt(List<Bytes> strings) implements DnsData {
    /** Bytes of one string, at most (RFC 1035 section 3.3). */
    public static final int MAX_STRING_BYTES = 255;

    /** Copies the list and checks the lengths. */
    public Txt {
      strings = List.copyOf(strings);
      for (Bytes string : strings) {
        if (string.length() > MAX_STRING_BYTES) {
          throw new IllegalArgumentException(
              "TXT string has " + string.length() + " bytes, the limit is " + MAX_STRING_BYTES);
        }
      }
    }

    @Override
    public int type() {
      return DnsType.TXT;
    }
  }

  /** Where a service instance is served; each number is 0 to 65535. */
  record Srv(int priority, int weight, int port, DnsName target) implements DnsData {
    @Override
    public int type() {
      return DnsType.SRV;
    }
  }

  /** An IPv4 (A) or IPv6 (AAAA) address: 4 or 16 bytes. */
  record Address(Bytes ip) implements DnsData {
    /** Checks the length. */
    public Address {
      if (ip.length() != 4 && ip.length() != 16) {
        throw new IllegalArgumentException(
            "an IP address has 4 or 16 bytes, this one " + ip.length());
      }
    }

    @Override
    public int type() {
      return ip.length() == 4 ? DnsType.A : DnsType.AAAA;
    }
  }

  /** A record whose content was skipped. It cannot be written. */
  record Other(int type) implements DnsData {}
}
