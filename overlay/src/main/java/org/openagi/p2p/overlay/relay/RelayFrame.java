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
import org.openagi.p2p.overlay.PeerField;

/**
 * Frames of the relay, 0x50 to 0x5f.
 *
 * @see "docs/wire/overlay-relay.md"
 */
public sealed interface RelayFrame extends OverlayFrame {
  /** Most nodes that are asked to keep a parcel. */
  int MAX_KEEPERS = 3;

  /**
   * A parcel, on its way to its recipient or to a node that is to keep it.
   *
   * @param copy see {@link ParcelKey#copy}
   * @param keeper who is to keep it for the recipient; empty if it goes to the recipient
   * @param report whether the recipient says {@link Arrived}
   * @param leg which hop of the trail was the first of this copy: 0, or where it was kept
   */
  record Carry(int copy, Optional<PeerId> keeper, boolean report, int leg, Parcel parcel)
      implements RelayFrame {
    static final int TYPE = 0x50;
    private static final int KEEP = 0x01;
    private static final int REPORT = 0x02;
    private static final int TO_KEEPER = 0x04;
    private static final int FLAGS = KEEP | REPORT | TO_KEEPER;

    /** Validates. */
    public Carry {
      if (copy < 0 || copy > 255) throw new IllegalArgumentException("copy " + copy);
      if (leg < 0 || leg > parcel.trail().size()) throw new IllegalArgumentException("leg " + leg);
      if (keeper.isPresent() && !parcel.keep()) {
        throw new IllegalArgumentException("parcel for a keeper that must not be kept");
      }
    }

    /** Which copy it is. */
    public ParcelKey key() {
      return new ParcelKey(parcel.id(), copy);
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
      PeerField.write(out, parcel.to());
      keeper.ifPresent(to -> PeerField.write(out, to));
      out.u8(parcel.ttl())
          .varint(parcel.lifetimeMillis())
          .u8(leg)
          .u8(parcel.trail().size());
      for (Parcel.Hop hop : parcel.trail()) {
        PeerField.write(out, hop.node());
        out.varint(hop.heldMicros()).varint(hop.linkMicros());
      }
      out.varint(parcel.sealed().length()).bytes(parcel.sealed());
    }

    private static Carry read(WireReader in) throws ProtocolViolationException {
      ParcelKey key = ParcelKey.read(in);
      int flags = in.u8("parcel flags");
      if ((flags & ~FLAGS) != 0) throw WireReader.violation("parcel flags " + flags);
      if ((flags & TO_KEEPER) != 0 && (flags & KEEP) == 0) {
        throw WireReader.violation("parcel for a keeper that must not be kept");
      }
      PeerId to = PeerField.read(in, "recipient");
      Optional<PeerId> keeper =
          (flags & TO_KEEPER) != 0 ? Optional.of(PeerField.read(in, "keeper")) : Optional.empty();
      int ttl = in.u8("ttl");
      long lifetime = in.varint(0, Parcel.MAX_LIFETIME_MILLIS, "lifetime");
      int leg = in.u8("leg");
      int hops = in.u8("hops");
      if (leg > hops) throw WireReader.violation("leg " + leg + " of " + hops + " hops");
      if (hops > Parcel.MAX_TRAIL) throw WireReader.violation("trail of " + hops + " hops");
      List<Parcel.Hop> trail = new ArrayList<>(hops);
      for (int i = 0; i < hops; i++) {
        trail.add(new Parcel.Hop(
            PeerField.read(in, "hop"),
            in.varint(0, Parcel.MAX_HELD_MICROS, "time held"),
            in.varint(0, Parcel.MAX_HELD_MICROS, "time of a link")));
      }
      int length = (int) in.varint(0, Parcel.MAX_SEALED_BYTES, "sealed length");
      Bytes sealed = in.bytes(length, "sealed");
      boolean keep = (flags & KEEP) != 0;
      boolean report = (flags & REPORT) != 0;
      return new Carry(
          key.copy(),
          keeper,
          report,
          leg,
          new Parcel(key.id(), to, ttl, lifetime, keep, trail, sealed));
    }
  }

  /** The parcel is taken over: its sender may forget it. */
  record Taken(ParcelKey key) implements RelayFrame {
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
  record Refused(ParcelKey key, ParcelRefusal why) implements RelayFrame {
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
  record Arrived(ParcelKey key) implements RelayFrame {
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
          case Taken.TYPE -> new Taken(ParcelKey.read(body));
          case Refused.TYPE ->
            new Refused(ParcelKey.read(body), ParcelRefusal.ofCode(body.u8("refusal")));
          case Arrived.TYPE -> new Arrived(ParcelKey.read(body));
          default ->
            throw WireReader.violation("relay frame of type 0x" + Integer.toHexString(type));
        };
    body.unknownOptions("relay frame");
    return frame;
  }
}
