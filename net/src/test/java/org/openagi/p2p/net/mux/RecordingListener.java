package org.openagi.p2p.net.mux;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** Remembers what a stream reported, checks the order of callbacks, and consumes at once if asked. */
class RecordingListener implements StreamListener {
  /** The streams hold their listeners, so both are gone when a test forgets the stream. */
  private static final Map<MuxedStream, WeakReference<RecordingListener>> all = new WeakHashMap<>();

  final MuxedStream stream;
  final ByteArrayOutputStream data = new ByteArrayOutputStream();
  final List<String> events = new ArrayList<>();
  boolean consuming = true;
  private int unconsumed;
  boolean remoteClosed;
  int closes;

  @Nullable
  Throwable cause;

  Runnable onWritable = () -> {};
  Runnable onReadComplete = () -> {};

  RecordingListener(MuxedStream stream) {
    this.stream = stream;
    synchronized (all) {
      all.put(stream, new WeakReference<>(this));
    }
  }

  static RecordingListener of(MuxedStream stream) {
    synchronized (all) {
      return Objects.requireNonNull(Objects.requireNonNull(all.get(stream)).get());
    }
  }

  @Override
  public void onData(ByteBuf bytes) {
    alive("data");
    if (remoteClosed) throw new AssertionError("data after FIN");
    int length = bytes.readableBytes();
    if (length == 0) throw new AssertionError("empty data");
    byte[] copy = new byte[length];
    bytes.readBytes(copy);
    bytes.release();
    data.writeBytes(copy);
    if (consuming) stream.consumed(length);
    else unconsumed += length;
  }

  /** Makes up for what was not consumed. */
  void consumeAll() {
    int bytes = unconsumed;
    unconsumed = 0;
    stream.consumed(bytes);
  }

  @Override
  public void onReadComplete() {
    alive("readComplete");
    onReadComplete.run();
  }

  @Override
  public void onWritable() {
    alive("writable");
    onWritable.run();
  }

  @Override
  public void onRemoteClosed() {
    alive("remoteClosed");
    if (remoteClosed) throw new AssertionError("FIN twice");
    remoteClosed = true;
  }

  @Override
  public void onClosed(@Nullable Throwable why) {
    alive("closed");
    closes++;
    cause = why;
  }

  private void alive(String event) {
    if (closes > 0) throw new AssertionError(event + " after closed");
    events.add(event);
  }
}
