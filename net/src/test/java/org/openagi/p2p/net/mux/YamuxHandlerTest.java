package org.openagi.p2p.net.mux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.mux.MuxPair.bytes;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class YamuxHandlerTest {
  private final MuxPair pair = new MuxPair();

  @AfterEach
  void close() {
    pair.close();
  }

  @Test
  void aStreamCarriesBytesBothWaysAndEndsWhenBothSidesFinished() {
    RecordingListener mine = pair.dialer.open();
    mine.stream.write(bytes(10));
    mine.stream.flush();
    pair.pump();
    RecordingListener theirs = pair.listener.accepted(0);
    assertEquals(10, theirs.data.size());
    theirs.stream.write(bytes(300_000));
    theirs.stream.closeWrite();
    pair.pump();
    assertEquals(300_000, mine.data.size());
    assertTrue(mine.remoteClosed);
    assertTrue(mine.stream.isOpen());
    mine.stream.closeWrite();
    pair.pump();
    for (RecordingListener side : new RecordingListener[] {mine, theirs}) {
      assertEquals(1, side.closes);
      assertNull(side.cause);
    }
    assertEquals(0, pair.dialer.muxer.openStreams());
    assertEquals(0, pair.listener.muxer.openStreams());
  }
}
