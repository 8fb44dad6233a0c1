package org.openagi.p2p.core.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiformats.Multibase;
import org.openagi.p2p.core.multiformats.Multihash;

class PeerIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"ed25519", "secp256k1", "rsa"})
  void derivesTheIdsThatOthersDerive(String kind) throws Exception {
    Vectors vectors = Vectors.load();
    PublicKey key = PublicKey.fromProtobuf(vectors.bytes(kind + ".public"));
    PeerId id = key.toPeerId();
    assertEquals(vectors.text(kind + ".id"), id.toString());
    assertEquals(vectors.text(kind + ".cid"), id.toCid());
    assertEquals(id, PeerId.parse(vectors.text(kind + ".id")));
    assertEquals(id, PeerId.parse(vectors.text(kind + ".cid")));
    assertEquals(id, PeerId.fromBytes(id.toBytes()));
    assertTrue(id.matches(key));
    assertEquals(kind.equals("rsa") ? null : key, id.publicKey().orElse(null));
  }

  /** The examples of the specification. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
        "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
      })
  void readsTheExamplesOfTheSpecification(String text) {
    PeerId id = PeerId.parse(text);
    assertEquals(id, PeerId.parse(id.toString()));
    assertEquals(id, PeerId.parse(id.toCid()));
    assertEquals(text, text.startsWith("b") ? id.toCid() : id.toString());
  }

  @Test
  void readsCidsInAnyMultibase() throws Exception {
    PeerId id = PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    Bytes cid = Bytes.fromHex("0172").concat(id.toBytes());
    for (Multibase base : Multibase.values()) assertEquals(id, PeerId.parse(base.encode(cid)));
  }

  @Test
  void inlinesKeysOfAtMost42Bytes() throws Exception {
    Vectors vectors = Vectors.load();
    assertEquals(
        0,
        PeerId.of(PublicKey.fromProtobuf(vectors.bytes("secp256k1.public")))
            .toBytes()
            .get(0));
    assertEquals(
        0x12,
        PeerId.of(PublicKey.fromProtobuf(vectors.bytes("ecdsa.public")))
            .toBytes()
            .get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "Qm",
        "hello",
        "12D3KooW",
        "/ip4/127.0.0.1",
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5",
        "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N1",
        "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqx",
        "bafybeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
        "\u202e12D3"
      })
  void refusesOtherText(String text) {
    assertThrows(IllegalArgumentException.class, () -> PeerId.parse(text));
  }

  @Test
  void refusesOtherHashesAndInlinedNonsense() {
    Bytes digest = Bytes.wrap(new byte[32]);
    for (Multihash hash : new Multihash[] {
      new Multihash(0x11, digest.slice(0, 20)), // sha1
      new Multihash(0x16, digest), // sha3-256
      Multihash.identity(Bytes.EMPTY),
      Multihash.identity(digest),
      Multihash.identity(Bytes.fromHex("08011220").concat(digest.slice(0, 31))),
      Multihash.identity(Bytes.fromHex("08021220").concat(digest)),
      Multihash.identity(Bytes.wrap(new byte[60]))
    }) {
      assertThrows(
          ProtocolViolationException.class, () -> PeerId.fromBytes(hash.encode()), hash.toString());
    }
  }

  @Test
  void anInlinedKeyOffTheCurveHasNoPublicKey() throws Exception {
    Bytes offCurve = Bytes.fromHex("0025" + "08021221" + "02" + "ff".repeat(32));
    assertTrue(PeerId.fromBytes(offCurve).publicKey().isEmpty());
  }

  @Test
  void ordersByBytesAndShortensForLogs() {
    PeerId a = PeerId.parse("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA");
    PeerId b = PeerId.parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
    assertTrue(a.compareTo(b) < 0);
    assertEquals("…AJU5SA", a.shortString());
    assertFalse(a.equals(b));
    assertEquals(a.hashCode(), PeerId.parse(a.toCid()).hashCode());
  }

  @Property
  void sha256IdsRoundTrip(@ForAll @Size(32) byte[] digest) throws Exception {
    PeerId id = PeerId.fromBytes(new Multihash(Multihash.SHA2_256, Bytes.copyOf(digest)).encode());
    assertEquals(id, PeerId.parse(id.toString()));
    assertEquals(id, PeerId.parse(id.toCid()));
  }

  @Property
  void arbitraryTextIsReadOrRefused(@ForAll @StringLength(max = 140) String text) {
    try {
      PeerId.parse(text);
    } catch (IllegalArgumentException expected) {
      assertTrue(expected.getMessage().contains("peer id"));
    }
  }

  @Property
  void arbitraryBytesAreReadOrRefused(@ForAll @Size(max = 60) byte[] bytes) {
    try {
      assertEquals(Bytes.copyOf(bytes), PeerId.fromBytes(Bytes.copyOf(bytes)).toBytes());
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }
}
