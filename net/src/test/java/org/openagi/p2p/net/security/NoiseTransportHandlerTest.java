package org.openagi.p2p.net.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.testkit.BufferLeaks;
import org.openagi.p2p.wire.noise.NoiseException;
import org.openagi.p2p.wire.noise.NoiseTransport;

/** The Noise handlers without sockets: two embedded channels whose bytes the test carries. */
class NoiseTransportHandlerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<String> YAMUX = List.of("/yamux/1.0.0");

  private final BufferLeaks buffers = new BufferLeaks();
  private final EmbeddedChannel dialer = channel();
  private final EmbeddedChannel listener = channel();
  private final Inbox inbox = new Inbox();

  private EmbeddedChannel channel() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(buffers.allocator());
    return channel;
  }

  @BeforeEach
  void handshake() {
    Future<SecuredChannel> atListener = secure(listener, Role.LISTENER);
    Future<SecuredChannel> atDialer = secure(dialer, Role.DIALER);
    while (!atListener.isDone()) {
      carry(dialer, listener);
      carry(listener, dialer);
    }
    assertTrue(atDialer.isSuccess() && atListener.isSuccess());
    listener.pipeline().addLast(inbox);
    listener.runPendingTasks();
    dialer.runPendingTasks();
  }

  private static Future<SecuredChannel> secure(EmbeddedChannel channel, Role role) {
    return new NoiseSecurity(HostKey.generate(RANDOM), RANDOM, SecurityConfig.defaults())
        .secure(channel, role, Optional.empty(), YAMUX);
  }

  /** Carries all that was written, as one read. */
  private int carry(EmbeddedChannel from, EmbeddedChannel to) {
    ByteBuf all = buffers.allocator().directBuffer();
    for (ByteBuf part = from.readOutbound(); part != null; part = from.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    int bytes = all.readableBytes();
    if (bytes == 0) all.release();
    else to.writeInbound(all);
    return bytes;
  }

  @AfterEach
  void nothingLeaks() {
    dialer.finishAndReleaseAll();
    listener.finishAndReleaseAll();
    buffers.assertAllReleased();
  }

  private static byte[] random(int length) {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    return data;
  }

  private ByteBuf buffer(byte[] data, boolean direct) {
    ByteBuf buffer =
        direct ? buffers.allocator().directBuffer() : buffers.allocator().heapBuffer();
    return buffer.writeBytes(data);
  }

  @Test
  void writesOfOneFlushShareOneFrame() {
    List<ChannelFuture> written = new ArrayList<>();
    for (int i = 0; i < 100; i++) written.add(dialer.write(buffer(random(10), i % 2 == 0)));
    assertNull(dialer.readOutbound());
    dialer.flush();
    ByteBuf frame = dialer.readOutbound();
    assertEquals(2 + 1000 + 16, frame.readableBytes());
    assertEquals(1000 + 16, frame.getUnsignedShort(frame.readerIndex()));
    assertNull(dialer.readOutbound());
    assertTrue(written.stream().allMatch(ChannelFuture::isSuccess));
    listener.writeInbound(frame);
    assertEquals(1000, inbox.received().length);
    assertEquals(1, inbox.reads());
    assertEquals(1, inbox.readCompletes());
  }

  @Test
  void aLargeWriteFillsFramesToTheLimitAndArrivesUnchanged() {
    byte[] data = random(3 * NoiseTransport.MAX_PLAINTEXT_BYTES + 5);
    ChannelFuture written = dialer.write(buffer(data, true));
    assertFalse(written.isSuccess());
    dialer.flush();
    assertTrue(written.isSuccess());
    int bytes = carry(dialer, listener);
    assertEquals(data.length + 4 * (2 + 16), bytes);
    assertArrayEquals(data, inbox.received());
    assertEquals(1, inbox.reads());
  }

  @Test
  void exactlyOneFrameLeavesNoEmptyOneBehind() {
    dialer.writeOutbound(buffer(random(NoiseTransport.MAX_PLAINTEXT_BYTES), false));
    assertEquals(2 + NoiseTransport.MAX_MESSAGE_BYTES, carry(dialer, listener));
    dialer.writeOutbound(Unpooled.EMPTY_BUFFER);
    assertEquals(0, carry(dialer, listener));
  }

  @Test
  void framesMayBeCutAnywhere() {
    byte[] data = random(5000);
    for (int i = 0; i < 50; i++) {
      dialer.writeOutbound(
          buffer(java.util.Arrays.copyOfRange(data, i * 100, i * 100 + 100), true));
    }
    ByteBuf all = buffers.allocator().directBuffer();
    for (ByteBuf part = dialer.readOutbound(); part != null; part = dialer.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    Random random = new Random(1);
    while (all.isReadable()) {
      int bytes = Math.min(all.readableBytes(), random.nextInt(1, 200));
      listener.writeInbound(all.readRetainedSlice(bytes));
    }
    all.release();
    assertArrayEquals(data, inbox.received());
  }

  @Test
  void anIdleConnectionHoldsNoBuffer() {
    int before = buffers.alive();
    dialer.writeOutbound(buffer(random(100_000), true));
    carry(dialer, listener);
    assertEquals(100_000, inbox.received().length);
    assertEquals(before, buffers.alive());
  }

  @Test
  void aDamagedFrameClosesTheConnectionAndNothingOfItIsSeen() {
    dialer.writeOutbound(buffer(random(500), true));
    ByteBuf frame = dialer.readOutbound();
    frame.setByte(100, frame.getByte(100) ^ 1);
    listener.writeInbound(frame);
    assertFalse(listener.isOpen());
    assertEquals(0, inbox.received().length);
    NoiseException failure = assertInstanceOf(NoiseException.class, inbox.failure());
    assertEquals(NoiseException.Reason.BAD_TAG, failure.reason());
  }

  @Test
  void aReplayedFrameClosesTheConnection() {
    dialer.writeOutbound(buffer(random(500), true));
    ByteBuf frame = dialer.readOutbound();
    ByteBuf replay = buffers.allocator().directBuffer().writeBytes(frame, 0, frame.readableBytes());
    listener.writeInbound(frame);
    assertEquals(500, inbox.received().length);
    listener.writeInbound(replay);
    assertFalse(listener.isOpen());
    assertEquals(500, inbox.received().length);
  }

  @Test
  void aFrameShorterThanItsTagClosesTheConnectionAtOnce() {
    listener.writeInbound(buffers.allocator().directBuffer().writeShort(15));
    assertFalse(listener.isOpen());
    NoiseException failure = assertInstanceOf(NoiseException.class, inbox.failure());
    assertEquals("noise: message of 15 bytes, the tag alone has 16", failure.getMessage());
  }

  @Test
  void whatComesBehindABadFrameIsReleasedUnread() {
    listener.writeInbound(
        buffers.allocator().directBuffer().writeShort(16).writeZero(16),
        buffers.allocator().directBuffer().writeZero(100));
    assertFalse(listener.isOpen());
    assertEquals(0, inbox.received().length);
  }

  @Test
  void closingFailsWhatWasNotFlushed() {
    ChannelFuture one = dialer.write(buffer(random(10), true));
    ChannelFuture two = dialer.write(buffer(random(10), false));
    dialer.close();
    assertInstanceOf(ClosedChannelException.class, one.cause());
    assertInstanceOf(ClosedChannelException.class, two.cause());
  }

  @Test
  void aCutFrameIsReleasedWhenTheConnectionEnds() {
    listener.writeInbound(buffers.allocator().directBuffer().writeShort(60_000).writeZero(30_000));
    assertTrue(listener.isOpen());
    listener.close();
  }

  @Test
  void writesThatAreNoBuffersAreRefused() {
    ChannelFuture written = dialer.write("text");
    assertFalse(written.isSuccess());
    assertTrue(dialer.isOpen());
  }
}
