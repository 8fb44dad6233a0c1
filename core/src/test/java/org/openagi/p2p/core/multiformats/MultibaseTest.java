package org.openagi.p2p.core.multiformats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;

class MultibaseTest {
  /** The strings "yes mani !" and "\0yes mani !" that the multibase specification encodes. */
  @ParameterizedTest
  @CsvSource({
    "f796573206d616e692021, 796573206d616e692021",
    "F796573206D616E692021, 796573206d616e692021",
    "bpfsxgidnmfxgsibb, 796573206d616e692021",
    "BPFSXGIDNMFXGSIBB, 796573206d616e692021",
    "k2lcpzo5yikidynfl, 796573206d616e692021",
    "z7paNL19xttacUY, 796573206d616e692021",
    "meWVzIG1hbmkgIQ, 796573206d616e692021",
    "ueWVzIG1hbmkgIQ, 796573206d616e692021",
    "bab4wk4zanvqw42jaee, 00796573206d616e692021",
    "k02lcpzo5yikidynfl, 00796573206d616e692021",
    "z17paNL19xttacUY, 00796573206d616e692021",
    "uAHllcyBtYW5pICE, 00796573206d616e692021"
  })
  void readsAndWritesTheSpecifiedText(String text, String hex) {
    Bytes bytes = Bytes.fromHex(hex);
    assertEquals(bytes, Multibase.decode(text));
    Multibase base = base(text.charAt(0));
    assertEquals(text, base.encode(bytes));
  }

  /** The test vectors of RFC 4648, section 10, without padding. */
  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "f, my",
    "fo, mzxq",
    "foo, mzxw6",
    "foob, mzxw6yq",
    "fooba, mzxw6ytb",
    "foobar, mzxw6ytboi"
  })
  void base32MatchesTheRfc(String plain, String encoded) {
    assertEquals(encoded, Base32.encode(Bytes.ofUtf8(plain)));
    assertEquals(plain, Base32.decode(encoded).toUtf8());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "x00", "zl", "z0", "zO", "bm", "bmz", "bMY", "Bmy", "b1", "fabc", "fAB", "Fab", "f0g",
        "mYQ==", "mYR", "uYR", "m!", "kA", "b\u0131", "z\u2603", "\u2603"
      })
  void refusesWhatEncodingWouldNotProduce(String text) {
    assertThrows(IllegalArgumentException.class, () -> Multibase.decode(text));
  }

  @Test
  void boundsTheQuadraticEncodings() {
    Bytes longest = Bytes.wrap(filled(Base58.MAX_BYTES));
    assertEquals(longest, Base58.decode(Base58.encode(longest)));
    assertEquals(longest, Multibase.decode(Multibase.BASE36.encode(longest)));
    Bytes tooLong = Bytes.wrap(filled(Base58.MAX_BYTES + 1));
    assertThrows(IllegalArgumentException.class, () -> Base58.encode(tooLong));
    assertThrows(IllegalArgumentException.class, () -> Base58.decode("z".repeat(401)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Multibase.decode("f" + "0".repeat(Multibase.MAX_CHARS)));
  }

  @Test
  void errorsShowForeignCharactersByNumber() {
    var e = assertThrows(IllegalArgumentException.class, () -> Base58.decode("a\u001b[2J"));
    assertTrue(e.getMessage().contains("U+001B"), e.getMessage());
  }

  @Property
  void everyBaseRoundTrips(@ForAll Multibase base, @ForAll @Size(max = 64) byte[] content) {
    Bytes bytes = Bytes.copyOf(content);
    String text = base.encode(bytes);
    assertEquals(base.prefix(), text.charAt(0));
    assertEquals(bytes, Multibase.decode(text));
  }

  @Property
  void anyTextIsDecodedCanonicallyOrRefused(@ForAll Multibase base, @ForAll String digits) {
    String text = base.prefix() + digits;
    try {
      assertEquals(text, base.encode(Multibase.decode(text)));
    } catch (IllegalArgumentException expected) {
      assertTrue(expected.getMessage() != null);
    }
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }

  private static Multibase base(char prefix) {
    for (Multibase base : Multibase.values()) {
      if (base.prefix() == prefix) return base;
    }
    throw new AssertionError(prefix);
  }
}
