package org.openagi.p2p.core.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.protobuf.ProtoWriter;

class SignedEnvelopeTest {
  private static final HostKey KEY = HostKey.fromSeed(Bytes.fromHex("11".repeat(32)));
  private static final Bytes TYPE = Bytes.ofUtf8("/test");
  private static final Bytes PAYLOAD = Bytes.ofUtf8("payload");

  @Test
  void opensWhatWasSealed() throws Exception {
    SignedEnvelope sealed = SignedEnvelope.seal(KEY, "domain", TYPE, PAYLOAD);
    SignedEnvelope opened = SignedEnvelope.open(sealed.encode(), "domain");
    assertEquals(sealed, opened);
    assertEquals(KEY.publicKey(), opened.publicKey());
  }

  /** The signed bytes of RFC 0002: domain, payload type and payload, each behind its length. */
  @Test
  void signsTheSpecifiedBytes() {
    SignedEnvelope sealed = SignedEnvelope.seal(KEY, "domain", TYPE, PAYLOAD);
    Bytes signed = Bytes.fromHex("06")
        .concat(Bytes.ofUtf8("domain"))
        .concat(Bytes.fromHex("05"))
        .concat(TYPE)
        .concat(Bytes.fromHex("07"))
        .concat(PAYLOAD);
    assertTrue(KEY.publicKey().verify(signed, sealed.signature()));
  }

  @Test
  void aSignatureIsGoodForItsDomainOnly() {
    Bytes sealed = SignedEnvelope.seal(KEY, "domain", TYPE, PAYLOAD).encode();
    var violation =
        assertThrows(ProtocolViolationException.class, () -> SignedEnvelope.open(sealed, "other"));
    assertTrue(violation.getMessage().contains("'other'"), violation.getMessage());
    assertThrows(IllegalArgumentException.class, () -> SignedEnvelope.open(sealed, ""));
    assertThrows(IllegalArgumentException.class, () -> SignedEnvelope.seal(KEY, "", TYPE, PAYLOAD));
  }

  @Test
  void everyByteIsCoveredOrRefused() {
    Bytes sealed = SignedEnvelope.seal(KEY, "domain", TYPE, PAYLOAD).encode();
    for (int i = 0; i < sealed.length(); i++) {
      byte[] damaged = sealed.toArray();
      damaged[i] ^= 1;
      assertThrows(
          ProtocolViolationException.class,
          () -> SignedEnvelope.open(Bytes.wrap(damaged), "domain"),
          "byte " + i);
    }
  }

  @Test
  void skipsFieldsOfLaterVersions() throws Exception {
    Bytes sealed = SignedEnvelope.seal(KEY, "domain", TYPE, PAYLOAD).encode();
    Bytes later = new ProtoWriter().string(4, "later").varint(99, 7).toBytes();
    assertEquals(PAYLOAD, SignedEnvelope.open(later.concat(sealed), "domain").payload());
  }

  @Test
  void refusesWhatIsMissingOrTooLong() {
    assertThrows(
        ProtocolViolationException.class, () -> SignedEnvelope.open(Bytes.EMPTY, "domain"));
    Bytes tooLong = Bytes.wrap(new byte[SignedEnvelope.MAX_BYTES + 1]);
    assertThrows(ProtocolViolationException.class, () -> SignedEnvelope.open(tooLong, "domain"));
    Bytes payload = Bytes.wrap(new byte[SignedEnvelope.MAX_PAYLOAD_BYTES + 1]);
    assertThrows(
        IllegalArgumentException.class, () -> SignedEnvelope.seal(KEY, "domain", TYPE, payload));
    Bytes badKey = new ProtoWriter().bytes(1, Bytes.fromHex("08011201ff")).toBytes();
    var violation =
        assertThrows(ProtocolViolationException.class, () -> SignedEnvelope.open(badKey, "domain"));
    assertEquals(Scope.STREAM, violation.scope());
  }

  @Test
  void theLargestPayloadFits() throws Exception {
    Bytes payload = Bytes.wrap(new byte[SignedEnvelope.MAX_PAYLOAD_BYTES]);
    Bytes sealed = SignedEnvelope.seal(KEY, "domain", TYPE, payload).encode();
    assertEquals(payload, SignedEnvelope.open(sealed, "domain").payload());
  }

  @Test
  void anEnvelopeBuiltByHandIsNotTakenForSigned() {
    PublicKey key = KEY.publicKey();
    SignedEnvelope forged = new SignedEnvelope(key, TYPE, PAYLOAD, Bytes.wrap(new byte[64]));
    assertFalse(forged.isSignedFor("domain"));
  }

  @Property(tries = 200)
  void roundTrips(@ForAll @Size(max = 128) byte[] type, @ForAll @Size(max = 300) byte[] payload)
      throws Exception {
    Bytes sealed = SignedEnvelope.seal(KEY, "domain", Bytes.copyOf(type), Bytes.copyOf(payload))
        .encode();
    SignedEnvelope opened = SignedEnvelope.open(sealed, "domain");
    assertEquals(Bytes.copyOf(type), opened.payloadType());
    assertEquals(Bytes.copyOf(payload), opened.payload());
  }

  @Property
  void arbitraryBytesAreRefused(@ForAll @Size(max = 200) byte[] bytes) {
    assertThrows(
        ProtocolViolationException.class, () -> SignedEnvelope.open(Bytes.copyOf(bytes), "domain"));
  }
}
