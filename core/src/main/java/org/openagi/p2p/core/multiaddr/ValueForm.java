package org.openagi.p2p.core.multiaddr;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiformats.Base32;
import org.openagi.p2p.core.multiformats.Multibase;
import org.openagi.p2p.core.multiformats.Multihash;

/**
 * The binary and text forms of component values. {@link #toBytes} and {@link #toText} throw {@link
 * IllegalArgumentException} for anything that is not exactly a value.
 */
enum ValueForm {
  NONE(0) {
    @Override
    Bytes toBytes(String text) {
      return Bytes.EMPTY;
    }

    @Override
    String toText(Bytes value) {
      return "";
    }
  },
  IP4(4) {
    @Override
    Bytes toBytes(String text) {
      return IpText.parse4(text);
    }

    @Override
    String toText(Bytes value) {
      return IpText.format4(value, 0);
    }
  },
  IP6(16) {
    @Override
    Bytes toBytes(String text) {
      return IpText.parse6(text);
    }

    @Override
    String toText(Bytes value) {
      return IpText.format6(value);
    }
  },
  PORT(2) {
    @Override
    Bytes toBytes(String text) {
      int port = parsePort(text, 0);
      return Bytes.wrap(new byte[] {(byte) (port >> 8), (byte) port});
    }

    @Override
    String toText(Bytes value) {
      return Integer.toString(portAt(value, 0));
    }
  },
  ZONE(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      return nameToBytes(text, Sizes.MAX_ZONE_BYTES);
    }

    @Override
    String toText(Bytes value) {
      return nameToText(value, Sizes.MAX_ZONE_BYTES);
    }
  },
  NAME(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      return nameToBytes(text, Sizes.MAX_NAME_BYTES);
    }

    @Override
    String toText(Bytes value) {
      return nameToText(value, Sizes.MAX_NAME_BYTES);
    }
  },
  PATH(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      Bytes value = Bytes.ofUtf8(text);
      toText(value);
      return value;
    }

    @Override
    String toText(Bytes value) {
      String path = utf8(value);
      requireLength(value, 2, Sizes.MAX_PATH_BYTES);
      if (path.charAt(0) != '/') throw new InvalidAddressException("path does not begin with '/'");
      return requirePrintable(path);
    }
  },
  PEER(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      return PeerId.parse(text).toBytes();
    }

    @Override
    String toText(Bytes value) {
      try {
        return PeerId.fromBytes(value).toString();
      } catch (ProtocolViolationException e) {
        throw new InvalidAddressException(String.valueOf(e.getMessage()));
      }
    }
  },
  ONION3(Sizes.ONION3_KEY_BYTES + 2) {
    @Override
    Bytes toBytes(String text) {
      int colon = text.indexOf(':');
      if (colon != Sizes.ONION3_KEY_CHARS) {
        throw new InvalidAddressException("expected 56 base32 digits, ':' and a port");
      }
      int port = parsePort(text.substring(colon + 1), 1);
      return Base32.decode(text.substring(0, colon))
          .concat(Bytes.wrap(new byte[] {(byte) (port >> 8), (byte) port}));
    }

    @Override
    String toText(Bytes value) {
      int port = portAt(value, Sizes.ONION3_KEY_BYTES);
      if (port == 0) throw new InvalidAddressException("port 0, expected 1..65535");
      return Base32.encode(value.slice(0, Sizes.ONION3_KEY_BYTES)) + ":" + port;
    }
  },
  CERTHASH(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      Bytes value = Multibase.decode(text);
      toText(value);
      return value;
    }

    @Override
    String toText(Bytes value) {
      try {
        return Multibase.BASE64URL.encode(Multihash.decode(value).encode());
      } catch (ProtocolViolationException e) {
        throw new InvalidAddressException(String.valueOf(e.getMessage()));
      }
    }
  },
  HTTP_PATH(Sizes.VARIABLE) {
    @Override
    Bytes toBytes(String text) {
      Bytes value = PercentCode.decode(text);
      toText(value);
      return value;
    }

    @Override
    String toText(Bytes value) {
      requireLength(value, 1, Sizes.MAX_PATH_BYTES);
      return PercentCode.encode(Bytes.ofUtf8(utf8(value)));
    }
  };

  /** Marks values that come with their length. */
  static final int VARIABLE = Sizes.VARIABLE;

  /** Apart, because an enum's constants can't use its own static fields. */
  private static final class Sizes {
    static final int VARIABLE = -1;

    /** Longest DNS name in text. */
    static final int MAX_NAME_BYTES = 253;

    /** Longest zone; names of network interfaces are shorter everywhere. */
    static final int MAX_ZONE_BYTES = 255;

    /** Longest path: that of a Unix socket is 108 on Linux, HTTP paths are longer. */
    static final int MAX_PATH_BYTES = 512;

    static final int ONION3_KEY_BYTES = 35;
    static final int ONION3_KEY_CHARS = 56;
    static final int MAX_PORT = 65_535;
  }

  private final int fixedBytes;

  ValueForm(int fixedBytes) {
    this.fixedBytes = fixedBytes;
  }

  /** Returns the length of the value, or {@link #VARIABLE}. */
  int fixedBytes() {
    return fixedBytes;
  }

  abstract Bytes toBytes(String text);

  /** The value has {@link #fixedBytes} bytes, where that is not variable. */
  abstract String toText(Bytes value);

  private static int parsePort(String text, int min) {
    boolean digits = !text.isEmpty() && text.length() <= 5;
    for (int i = 0; i < text.length() && digits; i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    boolean padded = text.length() > 1 && text.charAt(0) == '0';
    int port = digits && !padded ? Integer.parseInt(text) : -1;
    if (port < min || port > Sizes.MAX_PORT) {
      throw new InvalidAddressException(
          "port '" + Excerpt.of(text) + "', expected " + min + "..65535");
    }
    return port;
  }

  private static int portAt(Bytes value, int index) {
    return ((value.get(index) & 0xff) << 8) | (value.get(index + 1) & 0xff);
  }

  private static Bytes nameToBytes(String text, int maxBytes) {
    Bytes value = Bytes.ofUtf8(text);
    nameToText(value, maxBytes);
    return value;
  }

  private static String nameToText(Bytes value, int maxBytes) {
    requireLength(value, 1, maxBytes);
    String text = requirePrintable(utf8(value));
    if (text.indexOf('/') >= 0) throw new InvalidAddressException("name contains '/'");
    return text;
  }

  private static void requireLength(Bytes value, int min, int max) {
    if (value.length() < min || value.length() > max) {
      throw new InvalidAddressException(
          "value of " + value.length() + " bytes, expected " + min + ".." + max);
    }
  }

  private static String requirePrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)
          || Character.isWhitespace(c)
          || Character.getType(c) == Character.FORMAT) {
        throw new InvalidAddressException(String.format("value contains U+%04X", (int) c));
      }
    }
    return text;
  }

  private static String utf8(Bytes value) {
    try {
      ByteBuffer bytes = value.asByteBuffer();
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidAddressException("value is not UTF-8");
    }
  }
}
