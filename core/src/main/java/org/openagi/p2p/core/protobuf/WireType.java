package org.openagi.p2p.core.protobuf;

/**
 * How a protobuf field's value is laid out: the low three bits of its tag.
 *
 * @see "protobuf: Encoding, Message Structure"
 */
final class WireType {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  static final int FIXED32 = 5;

  /** Highest field number: 29 bits. */
  static final int MAX_FIELD = (1 << 29) - 1;

  private WireType() {}

  static String nameOf(int wireType) {
    return switch (wireType) {
      case VARINT -> "varint";
      case FIXED64 -> "fixed64";
      case LENGTH_DELIMITED -> "length-delimited";
      case 3, 4 -> "group";
      case FIXED32 -> "fixed32";
      default -> "unknown " + wireType;
    };
  }
}
