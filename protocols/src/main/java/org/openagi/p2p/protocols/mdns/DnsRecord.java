package org.openagi.p2p.protocols.mdns;

/**
 * One resource record.
 *
 * @param name its owner
 * @param dnsClass class number without the top bit; 1 is Internet (an OPT record uses it otherwise)
 * @param cacheFlush top bit of the class: the record replaces older ones (RFC 6762 section 10.2)
 * @param ttlSeconds how long it may be believed, 0 to 4294967295; 0 is a good-bye
 * @param data what it says
 */
public record DnsRecord(
    DnsName name, int dnsClass, boolean cacheFlush, long ttlSeconds, DnsData data) {

  /** Checks the ranges. */
  public DnsRecord {
    if (dnsClass < 0 || dnsClass > 0x7fff) {
      throw new IllegalArgumentException("DNS class " + dnsClass + " is not within 0..32767");
    }
    if (ttlSeconds < 0 || ttlSeconds > 0xffff_ffffL) {
      throw new IllegalArgumentException("DNS TTL " + ttlSeconds + " is not within 0..4294967295");
    }
  }

  /** A record of a name that many hosts share, such as the service: never flushes caches. */
  static DnsRecord shared(DnsName name, long ttlSeconds, DnsData data) {
    return new DnsRecord(name, DnsType.CLASS_IN, false, ttlSeconds, data);
  }

  /** A record of a name that only we own: it replaces what caches hold. */
  static DnsRecord unique(DnsName name, long ttlSeconds, DnsData data) {
    return new DnsRecord(name, DnsType.CLASS_IN, true, ttlSeconds, data);
  }
}
