package org.openagi.p2p.wire.yamux;

import static org.openagi.p2p.wire.yamux.YamuxHeader.ACK;
import static org.openagi.p2p.wire.yamux.YamuxHeader.FIN;
import static org.openagi.p2p.wire.yamux.YamuxHeader.RST;
import static org.openagi.p2p.wire.yamux.YamuxHeader.SYN;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.testkit.VirtualTime;

/** A session with its listener in a test: remembers what was reported, and collects its output. */
final class SessionProbe implements YamuxListener {
  final VirtualTime time;
  final YamuxCounters counters = new YamuxCounters();
  final YamuxSession session;

  /** What was reported, as text, in order. */
  final List<String> events = new ArrayList<>();

  final Map<Long, YamuxStream> streams = new LinkedHashMap<>();
  final ByteBuf out = Unpooled.buffer();
  boolean consuming;

  SessionProbe(boolean dialer, YamuxConfig config, VirtualTime time) {
    this.time = time;
    this.session = new YamuxSession(dialer, config, counters, this, time.nanoTime());
  }

  static SessionProbe listener() {
    return new SessionProbe(false, YamuxConfig.defaults(), new VirtualTime());
  }

  static SessionProbe dialer() {
    return new SessionProbe(true, YamuxConfig.defaults(), new VirtualTime());
  }

  // ---- input ---------------------------------------------------------------------------------

  void receive(ByteBuf bytes) throws ProtocolViolationException {
    try {
      session.receive(bytes, time.nanoTime());
    } finally {
      bytes.release();
    }
  }

  void receive(int type, int flags, long streamId, long length) throws ProtocolViolationException {
    receive(frame(type, flags, streamId, length, 0));
  }

  void receiveData(int flags, long streamId, int length) throws ProtocolViolationException {
    receive(frame(YamuxHeader.TYPE_DATA, flags, streamId, length, length));
  }

  /** The cause the session ends with when it gets this frame. */
  YamuxViolation violationOf(int type, int flags, long streamId, long length) {
    try {
      receive(frame(type, flags, streamId, length, 0));
    } catch (ProtocolViolationException e) {
      return Objects.requireNonNull(session.violation());
    }
    throw new AssertionError("accepted");
  }

  YamuxStream open() {
    YamuxStream stream = session.open(time.nanoTime());
    streams.put(stream.id(), stream);
    return stream;
  }

  /** Sends data as far as the window allows; returns how much. */
  int send(YamuxStream stream, int bytes) {
    int granted = stream.reserve(bytes);
    if (granted == 0) return 0;
    YamuxHeader.write(out, YamuxHeader.TYPE_DATA, stream.takeFlags(), (int) stream.id(), granted);
    for (int i = 0; i < granted; i++) out.writeByte(i);
    return granted;
  }

  static ByteBuf frame(int type, int flags, long streamId, long length, int payload) {
    ByteBuf frame = Unpooled.buffer(YamuxHeader.BYTES + payload);
    YamuxHeader.write(frame, type, flags, (int) streamId, (int) length);
    return frame.writeZero(payload);
  }

  // ---- output --------------------------------------------------------------------------------

  /** The frames sent since the last call, as text. */
  List<String> sent() {
    List<String> frames = new ArrayList<>();
    try {
      while (out.isReadable()) {
        YamuxHeader header = YamuxHeader.read(out).orElseThrow();
        if (header.type() == YamuxHeader.Type.DATA) out.skipBytes((int) header.length());
        frames.add(header.type() + flags(header.flags()) + " " + header.streamId() + " "
            + header.length());
      }
    } catch (ProtocolViolationException e) {
      throw new AssertionError(e);
    }
    out.clear();
    return frames;
  }

  private static String flags(int flags) {
    return ((flags & SYN) != 0 ? "+SYN" : "")
        + ((flags & ACK) != 0 ? "+ACK" : "")
        + ((flags & FIN) != 0 ? "+FIN" : "")
        + ((flags & RST) != 0 ? "+RST" : "");
  }

  // ---- YamuxListener -------------------------------------------------------------------------

  @Override
  public void onControlFrame(int type, int flags, int streamId, int length) {
    YamuxHeader.write(out, type, flags, streamId, length);
  }

  @Override
  public void onStreamOpened(YamuxStream stream) {
    streams.put(stream.id(), stream);
    events.add("opened " + stream.id());
  }

  @Override
  public void onData(YamuxStream stream, ByteBuf data) {
    int bytes = data.readableBytes();
    data.release();
    events.add("data " + stream.id() + " " + bytes);
    if (consuming) stream.consumed(bytes, time.nanoTime());
  }

  @Override
  public void onCredit(YamuxStream stream) {
    events.add("credit " + stream.id() + " " + stream.sendWindow());
  }

  @Override
  public void onRemoteFin(YamuxStream stream) {
    events.add("fin " + stream.id());
  }

  @Override
  public void onStreamClosed(YamuxStream stream, StreamEnd end) {
    events.add("closed " + stream.id() + " " + end);
  }

  @Override
  public void onGoAway(long code) {
    events.add("go away " + code);
  }
}
