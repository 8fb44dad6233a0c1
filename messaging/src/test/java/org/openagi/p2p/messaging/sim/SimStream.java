package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * Two ends of a stream with delay, a receive window each way, and a scissor. Bytes arrive in pieces of random
 * size.
 */
public final class SimStream {
  /** What an engine does with events. */
  public interface Receiver {
    void onData(ByteBuf data);

    void onReadComplete();

    void onWritable();

    void onRemoteClosed();

    void onClosed();
  }

  /** One end. */
  public final class End implements PeerLink {
    private final ByteArrayOutputStream queued = new ByteArrayOutputStream();
    private long sent;
    private long consumedByPeer;
    private long inFlight;
    private boolean closed;
    private boolean blocked;
    private Receiver receiver;
    private End peer;
    long received;
    long consumed;

    public void setReceiver(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public boolean write(ByteBuf data) {
      try {
        if (cut || closed) return false;
        byte[] copy = new byte[data.readableBytes()];
        data.readBytes(copy);
        queued.writeBytes(copy);
        return isWritable();
      } finally {
        data.release();
      }
    }

    @Override
    public void flush() {
      if (!cut) world.after(0, this::pump);
    }

    private void pump() {
      if (cut) return;
      byte[] all = queued.toByteArray();
      int room = (int) Math.min(all.length, windowBytes - (sent - consumedByPeer));
      if (room > 0) {
        queued.reset();
        queued.write(all, room, all.length - room);
        sent += room;
        inFlight += room;
        deliver(all, room);
      }
      if (closed && queued.size() == 0 && !finSent) {
        finSent = true;
        world.after(delayNanos, () -> {
          if (!cut) peer.receiver.onRemoteClosed();
        });
      }
      if (queued.size() > HIGH_WATER) blocked = true;
      if (blocked && isWritable()) {
        blocked = false;
        receiver.onWritable();
      }
    }

    private boolean finSent;

    private void deliver(byte[] all, int length) {
      int at = 0;
      while (at < length) {
        int piece = Math.min(length - at, 1 + world.random().nextInt(maxPiece));
        byte[] bytes = java.util.Arrays.copyOfRange(all, at, at + piece);
        at += piece;
        boolean last = at == length;
        world.after(delayNanos, () -> {
          if (cut) return;
          inFlight -= bytes.length;
          peer.received += bytes.length;
          ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
          peer.receiver.onData(buffer);
          buffer.release();
          if (last && !cut) peer.receiver.onReadComplete();
        });
      }
    }

    @Override
    public boolean isWritable() {
      boolean writable = !cut && !closed && queued.size() < HIGH_WATER;
      if (!writable) blocked = true;
      return writable;
    }

    @Override
    public void consumed(int bytes) {
      consumed += bytes;
      if (bytes < 0 || consumed > received) {
        throw new IllegalArgumentException("consumed " + consumed + " of " + received);
      }
      world.after(delayNanos, () -> {
        peer.consumedByPeer += bytes;
        if (!cut) peer.pump();
      });
    }

    @Override
    public void closeWrite() {
      closed = true;
    }

    @Override
    public void reset() {
      cut();
    }

    /** Counts bytes as received that a test hands over itself. */
    public void allowCredit(int bytes) {
      received += bytes;
    }

    /** Bytes received and not given credit for. */
    public long heldBytes() {
      return received - consumed;
    }
  }

  private static final int HIGH_WATER = 64 << 10;

  private final VirtualWorld world;
  private final long delayNanos;
  private final int windowBytes;
  private final int maxPiece;
  private boolean cut;

  public final End opener = new End();
  public final End acceptor = new End();

  public SimStream(VirtualWorld world, long delayNanos, int windowBytes, int maxPiece) {
    this.world = world;
    this.delayNanos = delayNanos;
    this.windowBytes = windowBytes;
    this.maxPiece = maxPiece;
    opener.peer = acceptor;
    acceptor.peer = opener;
  }

  /** Cuts the stream now: what is in flight is lost. */
  public void cut() {
    if (cut) return;
    cut = true;
    world.after(0, () -> opener.receiver.onClosed());
    world.after(0, () -> acceptor.receiver.onClosed());
  }

  public boolean isCut() {
    return cut;
  }
}
