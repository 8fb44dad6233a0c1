package org.openagi.p2p.simulator.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.PeerLink;

/**
 * A stream of bytes over a connection, with a window of what may be under way in each direction. The dialer of the stream
 * makes it; the other process learns of it with its first bytes.
 */
public final class MessageStream {
  /** What one end does with what happens. */
  public interface Listener {
    /** Bytes arrived; borrows the buffer. */
    void onData(ByteBuf data);

    /** The bytes that arrived at one moment are all there. */
    void onReadComplete();

    /** There is room again. */
    void onWritable();

    /** The other end will send nothing more. */
    void onRemoteClosed();

    /** It is over. */
    void onClosed();
  }

  /** What travels over the connection for a stream. */
  public static final class Piece {
    private final End to;
    private final byte[] data;
    private final int credit;
    private final boolean fin;
    private final boolean reset;

    private Piece(End to, byte[] data, int credit, boolean fin, boolean reset) {
      this.to = to;
      this.data = data;
      this.credit = credit;
      this.fin = fin;
      this.reset = reset;
    }

    /** The end it goes to. */
    public End to() {
      return to;
    }
  }

  private static final byte[] NOTHING = new byte[0];
  private static final int WINDOW_BYTES = 256 << 10;
  private static final int HIGH_WATER_BYTES = 64 << 10;
  private static final int FRAME_BYTES = 12;

  private final Connection connection;
  private final End opener;
  private final End acceptor;

  /** Opens a stream. Nobody hears of it before something is sent. */
  public MessageStream(Connection connection, int side) {
    this.connection = connection;
    this.opener = new End(side);
    this.acceptor = new End(1 - side);
  }

  /** The end of who opened it. */
  public End opener() {
    return opener;
  }

  /** The end of the other one. */
  public End acceptor() {
    return acceptor;
  }

  /** One end. */
  public final class End implements PeerLink {
    private final int side;
    private @Nullable Listener listener;
    private byte[] queued = NOTHING;
    private int queuedBytes;
    private long sentBytes;
    private long creditBytes = WINDOW_BYTES;
    private boolean closing;
    private boolean finSent;
    private boolean over;
    private boolean blocked;

    private End(int side) {
      this.side = side;
    }

    /** The connection it uses. */
    public Connection connection() {
      return connection;
    }

    /** Whether somebody listens here already. */
    public boolean isAccepted() {
      return listener != null;
    }

    /** Whether it has ended. */
    public boolean isOver() {
      return over;
    }

    /** Sets who hears. */
    public void setListener(Listener value) {
      listener = value;
    }

    /** Takes what arrived. */
    public void receive(Piece piece) {
      Listener told = listener;
      if (over || told == null) return;
      if (piece.reset) {
        end(told);
        return;
      }
      if (piece.credit > 0) {
        creditBytes += piece.credit;
        pump();
      }
      if (piece.data.length > 0) {
        told.onData(Unpooled.wrappedBuffer(piece.data));
        if (!over) told.onReadComplete();
      }
      if (piece.fin && !over) told.onRemoteClosed();
    }

    /** The connection has gone. */
    public void onConnectionLost() {
      Listener told = listener;
      if (!over && told != null) end(told);
    }

    private void end(Listener told) {
      over = true;
      told.onClosed();
    }

    @Override
    public boolean write(ByteBuf data) {
      try {
        int length = data.readableBytes();
        if (over || closing) return false;
        if (queuedBytes + length > queued.length) {
          queued = Arrays.copyOf(queued, Math.max(2 * queued.length, queuedBytes + length));
        }
        data.readBytes(queued, queuedBytes, length);
        queuedBytes += length;
        return isWritable();
      } finally {
        data.release();
      }
    }

    @Override
    public void flush() {
      pump();
    }

    private void pump() {
      if (over) return;
      int room = (int) Math.min(queuedBytes, creditBytes - sentBytes);
      if (room > 0) {
        byte[] data = Arrays.copyOf(queued, room);
        queuedBytes -= room;
        System.arraycopy(queued, room, queued, 0, queuedBytes);
        if (queuedBytes == 0) queued = NOTHING;
        sentBytes += room;
        send(new Piece(other(), data, 0, false, false));
      }
      if (closing && queuedBytes == 0 && !finSent) {
        finSent = true;
        send(new Piece(other(), NOTHING, 0, true, false));
      }
      if (blocked && isWritable()) {
        blocked = false;
        Listener told = listener;
        if (told != null) connection.world().after(0, () -> tellWritable(told));
      }
    }

    private void tellWritable(Listener told) {
      if (!over) told.onWritable();
    }

    private void send(Piece piece) {
      connection.send(side, piece, piece.data.length + FRAME_BYTES);
    }

    private End other() {
      return this == opener ? acceptor : opener;
    }

    @Override
    public boolean isWritable() {
      boolean writable = !over && !closing && queuedBytes < HIGH_WATER_BYTES;
      if (!writable) blocked = true;
      return writable;
    }

    @Override
    public void consumed(int bytes) {
      if (!over && bytes > 0) send(new Piece(other(), NOTHING, bytes, false, false));
    }

    @Override
    public void closeWrite() {
      closing = true;
      pump();
    }

    @Override
    public void reset() {
      if (over) return;
      over = true;
      send(new Piece(other(), NOTHING, 0, false, true));
    }
  }
}
