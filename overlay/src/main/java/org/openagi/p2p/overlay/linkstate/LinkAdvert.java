package org.openagi.p2p.overlay.linkstate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.core.record.NodeType;

/**
 * What a node says of itself and its links, signed by it. Immutable, safe for any thread; equality is that of the content and
 * the signature.
 *
 * @see "docs/wire/overlay-linkstate.md, section 2"
 */
public final class LinkAdvert {
  /** Longest content. */
  public static final int MAX_CONTENT_BYTES = 6 << 10;

  /** Longest signature. */
  public static final int MAX_SIGNATURE_BYTES = 128;

  /** Longest seal key. */
  public static final int MAX_SEAL_KEY_BYTES = 128;

  /** Most links of an advert. */
  public static final int MAX_LINKS = 96;

  /** Longest lifetime: a day. */
  public static final long MAX_LIFETIME_MILLIS = 86_400_000;

  private static final int VERSION = 1;
  private static final int OPTION_NAME = 0x81;
  private static final int RELAYS = 0x01;
  private static final int KEEPS_MAIL = 0x02;
  private static final long MAX_NUMBER = (1L << 53) - 1;
  private static final Bytes DOMAIN = Bytes.ofUtf8("openagi-link-advert:");

  /**
   * The statement without the proof.
   *
   * @param origin who says it
   * @param sequence grows with each advert of an origin, also across its restarts; 0 to 2^53-1
   * @param issuedEpochMillis when it was made, by the origin's wall clock
   * @param lifetimeMillis for how long it holds, 1 to {@link #MAX_LIFETIME_MILLIS}
   * @param nodeType what the node is; a type that this version does not know is read as LIGHT
   * @param relays whether it passes on what others send
   * @param keepsMail whether it keeps mail for who is away
   * @param sealKey what to seal for it with, at most {@link #MAX_SEAL_KEY_BYTES} bytes; empty if there is none
   * @param links its neighbours, in ascending order of their ids, at most {@link #MAX_LINKS}
   * @param name what people call it, as in its node record; empty if it has none
   */
  public record Statement(
      PeerId origin,
      long sequence,
      long issuedEpochMillis,
      long lifetimeMillis,
      NodeType nodeType,
      boolean relays,
      boolean keepsMail,
      Bytes sealKey,
      List<AdvertLink> links,
      String name) {
    /** One without a name. */
    public Statement(
        PeerId origin,
        long sequence,
        long issuedEpochMillis,
        long lifetimeMillis,
        NodeType nodeType,
        boolean relays,
        boolean keepsMail,
        Bytes sealKey,
        List<AdvertLink> links) {
      this(
          origin,
          sequence,
          issuedEpochMillis,
          lifetimeMillis,
          nodeType,
          relays,
          keepsMail,
          sealKey,
          links,
          "");
    }

    /** Validates and copies. */
    public Statement {
      requireRange("sequence", sequence, 0, MAX_NUMBER);
      requireRange("issue time", issuedEpochMillis, 0, MAX_NUMBER);
      requireRange("lifetime", lifetimeMillis, 1, MAX_LIFETIME_MILLIS);
      requireRange("seal key length", sealKey.length(), 0, MAX_SEAL_KEY_BYTES);
      if (!name.isEmpty()) NodeRecord.requireAlias(name);
      links = List.copyOf(links);
      requireRange("number of links", links.size(), 0, MAX_LINKS);
      for (int i = 1; i < links.size(); i++) {
        if (links.get(i - 1).peer().compareTo(links.get(i).peer()) >= 0) {
          throw new IllegalArgumentException("links are not in ascending order");
        }
      }
    }

    private static void requireRange(String what, long value, long min, long max) {
      if (value < min || value > max) {
        throw new IllegalArgumentException(
            "advert with " + what + " " + value + ", allowed are " + min + " to " + max);
      }
    }
  }

  private final Statement statement;
  private final Bytes content;
  private final Bytes signature;
  private final long originHash;

  // what computing ways needs of each link; made when it is asked for first, and equal whoever
  // makes it
  private long @Nullable [] linkHashes;
  private int @Nullable [] linkMicros;

  private LinkAdvert(Statement statement, Bytes content, Bytes signature) {
    if (signature.length() > MAX_SIGNATURE_BYTES) {
      throw new IllegalArgumentException("signature of " + signature.length() + " bytes");
    }
    this.statement = statement;
    this.content = content;
    this.signature = signature;
    this.originHash = Peers.hash(statement.origin());
  }

  /** Signs a statement. */
  interface Signer {
    Bytes sign(Bytes content);
  }

  /** Makes the advert of a statement. */
  static LinkAdvert of(Statement statement, Signer signer) {
    Bytes content = encode(statement);
    return new LinkAdvert(statement, content, signer.sign(signedBytes(content)));
  }

  /** What is said. */
  public Statement statement() {
    return statement;
  }

  /** Who says it. */
  public PeerId origin() {
    return statement.origin();
  }

  /** Its number; the greatest of an origin counts. */
  public long sequence() {
    return statement.sequence();
  }

  /** Bytes that the signature covers, a domain included. */
  public Bytes signedBytes() {
    return signedBytes(content);
  }

  private static Bytes signedBytes(Bytes content) {
    return DOMAIN.concat(content);
  }

  /** The proof, not checked here. */
  public Bytes signature() {
    return signature;
  }

  /** Whether origin, key and signature fit: the costly check, for any thread. */
  public boolean isSigned() {
    return origin().publicKey().map(key -> key.verify(signedBytes(), signature)).orElse(false);
  }

