package org.openagi.p2p.network.overlay;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.overlay.OverlayFrame;

/**
 * One of the streams by which a neighbour speaks to this node. Confined to the connection's event loop; frames cross to the
 * overlay's thread in batches, and the stream's receive window reopens when they were handled there: so it bounds what waits.
 */
final class InboundFrames implements StreamListener, FrameAssembler.Sink {
  /** A frame as it arrived. */
  static final class Frame {
    private final int type;
    private final byte[] body;

    private Frame(int type, byte[] body) {
      this.type = type;
      this.body = body;
    }

    int type() {
      return type;
    }

    /** Not to be changed. */
    byte[] body() {
      return body;
    }
  }

  private final OverlayService service;
  private final Connection connection;
  private final MuxedStream stream;
  private final FrameAssembler assembler = new FrameAssembler(this, OverlayFrame.MAX_BODY_BYTES);
  private List<Frame> frames = new ArrayList<>();
  private int bytes;
  private @Nullable Channel channel;
  private boolean ended;

  InboundFrames(OverlayService service, Connection connection, MuxedStream stream) {
    this.service = service;
    this.connection = connection;
    this.stream = stream;
  }

  PeerId peer() {
    return connection.remotePeer();
  }

  Connection connection() {
    return connection;
  }

  @Override
  public void onData(ByteBuf data) {
    try {
      if (ended) return;
      bytes += data.readableBytes();
      assembler.onBytes(data);
    } catch (ProtocolViolationException e) {
      refuse();
      service.onViolation(this, e);
    } finally {
      data.release();
    }
  }

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    Channel known = channel;
    if (known == null) {
      channel = greeted(type, body);
    } else if (Channel.ofFrame(type) != known) {
      throw WireReader.violation("frame of type " + type + " in the stream of " + known);
    } else {
      frames.add(new Frame(type, body));
    }
    return !ended;
  }

  /** Which stream it is. */
  static Channel greeted(int type, byte[] body) throws ProtocolViolationException {
    if (type != OverlayService.HELLO) {
      throw WireReader.violation("frame of type " + type + " before a greeting");
    }
    WireReader in = new WireReader(body, 0, body.length);
    int version = in.u8("version");
    if (version != OverlayService.VERSION) {
      throw WireReader.violation(
          "overlay version " + version + ", expected " + OverlayService.VERSION);
    }
    int number = in.u8("channel");
    in.unknownOptions("HELLO");
    Channel found = Channel.ofNumber(number);
    if (found == null) throw WireReader.violation("channel " + number + ", allowed are 0 and 1");
    return found;
  }

  @Override
  public void onReadComplete() {
    if (ended || bytes == 0) return;
    List<Frame> batch = frames;
    int credit = bytes;
    frames = new ArrayList<>();
    bytes = 0;
    if (batch.isEmpty()) stream.consumed(credit);
    else service.onFrames(this, batch, credit);
  }

  /** The frames of a batch were handled. Any thread. */
  void handled(int credit) {
    service.onLoop(connection, () -> {
      if (!ended) stream.consumed(credit);
    });
  }

  /** Ends the stream. Any thread. */
  void reset() {
    service.onLoop(connection, this::refuse);
  }

  private void refuse() {
    ended = true;
    stream.reset();
  }

  @Override
  public void onWritable() {}

  @Override
  public void onRemoteClosed() {
    onReadComplete();
    ended = true;
    stream.closeWrite();
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    ended = true;
    service.onStreamEnded(this);
  }
}
