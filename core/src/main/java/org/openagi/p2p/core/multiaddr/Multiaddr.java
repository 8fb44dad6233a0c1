package org.openagi.p2p.core.multiaddr;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiformats.Varint;

/**
 * A self-describing path to a peer, for instance {@code /ip4/192.0.2.7/tcp/4001/p2p/12D3Koo…}.
 *
 * <p>Immutable, safe for any thread; equality is that of the binary form. The text form is canonical: two
 * equal addresses have the same text. Which components make sense together is not checked here: that is for
 * the transport which is asked to dial it.
 *
 * @see "multiformats: multiaddr; libp2p specs: addressing"
 */
public final class Multiaddr {
  /** Longest binary form; the longest sensible ones (circuits, certificate hashes) have about 300 bytes. */
  public static final int MAX_BYTES = 1024;

  /** Most components; a circuit through a WebTransport relay has 10. */
  public static final int MAX_COMPONENTS = 24;

  /** Longest text form read. */
  public static final int MAX_CHARS = 4096;

  private final List<Component> components;
  private final Bytes encoded;
  private @Nullable String text; // a racy write is harmless, the value is always equal

  private Multiaddr(List<Component> components, Bytes encoded) {
    this.components = List.copyOf(components);
    this.encoded = encoded;
  }

  /**
   * Makes an address of components; without any it is the empty address, which is what remains of {@code
   * /p2p/…} without its peer id.
   *
   * @throws IllegalArgumentException if there are more than {@value #MAX_COMPONENTS} or they take more than
   *     {@value #MAX_BYTES} bytes
   */
  public static Multiaddr of(List<Component> components) {
    requireAtMost("components", components.size(), MAX_COMPONENTS);
    int bytes = components.stream().mapToInt(Component::encodedBytes).sum();
    requireAtMost("bytes", bytes, MAX_BYTES);
    ByteBuffer out = ByteBuffer.allocate(bytes);
    for (Component component : components) {
      Varint.write(component.protocol().code(), out);
      if (component.hasVariableLength()) Varint.write(component.value().length(), out);
      out.put(component.value().unsafeArray());
    }
    return new Multiaddr(components, Bytes.wrap(out.array()));
  }

  private static void requireAtMost(String unit, int actual, int max) {
    if (actual > max) {
      throw new InvalidAddressException("multiaddr of " + actual + " " + unit + ", at most " + max);
    }
  }

  /**
   * Reads the text form. {@code ipfs} is read as {@code p2p}; one slash at the end is ignored.
   *
   * @throws IllegalArgumentException naming the part that is wrong
   */
  public static Multiaddr parse(String text) {
    requireAtMost("characters", text.length(), MAX_CHARS);
    return new MultiaddrText(text).parse();
  }

  /**
   * Reads the binary form.
   *
   * @throws ProtocolViolationException (stream) if it is empty, malformed, too long, or names a protocol
   *     that is not known here
   */
  public static Multiaddr fromBytes(Bytes encoded) throws ProtocolViolationException {
    if (encoded.isEmpty() || encoded.length() > MAX_BYTES) {
      throw violation("multiaddr of " + encoded.length() + " bytes, expected 1.." + MAX_BYTES);
    }
    ByteBuffer in = encoded.asByteBuffer();
    List<Component> components = new ArrayList<>(4);
    while (in.hasRemaining()) {
      if (components.size() == MAX_COMPONENTS) {
        throw violation("multiaddr of more than " + MAX_COMPONENTS + " components");
      }
      components.add(component(in));
    }
    return new Multiaddr(components, encoded);
  }

  private static Component component(ByteBuffer in) throws ProtocolViolationException {
    long code = Varint.read(in);
    @Nullable AddressProtocol protocol = AddressProtocol.ofCode(code).orElse(null);
    if (protocol == null) throw violation("multiaddr protocol " + code + " is unknown");
    int fixedBytes = protocol.form().fixedBytes();
    long length = fixedBytes == ValueForm.VARIABLE ? Varint.read(in) : fixedBytes;
    if (length > in.remaining()) {
      throw violation(
          protocol.text() + " value of " + length + " bytes cut off after " + in.remaining());
    }
    byte[] value = new byte[(int) length];
    in.get(value);
    try {
      return new Component(protocol, Bytes.wrap(value));
    } catch (IllegalArgumentException e) {
      throw new ProtocolViolationException(Scope.STREAM, String.valueOf(e.getMessage()), e);
    }
  }

  private static ProtocolViolationException violation(String message) {
    return new ProtocolViolationException(Scope.STREAM, message);
  }

  /**
   * Returns {@code /ip4|ip6/…/tcp/…} of a resolved socket address; a scope becomes {@code /ip6zone/…}.
   *
   * @throws IllegalArgumentException if the address is not resolved
   */
  public static Multiaddr ofTcp(InetSocketAddress address) {
    return of(IpAddresses.components(address, AddressProtocol.TCP));
  }

  /** Returns the binary form. */
  public Bytes toBytes() {
    return encoded;
  }

  /** Returns the steps in order. */
  public List<Component> components() {
    return components;
  }

  /** Returns the first component of a protocol. */
  public Optional<Component> first(AddressProtocol protocol) {
    return components.stream()
        .filter(component -> component.protocol() == protocol)
        .findFirst();
  }

  /** Returns whether a protocol occurs. */
  public boolean has(AddressProtocol protocol) {
    return first(protocol).isPresent();
  }