  /** Bytes on the wire. */
  int wireBytes() {
    return content.length() + signature.length() + 3;
  }

  /** {@link Peers#hash} of the origin. */
  long originHash() {
    return originHash;
  }

  /** {@link Peers#hash} of the other ends, in the order of the links. Not to be changed. */
  long[] linkHashes() {
    long[] hashes = linkHashes;
    if (hashes == null) {
      hashes = new long[statement.links().size()];
      for (int i = 0; i < hashes.length; i++) {
        hashes[i] = Peers.hash(statement.links().get(i).peer());
      }
      linkHashes = hashes;
    }
    return hashes;
  }

  /** Costs of the links, in their order. Not to be changed. */
  int[] linkMicros() {
    int[] micros = linkMicros;
    if (micros == null) {
      micros = new int[statement.links().size()];
      for (int i = 0; i < micros.length; i++)
        micros[i] = statement.links().get(i).costMicros();
      linkMicros = micros;
    }
    return micros;
  }

  /** The place of the link to another advert's origin, or -1. */
  int indexOfLinkTo(LinkAdvert other) {
    long[] hashes = linkHashes();
    for (int i = 0; i < hashes.length; i++) {
      if (hashes[i] == other.originHash && statement.links().get(i).peer().equals(other.origin())) {
        return i;
      }
    }
    return -1;
  }

  /** Whether both say that there is a link between them. */
  boolean isLinkedWith(LinkAdvert other) {
    return indexOfLinkTo(other) >= 0 && other.indexOfLinkTo(this) >= 0;
  }

  private static Bytes encode(Statement said) {
    WireWriter out = new WireWriter(256);
    out.u8(VERSION);
    Peers.write(out, said.origin());
    out.varint(said.sequence()).varint(said.issuedEpochMillis()).varint(said.lifetimeMillis());
    out.u8(said.nodeType().code());
    out.u8((said.relays() ? RELAYS : 0) | (said.keepsMail() ? KEEPS_MAIL : 0));
    out.u8(said.sealKey().length()).bytes(said.sealKey());
    out.u8(said.links().size());
    for (AdvertLink link : said.links()) {
      Peers.write(out, link.peer());
      out.u8(link.rttStep()).u8(link.lossStep()).u8(link.loadStep());
    }
    if (!said.name().isEmpty()) {
      byte[] name = said.name().getBytes(StandardCharsets.US_ASCII);
      out.u8(OPTION_NAME).varint(name.length).bytes(name);
    }
    return Bytes.wrap(out.toArray());
  }

  void write(WireWriter out) {
    out.varint(content.length()).bytes(content).u8(signature.length()).bytes(signature);
  }

  /**
   * Reads an advert; the signature is not checked.
   *
   * @throws ProtocolViolationException (stream) if it is malformed or beyond a limit
   */
  static LinkAdvert decode(WireReader in) throws ProtocolViolationException {
    Bytes content =
        in.bytes((int) in.varint(1, MAX_CONTENT_BYTES, "advert length"), "advert content");
    Bytes signature = in.bytes(in.u8("signature length"), "signature");
    try {
      return new LinkAdvert(statement(content), content, signature);
    } catch (IllegalArgumentException e) {
      throw WireReader.violation(String.valueOf(e.getMessage()));
    }
  }

  private static Statement statement(Bytes content) throws ProtocolViolationException {
    WireReader in = new WireReader(content.unsafeArray(), 0, content.length());
    int version = in.u8("advert version");
    if (version != VERSION) throw WireReader.violation("advert version " + version);
    PeerId origin = Peers.read(in, "origin");
    long sequence = in.varint(0, MAX_NUMBER, "sequence");
    long issued = in.varint(0, MAX_NUMBER, "issue time");
    long lifetime = in.varint(1, MAX_LIFETIME_MILLIS, "lifetime");
    NodeType type = NodeType.ofCode(in.u8("node type")).orElse(NodeType.LIGHT);
    int flags = in.u8("advert flags");
    Bytes sealKey = in.bytes(in.u8("seal key length"), "seal key");
    int count = in.u8("number of links");
    if (count > MAX_LINKS) throw WireReader.violation("advert of " + count + " links");
    List<AdvertLink> links = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      links.add(new AdvertLink(
          Peers.read(in, "link"), in.u8("rtt step"), in.u8("loss step"), in.u8("load step")));
    }
    String name = name(in);
    boolean relays = (flags & RELAYS) != 0;
    boolean keepsMail = (flags & KEEPS_MAIL) != 0;
    return new Statement(
        origin, sequence, issued, lifetime, type, relays, keepsMail, sealKey, links, name);
  }

  /** The first option, if it is the name; then those that are not known. */
  private static String name(WireReader in) throws ProtocolViolationException {
    String name = "";
    if (in.remaining() > 0 && in.peek() == OPTION_NAME) {
      in.u8("name option");
      name = in.text(NodeRecord.MAX_ALIAS_CHARS, "name");
    }
    in.unknownOptions("advert");
    return name;
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return this == object
        || (object instanceof LinkAdvert other
            && content.equals(other.content)
            && signature.equals(other.signature));
  }

  @Override
  public int hashCode() {
    return 31 * content.hashCode() + signature.hashCode();
  }

  @Override
  public String toString() {
    return "LinkAdvert[" + origin().shortString() + " #" + sequence() + ", "
        + statement.links().size() + " links]";
  }
}
