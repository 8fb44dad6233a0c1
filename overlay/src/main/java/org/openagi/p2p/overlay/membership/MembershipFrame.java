package org.openagi.p2p.overlay.membership;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.PeerField;

/**
 * What neighbours say to each other about membership.
 *
 * @see "docs/wire/overlay-membership.md"
 */
public sealed interface MembershipFrame extends OverlayFrame {
  /** First type of this part. */
  int JOIN = 0x20;

  /** Type of {@link ForwardJoin}. */
  int FORWARD_JOIN = 0x21;

  /** Type of {@link Neighbor}. */
  int NEIGHBOR = 0x22;

  /** Type of {@link Answer}. */
  int ANSWER = 0x23;

  /** Type of {@link Disconnect}. */
  int DISCONNECT = 0x24;

  /** Type of {@link Shuffle}. */
  int SHUFFLE = 0x25;

  /** Type of {@link ShuffleReply}. */
  int SHUFFLE_REPLY = 0x26;

  /** Most entries in one frame. */
  int MAX_ENTRIES = 12;

  /** Longest walk. */
  int MAX_TTL = 16;

  /** Largest size of a view that is told; larger ones count as this. */
  int MAX_DEGREE = 255;

  /**
   * The sender has no neighbours yet and asks to be taken and made known.
   *
   * @param addresses of the sender
   */
  record Join(List<Multiaddr> addresses) implements MembershipFrame {
    /** Copies. */
    public Join {
      addresses = List.copyOf(addresses);
    }

    @Override
    public int type() {
      return JOIN;
    }

    @Override
    public void write(WireWriter out) {
      writeAddresses(out, addresses);
    }
  }

  /**
   * A peer joined somewhere; who gets this passes it on to a random neighbour until the walk ends.
   *
   * @param joined who
   * @param ttl steps left, 0 to {@link #MAX_TTL}
   */
  record ForwardJoin(PeerEntry joined, int ttl) implements MembershipFrame {
    @Override
    public int type() {
      return FORWARD_JOIN;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(ttl);
      writeEntry(out, joined);
    }
  }

  /**
   * The sender wants the recipient in its view and to be in its.
   *
   * @param urgent whether its view is empty; then it is only refused if it breaks a limit
   * @param degree how many are in its view
   * @param addresses of the sender
   */
  record Neighbor(boolean urgent, int degree, List<Multiaddr> addresses)
      implements MembershipFrame {
    /** Copies. */
    public Neighbor {
      addresses = List.copyOf(addresses);
    }

    @Override
    public int type() {
      return NEIGHBOR;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(urgent ? 1 : 0).u8(Math.min(degree, MAX_DEGREE));
      writeAddresses(out, addresses);
    }
  }

  /**
   * The answer to {@link Join} and {@link Neighbor}.
   *
   * @param accepted whether both are in the other's view from now on
   * @param degree how many are in the sender's view
   * @param others peers that may have room, if it was not accepted, or that the one who joins may like to know
   */
  record Answer(boolean accepted, int degree, List<PeerEntry> others) implements MembershipFrame {
    /** Copies. */
    public Answer {
      others = List.copyOf(others);
    }

    @Override
    public int type() {
      return ANSWER;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(accepted ? 1 : 0).u8(Math.min(degree, MAX_DEGREE));
      writeEntries(out, others);
    }
  }

  /** The recipient is in the sender's view no more. */
  record Disconnect(Why why) implements MembershipFrame {
    /** Reasons, with their numbers on the wire. */
    public enum Why {
      /** The view is too large; nothing is held against the recipient. */
      TRIMMED(0),
      /** The sender shuts down. */
      LEAVING(1),
      /** The sender thinks little of the recipient. */
      UNWANTED(2);

      private final int code;

      Why(int code) {
        this.code = code;
      }

      /** Number on the wire. */
      public int code() {
        return code;
      }

      /** The reason of a number; one that is not known counts as {@link #UNWANTED}. */
      static Why ofCode(int code) {
        for (Why each : values()) if (each.code == code) return each;
        return UNWANTED;
      }
    }

    @Override
    public int type() {
      return DISCONNECT;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(why.code());
    }
  }

  /**
   * Some of those whom the sender knows; the recipient answers with as many.
   *
   * @param degree how many are in the sender's view
   */
  record Shuffle(int degree, List<PeerEntry> entries) implements MembershipFrame {
    /** Copies. */
    public Shuffle {
      entries = List.copyOf(entries);
    }

