package org.openagi.p2p.overlay.health;

import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.PeerField;

/**
 * The frames of {@link Health}, types 0x10 to 0x14.
 *
 * @see "docs/wire/overlay-health.md"
 */
public sealed interface HealthFrame extends OverlayFrame {
  /** Largest number of a probe or question. */
  long MAX_ID = (1L << 48) - 1;

  /** Oldest sign of life that is told of, in milliseconds. */
  long MAX_AGE_MILLIS = 1L << 32;

  /** Most of {@code loadPermille}. */
  int MAX_LOAD = 1000;

  /** Asks for a {@link ProbeAnswer}; carries how busy its sender is. */
  record Probe(long id, int loadPermille) implements HealthFrame {
    /** Number on the wire. */
    public static final int TYPE = 0x10;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(id).varint(loadPermille);
    }
  }

  /** Answers a {@link Probe}, at once. */
  record ProbeAnswer(long id, int loadPermille) implements HealthFrame {
    /** Number on the wire. */
    public static final int TYPE = 0x11;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(id).varint(loadPermille);
    }
  }

  /** Asks whether a third peer lives; answered by a {@link Testimony}, at once or after probing it. */
  record Question(long id, PeerId about) implements HealthFrame {
    /** Number on the wire. */
    public static final int TYPE = 0x12;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(id);
      PeerField.write(out, about);
    }
  }

  /**
   * Answers a {@link Question}.
   *
   * @param ageMillis for {@link Finding#HEARD}, how long before this answer left the peer was last heard of; else 0
   */
  record Testimony(long id, Finding finding, long ageMillis) implements HealthFrame {
    /** Number on the wire. */
    public static final int TYPE = 0x13;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      out.varint(id).u8(finding.code()).varint(ageMillis);
    }
  }

  /** Tells a peer who hears nothing of it, so that it may speak for itself. */
  record Doubted(PeerId by) implements HealthFrame {
    /** Number on the wire. */
    public static final int TYPE = 0x14;

    @Override
    public int type() {
      return TYPE;
    }

    @Override
    public void write(WireWriter out) {
      PeerField.write(out, by);
    }
  }

  /** What a witness found. */
  enum Finding {
    /** It has no link to that peer. */
    NOT_LINKED(0),
    /** It hears of that peer. */
    HEARD(1),
    /** It has a link to that peer, and got no answer either. */
    SILENT(2);

    private final int code;

    Finding(int code) {
      this.code = code;
    }

    /** Number on the wire. */
    public int code() {
      return code;
    }

    private static Finding ofCode(int code) throws ProtocolViolationException {
      for (Finding each : values()) if (each.code == code) return each;
      throw WireReader.violation("finding " + code + ", known are 0 to 2");
    }
  }

  /**
   * Reads the body of a frame.
   *
   * @param type of the frame, 0x10 to 0x1f
   * @param in its body, to the end
   * @throws ProtocolViolationException if the type is not known, a field is out of range, or bytes are left that are no
   *     options which may be skipped
   */
  static HealthFrame read(int type, WireReader in) throws ProtocolViolationException {
    HealthFrame frame =
        switch (type) {
          case Probe.TYPE -> new Probe(id(in), load(in));
          case ProbeAnswer.TYPE -> new ProbeAnswer(id(in), load(in));
          case Question.TYPE -> new Question(id(in), PeerField.read(in, "peer id"));
          case Testimony.TYPE -> testimony(in);
          case Doubted.TYPE -> new Doubted(PeerField.read(in, "peer id"));
          default ->
            throw WireReader.violation("health frame of type " + type + ", known are 16 to 20");
        };
    in.unknownOptions("health frame " + type);
    return frame;
  }

  private static Testimony testimony(WireReader in) throws ProtocolViolationException {
    long id = id(in);
    Finding finding = Finding.ofCode(in.u8("finding"));
    long age = in.varint(0, finding == Finding.HEARD ? MAX_AGE_MILLIS : 0, "age");
    return new Testimony(id, finding, age);
  }

  private static long id(WireReader in) throws ProtocolViolationException {
    return in.varint(0, MAX_ID, "id");
  }

  private static int load(WireReader in) throws ProtocolViolationException {
    return (int) in.varint(0, MAX_LOAD, "load");
  }
}
