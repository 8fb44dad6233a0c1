package org.openagi.p2p.protocols.mdns;

/**
 * One question of a DNS message.
 *
 * @param name what is asked about
 * @param type record type number, 0 to 65535
 * @param dnsClass class number without the top bit, 0 to 32767; 1 is Internet
 * @param unicastResponse the QU bit (RFC 6762 section 5.4): the asker wishes a unicast answer
 */
public record DnsQuestion(DnsName name, int type, int dnsClass, boolean unicastResponse) {

  /** Checks the ranges. */
  public DnsQuestion {
    if (type < 0 || type > 0xffff) {
      throw new IllegalArgumentException("DNS type " + type + " is not within 0..65535");
    }
    if (dnsClass < 0 || dnsClass > 0x7fff) {
      throw new IllegalArgumentException("DNS class " + dnsClass + " is not within 0..32767");
    }
  }

  static DnsQuestion multicast(DnsName name, int type) {
    return new DnsQuestion(name, type, DnsType.CLASS_IN, false);
  }

  boolean asksFor(int recordType) {
    return (type == recordType || type == DnsType.ANY)
        && (dnsClass == DnsType.CLASS_IN || dnsClass == DnsType.CLASS_ANY);
  }
}
