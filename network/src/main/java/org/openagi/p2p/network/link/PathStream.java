package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.StreamListener;

/**
 * One path of a bond: a stream on its connection's event loop, a link at the bond's home. Bytes cross over when they are
 * flushed, frames when a batch of reads is complete; where both are the same thread, nothing is posted.
 *
 * <p>The receive window of the stream bounds the frames that wait for the home: it reopens when they were handled there.
 * Methods of {@link PeerLink} are confined to the home, those of {@link StreamListener} to the event loop.
 */
final class PathStream implements PeerLink, StreamListener, FrameAssembler.Sink {
  /** Bytes that cross over before they are flushed, so that both loops have something to do. */
  private static final int CROSS_BYTES = 64 << 10;

  /** Where a bond lives. */
  interface Home {
    /** Whether this is its thread. */
    boolean isHere();

    /** Runs a task there. */
    void execute(Runnable task);
  }

  /** Whose path it is; called at home. */
  interface Owner {
    /** A frame came. */
    void onFrame(PathStream path, int type, byte[] body) throws ProtocolViolationException;

    /** The frames of a batch were handed in. */
    void onBatch(PathStream path);

    /** The stream has ended; last call. */
    void onGone(PathStream path, String why);
  }

  /** Finds the owner of a path that a peer opened; called on the event loop. */
  interface Greeter {
    /** The first frame came: is to call {@link #setOwner} or {@link #refuse}. */
    void onGreeting(PathStream path, int type, byte[] body) throws ProtocolViolationException;
  }

  private static final class Frame {
    final int type;
    final byte[] body;

    Frame(int type, byte[] body) {
      this.type = type;
      this.body = body;
    }
  }

  private final MessageService service;
  private final Connection connection;
  private final MuxedStream stream;
  private final EventExecutor loop;

  // The event loop's.
  private final FrameAssembler assembler = new FrameAssembler(this);
  private final @Nullable Greeter greeter;
  private @Nullable Owner owner;
  private @Nullable Home home;
  private List<Frame> frames = new ArrayList<>();
  private int bytes;
  private boolean left;

  // The home's.
  private List<ByteBuf> gathered = new ArrayList<>();
  private int gatheredBytes;
  private boolean abandoned;

  /** A path that this node opened. */
  PathStream(
      MessageService service, Connection connection, MuxedStream stream, Owner owner, Home home) {
    this(service, connection, stream, (Greeter) null);
    setOwner(owner, home);
  }

  /** A path that the peer opened. */
  PathStream(
      MessageService service,
      Connection connection,
      MuxedStream stream,
      @Nullable Greeter greeter) {
    this.service = service;
    this.connection = connection;
    this.stream = stream;
    this.loop = connection.executor();
    this.greeter = greeter;
  }

  Connection connection() {
    return connection;
  }

  // ---- the event loop ------------------------------------------------------------------------

  void setOwner(Owner value, Home at) {
    owner = value;
    home = at;
  }

  /** Nobody wants it. */
  void refuse() {
    left = true;
    stream.reset();
  }

  @Override
  public void onData(ByteBuf data) {
    try {
      if (left) return;
      bytes += data.readableBytes();
      assembler.onBytes(data);
    } catch (ProtocolViolationException e) {
      refuse();
      service.faults().onViolation(connection, e);
      tellGone(String.valueOf(e.getMessage()));
    } finally {
      data.release();
    }
  }

  @Override
  public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
    if (owner == null && greeter != null) greeter.onGreeting(this, type, body);
    else frames.add(new Frame(type, body));
    return !left;
  }

  @Override
  public void onReadComplete() {
    if (left || bytes == 0) return;
    List<Frame> batch = frames;
    int credit = bytes;
    frames = new ArrayList<>();
    bytes = 0;
    Home at = home;
    Owner to = owner;
    if (at == null || to == null) stream.consumed(credit);
    else if (at.isHere()) handOver(to, batch, credit);
    else at.execute(() -> handOver(to, batch, credit));
  }

  @Override
  public void onWritable() {}

  @Override
  public void onRemoteClosed() {
    if (!left) end("closed by the peer");
  }

  @Override
  public void onClosed(@Nullable Throwable cause) {
    if (!left) end(String.valueOf(cause));
  }

  private void end(String why) {
    onReadComplete();
    refuse();
    tellGone(why);
  }

  /** Never at once: the end may come out of a write. */
  private void tellGone(String why) {
    Home at = home;
    Owner to = owner;
    if (at != null && to != null) at.execute(() -> to.onGone(this, why));
  }

  // ---- the home ------------------------------------------------------------------------------

  private void handOver(Owner to, List<Frame> batch, int credit) {
    if (abandoned) return;
    try {
      for (Frame frame : batch) to.onFrame(this, frame.type, frame.body);
      to.onBatch(this);
    } catch (ProtocolViolationException e) {
      service.faults().onViolation(connection, e);
    }
    onLoop(() -> {
      if (!left) stream.consumed(credit);
    });
  }

  @Override
  public boolean write(ByteBuf data) {
    if (abandoned) {
      data.release();
      return true;
    }
    gatheredBytes += data.readableBytes();
    gathered.add(data);
    if (gatheredBytes >= CROSS_BYTES) flush();
    return true;
  }

  @Override
  public void flush() {
    if (gathered.isEmpty()) return;
    List<ByteBuf> all = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    boolean taken = onLoop(() -> {
      for (ByteBuf data : all) stream.write(data);
      stream.flush();
    });
    if (!taken) all.forEach(ByteBuf::release);
  }

  @Override
  public boolean isWritable() {
    return !abandoned;
  }

  @Override
  public void consumed(int count) {
    throw new UnsupportedOperationException("credit is given back when frames were handled");
  }

  @Override
  public void closeWrite() {
    flush();
    abandoned = true;
    onLoop(() -> {
      left = true;
      stream.closeWrite();
      stream.flush();
    });
  }

  @Override
  public void reset() {
    abandoned = true;
    gathered.forEach(ByteBuf::release);
    gathered.clear();
    onLoop(this::refuse);
  }

  /** Returns false if the loop has ended, and the stream with it. */
  private boolean onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return true;
    }
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException loopEnded) {
      return false;
    }
  }
}
