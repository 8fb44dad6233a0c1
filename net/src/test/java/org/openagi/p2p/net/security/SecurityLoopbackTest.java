package org.openagi.p2p.net.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;

/** Both security protocols between two sockets of this machine. */
class SecurityLoopbackTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final HostKey dialerKey = HostKey.generate(RANDOM);
  private final HostKey listenerKey = HostKey.generate(RANDOM);

  enum Protocol {
    NOISE,
    TLS;

    SecurityProtocol create(HostKey key, Duration timeout) {
      SecurityConfig config = SecurityConfig.defaults().withHandshakeTimeout(timeout);
      return this == NOISE
          ? new NoiseSecurity(key, RANDOM, config)
          : new TlsSecurity(key, RANDOM, config, TimeSource.system());
    }

    SecurityProtocol create(HostKey key) {
      return create(key, Duration.ofSeconds(20));
    }
  }

  static Stream<Arguments> stacks() {
    return Stream.of(Protocol.values())
        .flatMap(p -> Stream.of(SocketPair.Kind.values()).map(k -> Arguments.of(p, k)));
  }

  private static Future<SecuredChannel> secured(
      SocketPair sockets,
      SecurityProtocol protocol,
      Channel channel,
      Role role,
      Optional<PeerId> peer,
      Inbox inbox) {
    Future<SecuredChannel> future = sockets.secure(protocol, channel, role, peer);
    future.addListener(done -> {
      if (done.isSuccess()) channel.pipeline().addLast(inbox);
    });
    return future;
  }

  private static SecuredChannel get(Future<SecuredChannel> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  private static SecurityHandshakeException failure(Future<SecuredChannel> future)
      throws InterruptedException {
    assertTrue(future.await(20, TimeUnit.SECONDS), "handshake neither succeeded nor failed");
    assertFalse(future.isSuccess(), "handshake succeeded");
    return (SecurityHandshakeException) future.cause();
  }

  private static void awaitClosed(Channel channel) throws InterruptedException {
    assertTrue(channel.closeFuture().await(20, TimeUnit.SECONDS), "channel still open: " + channel);
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void authenticatesBothSidesAndCarriesData(Protocol protocol, SocketPair.Kind kind)
      throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      Inbox dialerInbox = new Inbox();
      Inbox listenerInbox = new Inbox();
      var listening = secured(
          sockets,
          protocol.create(listenerKey),
          sockets.listener,
          Role.LISTENER,
          Optional.empty(),
          listenerInbox);
      var dialing = secured(
          sockets,
          protocol.create(dialerKey),
          sockets.dialer,
          Role.DIALER,
          Optional.of(listenerKey.peerId()),
          dialerInbox);
      SecuredChannel atDialer = get(dialing);
      byte[] data = new byte[300_000];
      new Random(7).nextBytes(data);
      sockets.dialer.writeAndFlush(sockets.dialer.alloc().buffer().writeBytes(data));
      SecuredChannel atListener = get(listening);

      assertEquals(listenerKey.peerId(), atDialer.remotePeer());
      assertEquals(dialerKey.peerId(), atListener.remotePeer());
      assertEquals(dialerKey.publicKey(), atListener.remoteKey());
      assertEquals(Optional.of("/yamux/1.0.0"), atDialer.muxer());
      assertEquals(Optional.of("/yamux/1.0.0"), atListener.muxer());
      assertArrayEquals(data, listenerInbox.await(data.length));

      for (int i = 0; i < 1000; i++) {
        ByteBuf piece = sockets.listener.alloc().buffer().writeBytes(data, i * 100, 100);
        sockets.listener.write(piece, sockets.listener.voidPromise());
      }
      sockets.listener.flush();
      assertArrayEquals(Bytes.copyOf(data, 0, 100_000).toArray(), dialerInbox.await(100_000));
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void refusesAnotherPeerThanExpectedAndClosesTheSocket(Protocol protocol, SocketPair.Kind kind)
      throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      PeerId expected = HostKey.generate(RANDOM).peerId();
      var listening = sockets.secure(
          protocol.create(listenerKey), sockets.listener, Role.LISTENER, Optional.empty());
      var dialing = sockets.secure(
          protocol.create(dialerKey), sockets.dialer, Role.DIALER, Optional.of(expected));
      SecurityHandshakeException atDialer = failure(dialing);
      assertEquals(Cause.WRONG_PEER, atDialer.failure());
      assertTrue(atDialer.getMessage().contains(expected.toString()), atDialer.getMessage());
      assertTrue(
          atDialer.getMessage().contains(listenerKey.peerId().toString()), atDialer.getMessage());
      SecurityHandshakeException atListener = failure(listening);
      assertTrue(
          atListener.failure() == Cause.REMOTE_CLOSED
              || atListener.failure() == Cause.IO
              || atListener.failure() == Cause.REFUSED_BY_REMOTE,
          atListener.getMessage());
      awaitClosed(sockets.dialer);
      awaitClosed(sockets.listener);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void aListenerMayExpectAPeerToo(Protocol protocol, SocketPair.Kind kind) throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      PeerId expected = HostKey.generate(RANDOM).peerId();
      var listening = sockets.secure(
          protocol.create(listenerKey), sockets.listener, Role.LISTENER, Optional.of(expected));
      sockets.secure(protocol.create(dialerKey), sockets.dialer, Role.DIALER, Optional.empty());
      assertEquals(Cause.WRONG_PEER, failure(listening).failure());
      awaitClosed(sockets.listener);
      awaitClosed(sockets.dialer);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void givesUpOnASilentPeerAtTheDeadline(Protocol protocol, SocketPair.Kind kind) throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      var future = sockets.secure(
          protocol.create(listenerKey, Duration.ofMillis(150)),
          sockets.listener,
          Role.LISTENER,
          Optional.empty());
      SecurityHandshakeException failure = failure(future);
      assertEquals(Cause.TIMEOUT, failure.failure());
      assertTrue(failure.getMessage().contains("150 ms"), failure.getMessage());
      sockets.dialer.config().setAutoRead(true);
      awaitClosed(sockets.listener);
      awaitClosed(sockets.dialer);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void noticesThatTheRemoteClosedDuringTheHandshake(Protocol protocol, SocketPair.Kind kind)
      throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      var future =
          sockets.secure(protocol.create(dialerKey), sockets.dialer, Role.DIALER, Optional.empty());
      sockets.listener.close();
      SecurityHandshakeException failure = failure(future);
      assertTrue( // a close with unread data arrives as a reset
          failure.failure() == Cause.REMOTE_CLOSED || failure.failure() == Cause.IO,
          failure.getMessage());
      awaitClosed(sockets.dialer);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void closesOnGarbage(Protocol protocol, SocketPair.Kind kind) throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      var future = sockets.secure(
          protocol.create(listenerKey), sockets.listener, Role.LISTENER, Optional.empty());
      byte[] garbage = new byte[5000];
      new Random(3).nextBytes(garbage);
      sockets.dialer.writeAndFlush(sockets.dialer.alloc().buffer().writeBytes(garbage));
      assertEquals(Cause.MALFORMED, failure(future).failure());
      sockets.dialer.config().setAutoRead(true);
      awaitClosed(sockets.listener);
      awaitClosed(sockets.dialer);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void closesWhenTwoDialersMeet(Protocol protocol, SocketPair.Kind kind) throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      var one =
          sockets.secure(protocol.create(dialerKey), sockets.dialer, Role.DIALER, Optional.empty());
      var other = sockets.secure(
          protocol.create(listenerKey), sockets.listener, Role.DIALER, Optional.empty());
      failure(one);
      failure(other);
      awaitClosed(sockets.dialer);
      awaitClosed(sockets.listener);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void muxersAreOptional(Protocol protocol, SocketPair.Kind kind) throws Exception {
    try (SocketPair sockets = new SocketPair(kind)) {
      var listening = sockets.secure(
          protocol.create(listenerKey),
          sockets.listener,
          Role.LISTENER,
          Optional.empty(),
          List.of());
      var dialing =
          sockets.secure(protocol.create(dialerKey), sockets.dialer, Role.DIALER, Optional.empty());
      assertEquals(Optional.empty(), get(dialing).muxer());
      assertEquals(Optional.empty(), get(listening).muxer());
    }
  }

  @Test
  void aTimeoutOutsideOfItsRangeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SecurityConfig(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> new SecurityConfig(Duration.ofHours(1)));
  }
}
