package org.openagi.p2p.overlay.broadcast;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.PeerField;

/**
 * What neighbours say to each other about broadcasts.
 *
 * @see "docs/wire/overlay-broadcast.md"
 */
public sealed interface BroadcastFrame extends OverlayFrame {
  /** Type of {@link Gossip}. */
  int GOSSIP = 0x30;

  /** Type of {@link Have}. */
  int HAVE = 0x31;

  /** Type of {@link Graft}. */
  int GRAFT = 0x32;

  /** Type of {@link Prune}. */
  int PRUNE = 0x33;

  /** Most sources in one frame. */
  int MAX_SOURCES = 64;

  /** Most ranges in one frame. */
  int MAX_RANGES = 256;

  /** Longest path that is told; longer ones count as this. */
  int MAX_HOPS = 255;

  /** Longest age that is told, in tenths of a second. */
  long MAX_AGE_DECIS = 1L << 24;

  /**
   * A message, pushed over an eager link or because it was asked for.
   *
   * @param hops links that it passed with this one, 1 to 255; not signed
   * @param message what
   */
  record Gossip(int hops, BroadcastMessage message) implements BroadcastFrame {
    @Override
    public int type() {
      return GOSSIP;
    }

    @Override
    public void write(WireWriter out) {
      out.u8(Math.min(hops, MAX_HOPS));
      PeerField.write(out, message.origin());
      out.varint(message.epoch()).varint(message.number()).varint(message.createdMillis());
      out.bytes(message.signature()).bytes(message.payload());
    }
  }

  /** Messages that the sender has: news for a lazy neighbour, confirmation for the origin. */
  record Have(List<Group> groups) implements BroadcastFrame {
    /** Copies. */
    public Have {
      groups = List.copyOf(groups);
    }

    @Override
    public int type() {
      return HAVE;
    }

    @Override
    public void write(WireWriter out) {
      writeGroups(out, groups);
    }
  }

  /**
   * The link becomes eager towards the sender of this, who also wants these messages; ages and hops in them mean nothing.
   */
  record Graft(List<Group> groups) implements BroadcastFrame {
    /** Copies. */
    public Graft {
      groups = List.copyOf(groups);
    }

    @Override
    public int type() {
      return GRAFT;
    }

    @Override
    public void write(WireWriter out) {
      writeGroups(out, groups);
    }
  }

  /** The link becomes lazy towards the sender of this. */
  record Prune() implements BroadcastFrame {
    @Override
    public int type() {
      return PRUNE;
    }

    @Override
    public void write(WireWriter out) {
      // says all by its type
    }
  }

  /** Messages of one process of an origin. */
  record Group(PeerId origin, long epoch, List<Range> ranges) {
    /** Copies. */
    public Group {
      ranges = List.copyOf(ranges);
    }
  }

  /**
   * Messages with consecutive numbers.
   *
   * @param first number of the first
   * @param count how many, at least 1
   * @param hops links that the last of them passed to the sender, 0 to 255
   * @param ageDecis how long ago the sender got the oldest of them, in tenths of a second, rounded down
   */
  record Range(long first, long count, int hops, long ageDecis) {}

  /**
   * Reads the body of a frame.
   *
   * @throws ProtocolViolationException if it is malformed, or the type is not known
   */
  static BroadcastFrame read(int type, WireReader in) throws ProtocolViolationException {
    return switch (type) {
      case GOSSIP -> readGossip(in);
      case HAVE -> ended(new Have(readGroups(in)), in);
      case GRAFT -> ended(new Graft(readGroups(in)), in);
      case PRUNE -> ended(new Prune(), in);
      default ->
        throw WireReader.violation(
            "broadcast frame of unknown type 0x" + Integer.toHexString(type));
    };
  }

  private static BroadcastFrame ended(BroadcastFrame frame, WireReader in)
      throws ProtocolViolationException {
    in.unknownOptions("broadcast frame 0x" + Integer.toHexString(frame.type()));
    return frame;
  }

  private static Gossip readGossip(WireReader in) throws ProtocolViolationException {
    int hops = in.u8("GOSSIP hops");
    if (hops == 0) throw WireReader.violation("GOSSIP that passed 0 links");
    PeerId origin = PeerField.read(in, "GOSSIP origin");
    long epoch = in.varint(0, BroadcastMessage.MAX_VALUE, "GOSSIP epoch");
    long number = in.varint(1, BroadcastMessage.MAX_VALUE, "GOSSIP number");
    long created = in.varint(0, BroadcastMessage.MAX_VALUE, "GOSSIP creation time");
    Bytes signature = in.bytes(BroadcastMessage.SIGNATURE_BYTES, "GOSSIP signature");
    int length = in.remaining();
    if (length > BroadcastMessage.MAX_PAYLOAD_BYTES) {
      throw WireReader.violation("GOSSIP payload of "
          + length
          + " bytes, allowed are "
          + BroadcastMessage.MAX_PAYLOAD_BYTES);
    }
    Bytes payload = in.bytes(length, "GOSSIP payload");
    return new Gossip(
        hops, new BroadcastMessage(origin, epoch, number, created, payload, signature));
  }

  private static void writeGroups(WireWriter out, List<Group> groups) {
    out.u8(groups.size());
    for (Group group : groups) {
      PeerField.write(out, group.origin());
      out.varint(group.epoch()).varint(group.ranges().size());
      for (Range range : group.ranges()) {
        out.varint(range.first()).varint(range.count());
        out.u8(Math.min(range.hops(), MAX_HOPS)).varint(Math.min(range.ageDecis(), MAX_AGE_DECIS));
      }
    }
  }

  private static List<Group> readGroups(WireReader in) throws ProtocolViolationException {
    int sources = in.u8("sources");
    if (sources > MAX_SOURCES) {
      throw WireReader.violation(sources + " sources in a frame, allowed are " + MAX_SOURCES);
    }
    List<Group> groups = new ArrayList<>(sources);
    int left = MAX_RANGES;
    for (int i = 0; i < sources; i++) {
      PeerId origin = PeerField.read(in, "origin");
      long epoch = in.varint(0, BroadcastMessage.MAX_VALUE, "epoch");
      int count = (int) in.varint(1, left, "ranges");
      left -= count;
      List<Range> ranges = new ArrayList<>(count);
      for (int j = 0; j < count; j++) ranges.add(readRange(in));
      groups.add(new Group(origin, epoch, ranges));
      if (left == 0 && i + 1 < sources) {
        throw WireReader.violation("more than " + MAX_RANGES + " ranges in a frame");
      }
    }
    return groups;
  }

  private static Range readRange(WireReader in) throws ProtocolViolationException {
    long first = in.varint(1, BroadcastMessage.MAX_VALUE, "first number");
    long count = in.varint(1, BroadcastMessage.MAX_VALUE - first + 1, "count");
    return new Range(first, count, in.u8("hops"), in.varint(0, MAX_AGE_DECIS, "age"));
  }
}
