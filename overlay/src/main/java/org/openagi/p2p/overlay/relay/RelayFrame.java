package org.openagi.p2p.overlay.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;

/**
 * Frames of the relay, 0x50 to 0x5f.
 *
 * @see "docs/wire/overlay-relay.md"
 */
public sealed interface RelayFrame extends OverlayFrame {
  /** Most copies of a parcel: the one on its way to the recipient, and one for each node that is to keep it. */
  int MAX_COPIES = 4;

  /**
   * One of the copies of a parcel that are on their way. All frames about it name it.
   *
   * @param id the parcel's
   * @param copy 0 is on its way to the recipient; 1 to {@link #MAX_COPIES}-1 to a node that is to keep it, or from there
   */
  record Key(Bytes id, int copy) {
    /** Validates. */
    public Key {
      if (id.length() != Parcel.ID_BYTES) {
        throw new IllegalArgumentException("parcel id of " + id.length() + " bytes");
      }
      if (copy < 0 || copy >= MAX_COPIES) throw new IllegalArgumentException("copy " + copy);
    }

    @Override
    public int hashCode() {
      return id.hashCode() + copy;
    }

    private void write(WireWriter out) {
      out.bytes(id).u8(copy);
    }

    private static Key read(WireReader in) throws ProtocolViolationException {
      Bytes id = in.bytes(Parcel.ID_BYTES, "parcel id");
      int copy = in.u8("copy");
      if (copy >= MAX_COPIES) throw WireReader.violation("copy " + copy + " of a parcel");
      return new Key(id, copy);
    }
  }

  /**
   * A parcel, on its way to its recipient or to a node that is to keep it.
   *
   * @param copy see {@link Key#copy}
   * @param keeper who is to keep it for the recipient; empty if it goes to the recipient
   * @param report whether the recipient says {@link Arrived}
   */
  record Carry(int copy, Optional<PeerId> keeper, boolean report, Parcel parcel)
      implements RelayFrame {
    static final int TYPE = 0x50;
    private static final int KEEP = 0x01;
    private static final int REPORT = 0x02;
    private static final int TO_KEEPER = 0x04;
    private static final int FLAGS = KEEP | REPORT | TO_KEEPER;

    /** Validates. */
    public Carry {
      if (copy < 0 || copy >= MAX_COPIES) throw new IllegalArgumentException("copy " + copy);
      if (keeper.isPresent() && !parcel.keep()) {
        throw new IllegalArgumentException("parcel for a keeper that must not be kept");
      }
    }

    Key key() {
      return new Key(parcel.id(), copy);
    }

    /** Where it goes: the node that is to keep it, or the recipient. */
    PeerId destination() {
      return keeper.orElse(parcel.to());
    }

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.bytes(parcel.id()).u8(copy);
      out.u8((parcel.keep() ? KEEP : 0)
          | (report ? REPORT : 0)
          | (keeper.isPresent() ? TO_KEEPER : 0));
      peer(out, parcel.to());
      keeper.ifPresent(to -> peer(out, to));
      out.u8(parcel.ttl()).varint(parcel.lifetimeMillis()).u8(parcel.trail().size());
      for (Parcel.Hop hop : parcel.trail()) {
        peer(out, hop.node());
        out.varint(hop.heldMicros());
      }
      out.varint(parcel.sealed().length()).bytes(parcel.sealed());
    }

    private static Carry read(WireReader in) throws ProtocolViolationException {
      Key key = Key.read(in);
      int flags = in.u8("parcel flags");
      if ((flags & ~FLAGS) != 0) throw WireReader.violation("parcel flags " + flags);
      if ((flags & TO_KEEPER) != 0 && (flags & KEEP) == 0) {
        throw WireReader.violation("parcel for a keeper that must not be kept");
      }
      PeerId to = peer(in, "recipient");
      Optional<PeerId> keeper =
          (flags & TO_KEEPER) != 0 ? Optional.of(peer(in, "keeper")) : Optional.empty();
      int ttl = in.u8("ttl");
      long lifetime = in.varint(0, Parcel.MAX_LIFETIME_MILLIS, "lifetime");
      int hops = in.u8("hops");
      if (hops > Parcel.MAX_TRAIL) throw WireReader.violation("trail of " + hops + " hops");
      List<Parcel.Hop> trail = new ArrayList<>(hops);
      for (int i = 0; i < hops; i++) {
        trail.add(
            new Parcel.Hop(peer(in, "hop"), in.varint(0, Parcel.MAX_HELD_MICROS, "time held")));
      }
      int length = (int) in.varint(0, Parcel.MAX_SEALED_BYTES, "sealed length");
      Bytes sealed = in.bytes(length, "sealed");
      boolean keep = (flags & KEEP) != 0;
      boolean report = (flags & REPORT) != 0;
      return new Carry(
          key.copy(), keeper, report, new Parcel(key.id(), to, ttl, lifetime, keep, trail, sealed));
    }
  }

  /** The parcel is taken over: its sender may forget it. */
  record Taken(Key key) implements RelayFrame {
    static final int TYPE = 0x51;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      key.write(out);
    }
  }

  /** The parcel is not taken, or was taken and did not get on. Goes back the way the parcel came. */
  record Refused(Key key, ParcelRefusal why) implements RelayFrame {
    static final int TYPE = 0x52;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      key.write(out);
      out.u8(why.code());
    }
  }

  /** The recipient has the parcel: whoever keeps it for the recipient may forget it. Goes back the way the parcel came. */
  record Arrived(Key key) implements RelayFrame {
    static final int TYPE = 0x53;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      key.write(out);
    }
  }

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException (stream) if it is malformed, beyond a limit or of an unknown type
   */
  static RelayFrame decode(int type, WireReader body) throws ProtocolViolationException {
    RelayFrame frame =
        switch (type) {
          case Carry.TYPE -> Carry.read(body);
          case Taken.TYPE -> new Taken(Key.read(body));
          case Refused.TYPE ->
            new Refused(Key.read(body), ParcelRefusal.ofCode(body.u8("refusal")));
          case Arrived.TYPE -> new Arrived(Key.read(body));
          default ->
            throw WireReader.violation("relay frame of type 0x" + Integer.toHexString(type));
        };
    body.unknownOptions("relay frame");
    return frame;
  }

  private static void peer(WireWriter out, PeerId peer) {
    out.u8(peer.toBytes().length()).bytes(peer.toBytes());
  }

  private static PeerId peer(WireReader in, String field) throws ProtocolViolationException {
    int length = in.u8(field + " length");
    if (length > PeerId.MAX_BYTES) throw WireReader.violation(field + " of " + length + " bytes");
    return PeerId.fromBytes(in.bytes(length, field));
  }
}
