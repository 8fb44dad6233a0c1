package org.openagi.p2p.net.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;
import org.openagi.p2p.testkit.BufferLeaks;
import org.openagi.p2p.wire.noise.NoiseHandshake;

/** Hostile and unlucky Noise handshakes, with the clock of an embedded channel. */
class NoiseHandshakeHandlerTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<String> YAMUX = List.of("/yamux/1.0.0");

  private final BufferLeaks buffers = new BufferLeaks();
  private final EmbeddedChannel channel = channel();

  private EmbeddedChannel channel() {
    EmbeddedChannel created = new EmbeddedChannel();
    created.config().setAllocator(buffers.allocator());
    created.freezeTime();
    return created;
  }

  private static Future<SecuredChannel> secure(EmbeddedChannel channel, Role role) {
    SecurityConfig config = SecurityConfig.defaults().withHandshakeTimeout(Duration.ofSeconds(10));
    return new NoiseSecurity(HostKey.generate(RANDOM), RANDOM, config)
        .secure(channel, role, Optional.empty(), YAMUX);
  }

  private ByteBuf buffer() {
    return buffers.allocator().directBuffer();
  }

  @AfterEach
  void nothingLeaks() {
    channel.finishAndReleaseAll();
    buffers.assertAllReleased();
  }

  private void assertFailed(Future<SecuredChannel> future, Cause cause) {
    channel.runPendingTasks();
    assertTrue(future.isDone(), "still waiting");
    SecurityHandshakeException failure = (SecurityHandshakeException) future.cause();
    assertEquals(cause, failure.failure(), failure.getMessage());
    assertFalse(channel.isOpen(), "socket left open");
  }

  @Test
  void aPeerThatSendsOneByteASecondIsCutOffAtTheDeadline() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    for (int second = 0; second < 9; second++) {
      channel.writeInbound(buffer().writeByte(second == 1 ? 200 : 0));
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
      assertFalse(future.isDone(), "after " + second + " s");
    }
    channel.advanceTimeBy(1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertFailed(future, Cause.TIMEOUT);
  }

  @Test
  void aMessageLengthBeyondTheLimitIsRefusedBeforeItsBytesCome() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    channel.writeInbound(buffer().writeShort(NoiseHandshake.MAX_MESSAGE_BYTES + 1));
    assertFailed(future, Cause.MALFORMED);
  }

  @Test
  void aMessageShorterThanAKeyIsRefused() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    channel.writeInbound(buffer().writeShort(0));
    assertFailed(future, Cause.MALFORMED);
  }

  @Test
  void aCloseInTheMiddleOfAMessageEndsTheHandshake() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    channel.writeInbound(buffer().writeShort(32).writeZero(10));
    channel.close();
    assertFailed(future, Cause.REMOTE_CLOSED);
  }

  @Test
  void aKeyOfSmallOrderIsRefused() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    channel.writeInbound(buffer().writeShort(32).writeZero(32));
    assertFailed(future, Cause.MALFORMED);
  }

  @Test
  void aForgedAnswerIsRefused() {
    Future<SecuredChannel> future = secure(channel, Role.DIALER);
    assertEquals(34, release(channel.readOutbound()));
    channel.writeInbound(buffer().writeShort(200).writeByte(9).writeZero(199));
    assertFailed(future, Cause.MALFORMED);
  }

  @Test
  void aChannelThatIsClosedAlreadyFailsAtOnce() {
    channel.close();
    Future<SecuredChannel> future = secure(channel, Role.DIALER);
    assertFailed(future, Cause.REMOTE_CLOSED);
  }

  @Test
  void anExceptionOfTheTransportFailsTheHandshake() {
    Future<SecuredChannel> future = secure(channel, Role.LISTENER);
    channel.pipeline().fireExceptionCaught(new java.io.IOException("Connection reset by peer"));
    assertFailed(future, Cause.IO);
  }

  /** Goal: plaintext right behind message 3 is not lost. Method: both in one read, then a listener. */
  @Test
  void dataBehindTheLastMessageWaitsForTheListeners() {
    EmbeddedChannel dialer = channel();
    Future<SecuredChannel> atListener = secure(channel, Role.LISTENER);
    secure(dialer, Role.DIALER);
    Inbox inbox = new Inbox();
    atListener.addListener(done -> channel.pipeline().addLast(inbox));
    carry(dialer, channel);
    carry(channel, dialer);
    dialer.writeOutbound(buffer().writeBytes(new byte[] {1, 2, 3}));
    carry(dialer, channel);
    assertTrue(atListener.isSuccess());
    channel.runPendingTasks();
    assertArrayEquals(new byte[] {1, 2, 3}, inbox.received());
    assertTrue(inbox.readCompletes() > 0);
    dialer.finishAndReleaseAll();
  }

  private void carry(EmbeddedChannel from, EmbeddedChannel to) {
    ByteBuf all = buffer();
    for (ByteBuf part = from.readOutbound(); part != null; part = from.readOutbound()) {
      all.writeBytes(part);
      part.release();
    }
    to.writeInbound(all);
  }

  private static int release(ByteBuf buffer) {
    int bytes = buffer.readableBytes();
    buffer.release();
    return bytes;
  }

  @Test
  void whatIsHeldBackIsBounded() {
    EmbeddedChannel held = channel();
    Future<SecuredChannel> atListener = secure(held, Role.LISTENER);
    secure(channel, Role.DIALER);
    Inbox inbox = new Inbox();
    atListener.addListener(done -> held.pipeline().addLast(inbox));
    carry(channel, held);
    carry(held, channel);
    ByteBuf third = buffer();
    for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
      third.writeBytes(part);
      part.release();
    }
    // Reads within one turn of the event loop: fire them without running its tasks.
    held.pipeline().fireChannelRead(third);
    assertTrue(atListener.isSuccess());
    for (int i = 0; i < 17; i++) {
      held.pipeline().fireChannelRead(buffer().writeZero(65_536));
    }
    assertTrue(held.isOpen());
    held.pipeline().fireChannelRead(buffer().writeZero(1));
    assertFalse(held.isOpen());
    assertTrue(String.valueOf(inbox.failure()).contains("limit 1114112"));
    held.finishAndReleaseAll();
  }
}
