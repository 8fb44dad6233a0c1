package org.openagi.p2p.core.multiformats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;

class MultihashTest {
  @Test
  void hashesWithSha256() throws Exception {
    Multihash hash = Multihash.sha256(Bytes.ofUtf8("multihash"));
    assertEquals(
        "12209cbc07c3f991725836a3aa2a581ca2029198aa420b9d99bc0e131d9f3e2cbe47",
        hash.encode().toHex());
    assertEquals(hash, Multihash.decode(hash.encode()));
  }

  @Test
  void identityIsTheDataItself() {
    assertEquals("0003616263", Multihash.identity(Bytes.ofUtf8("abc")).encode().toHex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "12", "1220", "122000", "1201ff", "000161ff", "8000", "0080"})
  void refusesMalformedHashes(String hex) {
    assertThrows(ProtocolViolationException.class, () -> Multihash.decode(Bytes.fromHex(hex)));
  }

  @Test
  void boundsTheDigest() throws Exception {
    Bytes longest = Bytes.wrap(new byte[Multihash.MAX_DIGEST_BYTES]);
    Multihash hash = Multihash.identity(longest);
    assertEquals(hash, Multihash.decode(hash.encode()));
    Bytes tooLong = Bytes.wrap(new byte[Multihash.MAX_DIGEST_BYTES + 1]);
    assertThrows(IllegalArgumentException.class, () -> Multihash.identity(tooLong));
    Bytes encoded = Bytes.fromHex("008101").concat(tooLong);
    assertThrows(ProtocolViolationException.class, () -> Multihash.decode(encoded));
  }

  @Property
  void roundTrips(@ForAll @LongRange(min = 0x13) long code, @ForAll @Size(max = 128) byte[] digest)
      throws Exception {
    Multihash hash = new Multihash(code, Bytes.copyOf(digest));
    assertEquals(hash, Multihash.decode(hash.encode()));
  }
}
