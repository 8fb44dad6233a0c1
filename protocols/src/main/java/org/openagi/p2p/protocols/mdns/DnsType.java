package org.openagi.p2p.protocols.mdns;

/** Numbers of the DNS record types and classes that discovery uses (RFC 1035, 2782, 3596, 6891). */
final class DnsType {
  static final int A = 1;
  static final int PTR = 12;
  static final int TXT = 16;
  static final int AAAA = 28;
  static final int SRV = 33;
  static final int OPT = 41;
  static final int ANY = 255;

  static final int CLASS_IN = 1;
  static final int CLASS_ANY = 255;

  private DnsType() {}
}
