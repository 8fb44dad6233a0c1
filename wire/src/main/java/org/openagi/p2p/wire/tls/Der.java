package org.openagi.p2p.wire.tls;

/** Tags of DER and the object identifiers a libp2p certificate uses. */
final class Der {
  static final int BOOLEAN = 0x01;
  static final int INTEGER = 0x02;
  static final int BIT_STRING = 0x03;
  static final int OCTET_STRING = 0x04;
  static final int OID = 0x06;
  static final int UTF8_STRING = 0x0c;
  static final int UTC_TIME = 0x17;
  static final int GENERALIZED_TIME = 0x18;
  static final int SEQUENCE = 0x30;
  static final int SET = 0x31;
  static final int CONTEXT_PRIMITIVE = 0x80;
  static final int CONTEXT_CONSTRUCTED = 0xa0;

  /** The libp2p Public Key Extension. */
  static final String LIBP2P_EXTENSION = "1.3.6.1.4.1.53594.1.1";

  static final String KEY_USAGE = "2.5.29.15";
  static final String BASIC_CONSTRAINTS = "2.5.29.19";
  static final String COMMON_NAME = "2.5.4.3";

  static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";
  static final String ECDSA_SHA384 = "1.2.840.10045.4.3.3";
  static final String ECDSA_SHA512 = "1.2.840.10045.4.3.4";
  static final String RSA_SHA256 = "1.2.840.113549.1.1.11";
  static final String RSA_SHA384 = "1.2.840.113549.1.1.12";
  static final String RSA_SHA512 = "1.2.840.113549.1.1.13";
  static final String RSA_PSS = "1.2.840.113549.1.1.10";
  static final String ED25519 = "1.3.101.112";

  private Der() {}
}
