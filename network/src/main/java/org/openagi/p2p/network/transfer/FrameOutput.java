package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferFrames;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.network.link.BlockingPace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes whole frames to a stream, from several threads. */
final class FrameOutput {
  /** How long the last word may wait for a frame that the other side does not take. */
  private static final long LAST_WORD_MILLIS = 500;

  private static final Logger LOG = LoggerFactory.getLogger(FrameOutput.class);

  private final P2PStream stream;
  private final OutputStream out;
  private final TimeSource time;
  private final @Nullable BlockingPace pace;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long lastWriteNanos;

  FrameOutput(P2PStream stream, TransferContext context) {
    this(stream, context.time(), context.paceOf(stream.remotePeer()));
  }

  private FrameOutput(P2PStream stream, TimeSource time, @Nullable BlockingPace pace) {
    this.stream = stream;
    this.pace = pace;
    this.out = stream.output();
    this.time = time;
    this.lastWriteNanos = time.nanoTime();
  }

  void write(byte[] frame) throws IOException {
    write(frame, 0, frame.length);
  }

  void write(byte[] array, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (pace == null) out.write(array, offset, length);
      else writeInTurns(pace, array, offset, length);
      lastWriteNanos = time.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  private void writeInTurns(BlockingPace turns, byte[] array, int offset, int length)
      throws IOException {
    try {
      for (int done = 0; done < length; ) {
        int bytes = turns.acquire(length - done);
        out.write(array, offset + done, bytes);
        done += bytes;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for a turn to send");
    } finally {
      turns.release();
    }
  }

  /** Says that this side is alive if it said nothing for a while; a lost stream is others' to see. */
  void aliveIfQuiet(long quietNanos) {
    if (time.nanoTime() - lastWriteNanos < quietNanos || !lock.tryLock()) return;
    try {
      write(TransferFrames.alive());
    } catch (IOException e) {
      LOG.atTrace().setCause(e).log("no sign of life, the stream is over");
    } finally {
      lock.unlock();
    }
  }

  /** Says why this side ends the stream, if it can be said soon, and ends it. */
  void farewell(int type, TransferException why) {
    try {
      if (!lock.tryLock(LAST_WORD_MILLIS, TimeUnit.MILLISECONDS)) {
        stream.reset();
        return;
      }
      try {
        write(TransferFrames.farewell(type, why.reason(), why.detail()));
      } finally {
        lock.unlock();
      }
      stream.close();
    } catch (IOException e) {
      stream.reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stream.reset();
    }
  }
}
