package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.net.stream.P2PStream;

/** What tests do with streams. */
final class TestStreams {
  private TestStreams() {}

  /** Sends every byte back, closes after the remote closed. */
  static void echo(P2PStream stream) {
    try {
      stream.input().transferTo(stream.output());
      stream.closeWrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes random bytes and expects them back, in order, to the end. */
  static void exchange(P2PStream stream, int bytes) throws Exception {
    byte[] sent = new byte[bytes];
    new Random(bytes).nextBytes(sent);
    CompletableFuture<Void> writing = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> {
      try {
        stream.output().write(sent);
        stream.closeWrite();
        writing.complete(null);
      } catch (IOException e) {
        writing.completeExceptionally(e);
      }
    });
    byte[] received = stream.input().readNBytes(bytes);
    assertArrayEquals(sent, received);
    assertEquals(-1, stream.input().read());
    writing.get(10, TimeUnit.SECONDS);
    stream.close();
  }
}