  /**
   * Returns the peer that the address leads to: the last {@code /p2p}, unless {@code /p2p-circuit} follows
   * it, because then it is only the relay.
   */
  public Optional<PeerId> peerId() {
    for (int i = components.size() - 1; i >= 0; i--) {
      Component component = components.get(i);
      if (component.protocol() == AddressProtocol.P2P_CIRCUIT) return Optional.empty();
      if (component.protocol() == AddressProtocol.P2P) return Optional.of(peerIdOf(component));
    }
    return Optional.empty();
  }

  private static PeerId peerIdOf(Component component) {
    try {
      return PeerId.fromBytes(component.value());
    } catch (ProtocolViolationException e) {
      throw new IllegalStateException("the component was checked when it was made", e);
    }
  }

  /**
   * Returns this address with {@code /p2p/peer} at its end, itself if it leads there already.
   *
   * @throws IllegalArgumentException if it leads to another peer, or becomes too long
   */
  public Multiaddr withPeerId(PeerId peer) {
    Optional<PeerId> present = peerId();
    if (present.isEmpty()) {
      return append(List.of(new Component(AddressProtocol.P2P, peer.toBytes())));
    }
    if (!present.get().equals(peer)) {
      throw new IllegalArgumentException(this + " leads to another peer than " + peer);
    }
    return this;
  }

  /** Returns this address without the {@code /p2p} at its very end, itself if there is none. */
  public Multiaddr withoutPeerId() {
    int last = components.size() - 1;
    boolean present = last >= 0 && components.get(last).protocol() == AddressProtocol.P2P;
    return present ? of(components.subList(0, last)) : this;
  }

  /**
   * Returns this address followed by {@code inner}.
   *
   * @throws IllegalArgumentException if that is too long
   */
  public Multiaddr encapsulate(Multiaddr inner) {
    return append(inner.components);
  }

  private Multiaddr append(List<Component> more) {
    List<Component> all = new ArrayList<>(components);
    all.addAll(more);
    return of(all);
  }

  /** Returns whether this is exactly an IP address and a TCP port, with or without a peer id. */
  public boolean isTcp() {
    List<Component> rest = withoutPeerId().components;
    int ip = ipIndex();
    return ip >= 0 && rest.size() == ip + 2 && rest.get(ip + 1).protocol() == AddressProtocol.TCP;
  }

  /**
   * Returns the socket address, if {@link #isTcp()} and, should there be a zone, this machine has it. Never
   * resolves a name.
   */
  public Optional<InetSocketAddress> toTcpSocketAddress() {
    if (!isTcp()) return Optional.empty();
    int ip = ipIndex();
    int port = components.get(ip + 1).port();
    return ipAddress().map(address -> new InetSocketAddress(address, port));
  }

  /**
   * Returns the IP address that this address begins with, if it does and, should there be a zone, this
   * machine has it.
   */
  public Optional<InetAddress> ipAddress() {
    int ip = ipIndex();
    if (ip < 0) return Optional.empty();
    return IpAddresses.inetAddress(
        components.get(ip).value(), ip == 1 ? components.get(0).valueText() : null);
  }

  /** Returns whether this begins with an address of the machine itself: 127.0.0.0/8 or ::1. */
  public boolean isLoopback() {
    return matchesIp(IpAddresses::isLoopback);
  }

  /**
   * Returns whether this begins with an address that is not reachable from the internet but may be from the
   * same network: 10/8, 172.16/12, 192.168/16, 100.64/10, link-local, fc00::/7. Loopback is not among them.
   */
  public boolean isPrivate() {
    return matchesIp(IpAddresses::isPrivate);
  }

  /** Returns whether this begins with a link-local address: 169.254/16 or fe80::/10. */
  public boolean isLinkLocal() {
    return matchesIp(IpAddresses::isLinkLocal);
  }

  /** Returns whether this begins with 0.0.0.0 or ::, "all interfaces" when listening. */
  public boolean isUnspecified() {
    return matchesIp(IpAddresses::isUnspecified);
  }

  /** Returns whether this begins with an IPv6 address, with or without a zone. */
  public boolean isIp6() {
    int ip = ipIndex();
    return ip >= 0 && components.get(ip).protocol() == AddressProtocol.IP6;
  }

  private boolean matchesIp(java.util.function.Predicate<Bytes> property) {
    int ip = ipIndex();
    return ip >= 0 && property.test(IpAddresses.unmapped(components.get(ip).value()));
  }

  /** Returns where the leading IP address is: 0, 1 behind a zone, or -1. */
  private int ipIndex() {
    if (components.isEmpty()) return -1;
    AddressProtocol first = components.get(0).protocol();
    if (first == AddressProtocol.IP4 || first == AddressProtocol.IP6) return 0;
    boolean zoned = first == AddressProtocol.IP6ZONE
        && components.size() > 1
        && components.get(1).protocol() == AddressProtocol.IP6;
    return zoned ? 1 : -1;
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return this == object || (object instanceof Multiaddr other && encoded.equals(other.encoded));
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /** Returns the text form; "/" for the empty address. */
  @Override
  public String toString() {
    String result = text;
    if (result == null) {
      StringBuilder joined = new StringBuilder();
      components.forEach(joined::append);
      result = joined.isEmpty() ? "/" : joined.toString();
      text = result;
    }
    return result;
  }
}
