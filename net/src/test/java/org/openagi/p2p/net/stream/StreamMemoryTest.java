package org.openagi.p2p.net.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.mux.MuxedStreamException;
import org.openagi.p2p.net.mux.MuxedStreamException.Reason;
import org.openagi.p2p.net.mux.StreamListener;
import org.openagi.p2p.net.mux.StreamMuxer;
import org.openagi.p2p.testkit.BufferLeaks;

/** What unread data of a stream costs, and that all of it is given back. */
class StreamMemoryTest {
  private static final PeerId PEER =
      HostKey.fromSeed(Bytes.copyOf(new byte[32])).peerId();

  private final EventExecutor loop = new DefaultEventExecutor();
  private final FakeStream muxed = new FakeStream(loop);
  private final P2PStream stream = P2PStream.attach(muxed, PEER, "/test/1", 1);

  @AfterEach
  void stop() throws Exception {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  /** Goal: a drip of single bytes, each a slice of a large receive buffer, does not pin them. */
  @Test
  void smallPiecesDoNotKeepTheirReceiveBuffersAlive() throws Exception {
    try (BufferLeaks buffers = new BufferLeaks()) {
      for (int i = 0; i < 4000; i++) {
        ByteBuf received = buffers.allocator().buffer(16 * 1024).writeByte(i);
        muxed.listener().onData(received.readRetainedSlice(1));
        muxed.listener().onReadComplete();
        received.release();
      }
      assertTrue(buffers.alive() <= 2, buffers.alive() + " buffers hold 4000 bytes");
      for (int i = 0; i < 4000; i++) assertEquals(i & 0xff, stream.input().read());
    }
  }

  @Test
  void largePiecesAreNotCopied() throws Exception {
    try (BufferLeaks buffers = new BufferLeaks()) {
      ByteBuf received = buffers.allocator().buffer(16 * 1024).writeZero(16 * 1024);
      muxed.listener().onData(received);
      assertEquals(1, buffers.alive());
      assertEquals(16 * 1024, stream.input().readNBytes(16 * 1024).length);
      assertEquals(0, received.refCnt());
    }
  }

  @Test
  void unreadDataIsReleasedByAFailure() {
    try (BufferLeaks buffers = new BufferLeaks()) {
      muxed.listener().onData(buffers.allocator().buffer().writeZero(20_000));
      muxed.listener().onData(buffers.allocator().buffer().writeZero(20));
      muxed.listener().onClosed(new MuxedStreamException(Reason.RESET_BY_PEER, "reset"));
    }
  }

  @Test
  void unreadDataIsReleasedByClose() {
    try (BufferLeaks buffers = new BufferLeaks()) {
      muxed.listener().onData(buffers.allocator().buffer().writeZero(20_000));
      stream.input().close();
      muxed.listener().onData(buffers.allocator().buffer().writeZero(20_000));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** A stream that takes and gives nothing by itself. */
  private static final class FakeStream implements MuxedStream {
    private final EventExecutor loop;
    private StreamListener listener;

    FakeStream(EventExecutor loop) {
      this.loop = loop;
    }

    StreamListener listener() {
      return listener;
    }

    @Override
    public StreamMuxer muxer() {
      return new StreamMuxer() {
        @Override
        public MuxedStream openStream() {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close(int code) {}

        @Override
        public int openStreams() {
          return 1;
        }

        @Override
        public boolean isClosed() {
          return false;
        }

        @Override
        public EventExecutor executor() {
          return loop;
        }
      };
    }

    @Override
    public void setListener(StreamListener newListener) {
      listener = newListener;
    }

    @Override
    public long id() {
      return 1;
    }

    @Override
    public boolean isLocallyInitiated() {
      return true;
    }

    @Override
    public void unread(ByteBuf data) {
      data.release();
    }

    @Override
    public boolean write(ByteBuf data) {
      data.release();
      return true;
    }

    @Override
    public void flush() {}

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public int pendingBytes() {
      return 0;
    }

    @Override
    public void consumed(int bytes) {}

    @Override
    public void closeWrite() {}

    @Override
    public void reset() {}

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
