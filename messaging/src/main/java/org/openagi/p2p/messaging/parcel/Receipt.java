package org.openagi.p2p.messaging.parcel;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.overlay.relay.Parcel;

/**
 * What a recipient tells a sender: which parcels came, by which way, and what is settled.
 *
 * @param incarnation random name of the recipient's process: parcels that another one received are lost if they were not
 *     settled
 * @param roomBytes how much more the recipient would hold for this sender
 * @param lanes what is settled, by lane and epoch
 * @param arrivals the parcels that came since the receipt before, and some of those before
 * @see "docs/wire/parcel-1.0.md, section 4"
 */
public record Receipt(
    long incarnation, long roomBytes, List<LaneReceipt> lanes, List<Arrival> arrivals) {
  /** Most lanes: each of two epochs. */
  static final int MAX_LANES = 2 * Lane.COUNT;

  /** Most exceptions of a lane; what lies beyond the last is told in a later receipt. */
  static final int MAX_EXCEPTIONS = 64;

  /** Most arrivals. */
  static final int MAX_ARRIVALS = 64;

  private static final long MAX_ROOM = 1L << 40;
  private static final long MAX_MICROS = 1L << 42;

  /**
   * A lane's part.
   *
   * @param lane which
   * @param epoch of the sender's outbox
   * @param ack settled numbers and those of them that were refused
   */
  public record LaneReceipt(Lane lane, long epoch, Ack ack) {}

  /**
   * A parcel that arrived.
   *
   * @param parcelId the id it was sent with
   * @param ageMicros how long it has been here
   * @param trail the hops it passed, as the parcel said itself
   */
  public record Arrival(Bytes parcelId, long ageMicros, List<Parcel.Hop> trail) {
    /** Copies. */
    public Arrival {
      trail = List.copyOf(trail);
    }
  }

  /** Checks the sizes. */
  public Receipt {
    lanes = List.copyOf(lanes);
    arrivals = List.copyOf(arrivals);
    if (lanes.size() > MAX_LANES || arrivals.size() > MAX_ARRIVALS) {
      throw new IllegalArgumentException(
          "receipt of " + lanes.size() + " lanes and " + arrivals.size() + " parcels");
    }
  }

  /** The body of a content. */
  byte[] encode() {
    WireWriter out = new WireWriter(256)
        .u64(incarnation)
        .varint(Math.min(roomBytes, MAX_ROOM))
        .u8(lanes.size());
    for (LaneReceipt each : lanes) {
      byte[] ack = each.ack.toFrame();
      out.u8(each.lane.number()).u64(each.epoch).varint(ack.length).bytes(ack);
    }
    out.u8(arrivals.size());
    for (Arrival each : arrivals) {
      out.bytes(each.parcelId).varint(Math.min(each.ageMicros, MAX_MICROS)).u8(each.trail.size());
      for (Parcel.Hop hop : each.trail) {
        Bytes node = hop.node().toBytes();
        out.u8(node.length()).bytes(node).varint(hop.heldMicros()).varint(hop.linkMicros());
      }
    }
    return out.toArray();
  }

  /**
   * Reads the body of a content.
   *
   * @throws ProtocolViolationException naming what is wrong
   */
  static Receipt decode(Bytes body) throws ProtocolViolationException {
    byte[] bytes = body.unsafeArray();
    WireReader in = new WireReader(bytes, 0, bytes.length);
    long incarnation = in.u64("incarnation");
    long room = in.varint(0, MAX_ROOM, "room");
    int laneCount = bounded(in.u8("lanes"), MAX_LANES, "lanes");
    List<LaneReceipt> lanes = new ArrayList<>(laneCount);
    for (int i = 0; i < laneCount; i++) lanes.add(readLane(in));
    int count = bounded(in.u8("arrivals"), MAX_ARRIVALS, "arrivals");
    List<Arrival> arrivals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) arrivals.add(readArrival(in));
    if (in.remaining() > 0) {
      throw ParcelForm.violation(in.remaining() + " bytes after the receipt");
    }
    return new Receipt(incarnation, room, lanes, arrivals);
  }

  private static LaneReceipt readLane(WireReader in) throws ProtocolViolationException {
    int number = in.u8("lane");
    if (!Lane.isKnown(number)) throw ParcelForm.violation("receipt of lane " + number);
    long epoch = in.u64("epoch");
    Bytes frame = in.bytes((int) in.varint(0, ParcelForm.MAX_BODY_BYTES, "ack length"), "ack");
    return new LaneReceipt(Lane.ofNumber(number), epoch, AckFrame.decode(frame));
  }

  private static Arrival readArrival(WireReader in) throws ProtocolViolationException {
    Bytes id = in.bytes(Parcel.ID_BYTES, "parcel id");
    long age = in.varint(0, MAX_MICROS, "age");
    int hops = bounded(in.u8("hops"), Parcel.MAX_TRAIL, "hops");
    List<Parcel.Hop> trail = new ArrayList<>(hops);
    for (int i = 0; i < hops; i++) {
      PeerId node = PeerId.fromBytes(in.bytes(in.u8("hop length"), "hop"));
      trail.add(
          new Parcel.Hop(node, in.varint(0, MAX_MICROS, "held"), in.varint(0, MAX_MICROS, "link")));
    }
    return new Arrival(id, age, trail);
  }

  private static int bounded(int value, int max, String what) throws ProtocolViolationException {
    if (value <= max) return value;
    throw ParcelForm.violation("receipt of " + value + " " + what + ", allowed are " + max);
  }

  /** The one frame in a lane's part. */
  private static final class AckFrame {
    static Ack decode(Bytes frame) throws ProtocolViolationException {
      byte[] bytes = frame.unsafeArray();
      WireReader in = new WireReader(bytes, 0, bytes.length);
      int type = in.u8("frame type");
      if (type != FrameType.ACK) {
        throw ParcelForm.violation("frame of type " + type + " in a receipt");
      }
      int length = (int) in.varint(0, bytes.length, "ack frame length");
      Bytes body = in.bytes(length, "ack frame");
      if (in.remaining() > 0) throw ParcelForm.violation("bytes after an ack frame");
      Ack ack = Ack.decode(body.unsafeArray());
      if (ack.exceptions().size() <= MAX_EXCEPTIONS) return ack;
      throw ParcelForm.violation("receipt with " + ack.exceptions().size() + " exceptions");
    }
  }
}
