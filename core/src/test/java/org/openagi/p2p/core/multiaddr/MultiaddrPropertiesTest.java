package org.openagi.p2p.core.multiaddr;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.multiformats.Multihash;

class MultiaddrPropertiesTest {
  @Provide
  Arbitrary<Component> components() {
    return Arbitraries.of(AddressProtocol.values())
        .flatMap(protocol -> values(protocol).map(value -> new Component(protocol, value)));
  }

  private static Arbitrary<Bytes> values(AddressProtocol protocol) {
    ValueForm form = protocol.form();
    return switch (form) {
      case NAME, ZONE ->
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withChars(".-_é")
            .ofMinLength(1)
            .ofMaxLength(30)
            .map(Bytes::ofUtf8);
      case PATH ->
        Arbitraries.strings()
            .withCharRange('a', 'z')
            .withChars("/.")
            .ofMinLength(1)
            .ofMaxLength(20)
            .map(path -> Bytes.ofUtf8("/" + path));
      case HTTP_PATH ->
        Arbitraries.strings()
            .ofMinLength(1)
            .ofMaxLength(20)
            .map(Bytes::ofUtf8)
            .filter(value -> value.toUtf8().indexOf('\uFFFD') < 0);
      case PEER -> bytes(32).map(digest -> new Multihash(Multihash.SHA2_256, digest).encode());
      case CERTHASH -> bytes(20).map(digest -> new Multihash(0x11, digest).encode());
      case ONION3 ->
        Combinators.combine(bytes(36), Arbitraries.integers().between(1, 127))
            .as((key, low) -> key.concat(Bytes.wrap(new byte[] {low.byteValue()})));
      case NONE, IP4, IP6, PORT -> bytes(form.fixedBytes());
    };
  }

  private static Arbitrary<Bytes> bytes(int length) {
    return Arbitraries.bytes().array(byte[].class).ofSize(length).map(Bytes::copyOf);
  }

  /** A path swallows the rest of the text, so it can only come last. */
  @Provide
  Arbitrary<Multiaddr> addresses() {
    return components()
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .filter(list -> list.subList(0, list.size() - 1).stream()
            .noneMatch(component -> component.protocol() == AddressProtocol.UNIX))
        .map(Multiaddr::of);
  }

  @Property
  void binaryFormRoundTrips(@ForAll("addresses") Multiaddr address) throws Exception {
    Multiaddr again = Multiaddr.fromBytes(address.toBytes());
    assertEquals(address, again);
    assertEquals(address.components(), again.components());
  }

  @Property
  void textFormRoundTrips(@ForAll("addresses") Multiaddr address) {
    String text = address.toString();
    if (text.endsWith("/")) return; // a path that ends in a slash loses it
    assertEquals(address, Multiaddr.parse(text));
    assertEquals(text, Multiaddr.parse(text).toString());
  }

  @Property
  void arbitraryBytesAreReadCanonicallyOrRefused(@ForAll @Size(max = 80) byte[] bytes) {
    checkBytes(Bytes.copyOf(bytes));
  }

  @Property
  void damagedAddressesAreReadCanonicallyOrRefused(
      @ForAll("addresses") Multiaddr address, @ForAll int position, @ForAll byte damage) {
    byte[] damaged = address.toBytes().toArray();
    damaged[Math.floorMod(position, damaged.length)] ^= damage;
    checkBytes(Bytes.wrap(damaged));
  }

  private static void checkBytes(Bytes bytes) {
    try {
      Multiaddr address = Multiaddr.fromBytes(bytes);
      assertEquals(bytes, address.toBytes());
      assertEquals(bytes, Multiaddr.of(address.components()).toBytes());
      assertTrue(address.toString().startsWith("/"));
    } catch (ProtocolViolationException expected) {
      assertEquals(0, expected.getStackTrace().length);
    }
  }

  @Property
  void arbitraryTextIsReadOrRefused(@ForAll("texts") String text) {
    try {
      Multiaddr address = Multiaddr.parse(text);
      assertEquals(address, Multiaddr.parse(address.toString()));
    } catch (IllegalArgumentException expected) {
      assertTrue(expected.getMessage().startsWith("multiaddr"), expected.getMessage());
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> names =
        Arbitraries.of(List.of(AddressProtocol.values())).map(AddressProtocol::text);
    Arbitrary<String> parts = Arbitraries.oneOf(
        names,
        names,
        Arbitraries.strings().ofMaxLength(6),
        Arbitraries.strings().numeric().ofMaxLength(5));
    return parts.list().ofMaxSize(8).map(list -> "/" + String.join("/", list));
  }

  @Property
  void ip6TextMeansTheSameToTheJdk(@ForAll @Size(16) byte[] address) throws Exception {
    Component component = new Component(AddressProtocol.IP6, Bytes.copyOf(address));
    assertEquals(InetAddress.getByAddress(address), InetAddress.getByName(component.valueText()));
  }
}
