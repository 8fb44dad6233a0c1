package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.testkit.VirtualWorld;

/**
 * A connection as a bond sees it: two ends, a delay, a rate, and a scissor that each end notices in its own time.
 * Bytes arrive in pieces of random size.
 */
public final class SimPath {
  /** What is done with what comes out of an end. */
  public interface Receiver {
    void onBytes(ByteBuf data);

    void onReadComplete();

    void onGone();
  }

  /** One end. */
  public final class End implements PeerLink {
    private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
    private Receiver receiver;
    private End peer;
    private long freeAtNanos = Long.MIN_VALUE;
    private boolean gone;

    public void setReceiver(Receiver to) {
      receiver = to;
    }

    @Override
    public boolean write(ByteBuf data) {
      byte[] copy = new byte[data.readableBytes()];
      data.readBytes(copy);
      data.release();
      if (!gone) gathered.writeBytes(copy);
      return true;
    }

    @Override
    public void flush() {
      byte[] all = gathered.toByteArray();
      gathered.reset();
      for (int at = 0; at < all.length && !dead; ) {
        int piece = Math.min(all.length - at, 1 + world.random().nextInt(100_000));
        send(java.util.Arrays.copyOfRange(all, at, at + piece));
        at += piece;
      }
    }

    private void send(byte[] bytes) {
      long now = world.time().nanoTime();
      freeAtNanos = Math.max(freeAtNanos, now) + (long) (bytes.length * nanosPerByte);
      world.after(freeAtNanos + delayNanos - now, () -> {
        if (dead || peer.gone) return;
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        peer.receiver.onBytes(buffer);
        peer.receiver.onReadComplete();
      });
    }

    @Override
    public boolean isWritable() {
      return !gone;
    }

    @Override
    public void consumed(int bytes) {}

    @Override
    public void closeWrite() {
      flush();
      long now = world.time().nanoTime();
      world.after(Math.max(freeAtNanos, now) + delayNanos - now, peer::notice);
    }

    @Override
    public void reset() {
      gone = true;
      world.after(delayNanos, peer::notice);
    }

    /** This end learns that the path is gone. */
    public void notice() {
      if (gone) return;
      gone = true;
      receiver.onGone();
    }
  }

  private final VirtualWorld world;
  private long delayNanos;
  private double nanosPerByte;
  private boolean dead;

  public final End opener = new End();
  public final End acceptor = new End();

  public SimPath(VirtualWorld world, long delayNanos, double nanosPerByte) {
    this.world = world;
    this.delayNanos = delayNanos;
    this.nanosPerByte = nanosPerByte;
    opener.peer = acceptor;
    acceptor.peer = opener;
  }

  /** Slower or faster from now on. */
  public void change(long newDelayNanos, double newNanosPerByte) {
    delayNanos = Math.max(newDelayNanos, delayNanos); // what is on its way is not overtaken
    nanosPerByte = newNanosPerByte;
  }

  /** Nothing arrives any more, what is on its way included, and nobody knows. */
  public void kill() {
    dead = true;
  }

  public boolean isDead() {
    return dead;
  }
}
