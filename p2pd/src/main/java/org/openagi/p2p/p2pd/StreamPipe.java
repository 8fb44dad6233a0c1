package org.openagi.p2p.p2pd;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.openagi.p2p.net.stream.P2PStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a client's socket and a stream: bytes go both ways as fast as the slower side takes them, each direction ends by
 * itself, and when one side fails the other is reset. Holds one buffer a direction.
 */
final class StreamPipe {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPipe.class);
  private static final int BUFFER_BYTES = 32 << 10;

  private final LocalSocket socket;
  private final P2PStream stream;
  private final Watchdog.Watch watch;
  private final Duration idle;

  /** Whether one direction has ended: then the other must not be silent for too long. */
  private volatile boolean halfEnded;

  /**
   * Prepares it.
   *
   * @param onLate called when it was aborted because the second direction was silent
   * @param idle most silence once one direction has ended
   */
  StreamPipe(
      LocalSocket socket, P2PStream stream, Watchdog watchdog, Runnable onLate, Duration idle) {
    this.socket = socket;
    this.stream = stream;
    this.idle = idle;
    this.watch = watchdog.watch(() -> {
      onLate.run();
      abort();
    });
  }

  /** Moves bytes until both directions have ended or one has failed. */
  void run() throws InterruptedException {
    try {
      Thread inbound =
          Thread.ofVirtual().name("p2pd-in-" + stream.protocol()).start(() -> move(this::toClient));
      move(this::toPeer);
      inbound.join();
    } finally {
      watch.close();
      stream.close();
      socket.close();
    }
  }

  private interface Direction {
    void move() throws IOException;
  }

  private void move(Direction direction) {
    try {
      direction.move();
      halfEnded = true;
      watch.limit(idle);
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setCause(e).addKeyValue("stream", stream).log("a stream of a client failed");
      abort();
    }
  }

  private void toPeer() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n; (n = socket.read(buffer, 0)) >= 0; ) {
      stream.output().write(buffer, 0, n);
      noteProgress();
    }
    stream.closeWrite();
  }

  private void toClient() throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    InputStream in = stream.input();
    for (int n; (n = in.read(buffer)) >= 0; ) {
      socket.write(buffer, n);
      noteProgress();
    }
    socket.endOutput();
  }

  private void noteProgress() {
    if (halfEnded) watch.limit(idle);
  }

  /** Ends both sides at once, neither in order. Any thread. */
  void abort() {
    stream.reset();
    socket.abort();
  }
}