    @Override
    public int type() {
      return SHUFFLE;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(Math.min(degree, MAX_DEGREE));
      writeEntries(out, entries);
    }
  }

  /**
   * The answer to {@link Shuffle}.
   *
   * @param degree how many are in the sender's view
   */
  record ShuffleReply(int degree, List<PeerEntry> entries) implements MembershipFrame {
    /** Copies. */
    public ShuffleReply {
      entries = List.copyOf(entries);
    }

    @Override
    public int type() {
      return SHUFFLE_REPLY;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(Math.min(degree, MAX_DEGREE));
      writeEntries(out, entries);
    }
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException if it is malformed, or the type is not known
   */
  static MembershipFrame read(int type, WireReader in) throws ProtocolViolationException {
    MembershipFrame frame =
        switch (type) {
          case JOIN -> new Join(readAddresses(in));
          case FORWARD_JOIN -> {
            int ttl = in.u8("FORWARD_JOIN ttl");
            if (ttl > MAX_TTL) {
              throw WireReader.violation("FORWARD_JOIN ttl " + ttl + ", allowed are " + MAX_TTL);
            }
            yield new ForwardJoin(readEntry(in), ttl);
          }
          case NEIGHBOR ->
            new Neighbor(flag(in, "urgent"), in.u8("NEIGHBOR degree"), readAddresses(in));
          case ANSWER -> new Answer(flag(in, "accepted"), in.u8("ANSWER degree"), readEntries(in));
          case DISCONNECT -> new Disconnect(Disconnect.Why.ofCode(in.u8("DISCONNECT reason")));
          case SHUFFLE -> new Shuffle(in.u8("SHUFFLE degree"), readEntries(in));
          case SHUFFLE_REPLY -> new ShuffleReply(in.u8("SHUFFLE_REPLY degree"), readEntries(in));
          default ->
            throw WireReader.violation(
                "membership frame of unknown type 0x" + Integer.toHexString(type));
        };
    in.unknownOptions("membership frame 0x" + Integer.toHexString(type));
    return frame;
  }

  private static boolean flag(WireReader in, String field) throws ProtocolViolationException {
    int value = in.u8(field);
    if (value > 1) throw WireReader.violation(field + " is " + value + ", allowed are 0 and 1");
    return value == 1;
  }

  private static void writeAddresses(WireWriter out, List<Multiaddr> addresses) {
    out.u8(addresses.size());
    for (Multiaddr each : addresses) out.u8(each.toBytes().length()).bytes(each.toBytes());
  }

  private static List<Multiaddr> readAddresses(WireReader in) throws ProtocolViolationException {
    int count = in.u8("addresses");
    if (count > PeerEntry.MAX_ADDRESSES) {
      throw WireReader.violation(
          count + " addresses of a peer, allowed are " + PeerEntry.MAX_ADDRESSES);
    }
    List<Multiaddr> addresses = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.u8("address length");
      if (length > PeerEntry.MAX_ADDRESS_BYTES) {
        throw WireReader.violation(
            "address of " + length + " bytes, allowed are " + PeerEntry.MAX_ADDRESS_BYTES);
      }
      Bytes encoded = in.bytes(length, "address");
      addresses.add(Multiaddr.fromBytes(encoded));
    }
    return addresses;
  }

  private static void writeEntry(WireWriter out, PeerEntry entry) {
    PeerField.write(out, entry.peer());
    writeAddresses(out, entry.addresses());
  }

  private static PeerEntry readEntry(WireReader in) throws ProtocolViolationException {
    PeerId peer = PeerField.read(in, "peer");
    return new PeerEntry(peer, readAddresses(in));
  }

  private static void writeEntries(WireWriter out, List<PeerEntry> entries) {
    out.u8(entries.size());
    for (PeerEntry each : entries) writeEntry(out, each);
  }

  private static List<PeerEntry> readEntries(WireReader in) throws ProtocolViolationException {
    int count = in.u8("entries");
    if (count > MAX_ENTRIES) {
      throw WireReader.violation(count + " entries in a frame, allowed are " + MAX_ENTRIES);
    }
    List<PeerEntry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) entries.add(readEntry(in));
    return entries;
  }
}
