package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.wire.yamux.YamuxConfig;
import org.openagi.p2p.wire.yamux.YamuxCounters;
import org.openagi.p2p.wire.yamux.YamuxHeader;

/** Two muxers joined by embedded channels; {@link #pump} carries bytes until nothing moves. */
final class MuxPair implements AutoCloseable {
  /** One side: the channel, the muxer and what it reported. */
  static final class Side implements MuxerListener {
    final EmbeddedChannel channel;
    final YamuxHandler muxer;
    final List<MuxedStream> inbound = new ArrayList<>();
    final List<@Nullable Throwable> ends = new ArrayList<>();
    MuxerAction onInbound = stream -> stream.setListener(new RecordingListener(stream));
    final YamuxCounters counters = new YamuxCounters();
    long batches;
    long bytesOut;

    Side(boolean dialer, YamuxConfig config, TimeSource time) {
      muxer = new YamuxHandler(dialer, config, counters, time, this);
      channel = new EmbeddedChannel(muxer);
    }

    @Override
    public void onInboundStream(MuxedStream stream) {
      inbound.add(stream);
      onInbound.on(stream);
    }

    @Override
    public void onMuxerClosed(@Nullable Throwable cause) {
      ends.add(cause);
    }

    RecordingListener open() {
      try {
        MuxedStream stream = muxer.openStream();
        RecordingListener listener = new RecordingListener(stream);
        stream.setListener(listener);
        return listener;
      } catch (StreamLimitException e) {
        throw new AssertionError(e);
      }
    }

    /** As if the network took nothing, or again. */
    void setWritable(boolean writable) {
      Objects.requireNonNull(channel.unsafe().outboundBuffer())
          .setUserDefinedWritability(1, writable);
      channel.runPendingTasks();
    }

    /** What this side has sent and nobody has taken, as frames; the bytes are gone then. */
    List<YamuxHeader> takeFrames() {
      ByteBuf all = Unpooled.buffer();
      for (ByteBuf part; (part = channel.readOutbound()) != null; part.release()) {
        all.writeBytes(part);
      }
      List<YamuxHeader> frames = new ArrayList<>();
      try {
        while (all.isReadable()) {
          YamuxHeader header = YamuxHeader.read(all).orElseThrow();
          if (header.type() == YamuxHeader.Type.DATA) all.skipBytes((int) header.length());
          frames.add(header);
        }
      } catch (ProtocolViolationException e) {
        throw new AssertionError(e);
      }
      return frames;
    }

    RecordingListener accepted(int index) {
      return RecordingListener.of(inbound.get(index));
    }
  }

  interface MuxerAction {
    void on(MuxedStream stream);
  }

  final Side dialer;
  final Side listener;

  MuxPair() {
    this(YamuxConfig.defaults());
  }

  MuxPair(YamuxConfig config) {
    this(config, config, TimeSource.system());
  }

  MuxPair(YamuxConfig dialerConfig, YamuxConfig listenerConfig, TimeSource time) {
    dialer = new Side(true, dialerConfig, time);
    listener = new Side(false, listenerConfig, time);
  }

  /** Carries bytes both ways until both sides are quiet. */
  void pump() {
    boolean moved;
    do {
      moved = move(dialer, listener);
      moved |= move(listener, dialer);
    } while (moved);
    // As TCP does: the end of one side is seen by the other after all data.
    if (!dialer.channel.isOpen()) listener.channel.close();
    if (!listener.channel.isOpen()) dialer.channel.close();
  }

  /** Carries what {@code from} has sent so far, as one batch of reads. */
  static boolean move(Side from, Side to) {
    from.channel.runPendingTasks();
    List<Object> batch = new ArrayList<>();
    for (Object message; batch.size() < 16 && (message = from.channel.readOutbound()) != null; ) {
      from.bytesOut += ((ByteBuf) message).readableBytes();
      batch.add(message);
    }
    if (batch.isEmpty()) return false;
    from.batches++;
    if (to.channel.isOpen()) to.channel.writeInbound(batch.toArray());
    else batch.forEach(message -> ((ByteBuf) message).release());
    to.channel.runPendingTasks();
    return true;
  }

  static ByteBuf bytes(int length) {
    return Unpooled.buffer(Math.max(1, length)).writeZero(length);
  }

  @Override
  public void close() {
    dialer.channel.finishAndReleaseAll();
    listener.channel.finishAndReleaseAll();
  }
}
