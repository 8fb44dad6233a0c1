package org.openagi.p2p.net.security;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.net.security.SecurityHandshakeException.Cause;

/**
 * The one place where a handshake ends: by success, by failure, or by its deadline, whichever comes
 * first. A failure always closes the channel.
 *
 * <p>Confined to the channel's event loop.
 */
final class HandshakeOutcome {
  private final Channel channel;
  private final String protocolId;
  private final Duration timeout;
  private final Promise<SecuredChannel> promise;
  private final ScheduledFuture<?> deadline;
  private boolean
      over; // set first, since closing the channel calls back before the promise is done

  /** Starts the clock. */
  HandshakeOutcome(
      Channel channel, String protocolId, Duration timeout, Promise<SecuredChannel> promise) {
    this.channel = channel;
    this.protocolId = protocolId;
    this.timeout = timeout;
    this.promise = promise;
    deadline =
        channel.eventLoop().schedule(this::onDeadline, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void onDeadline() {
    fail(Cause.TIMEOUT, "not finished within " + timeout.toMillis() + " ms", null);
  }

  boolean isDone() {
    return over;
  }

  /** Completes the handshake, unless it is over already. */
  void succeed(SecuredChannel secured) {
    if (over) return;
    over = true;
    deadline.cancel(false);
    promise.trySuccess(secured);
  }

  /** Fails the handshake and closes the channel, unless it is over already. */
  void fail(Cause failure, String what, @Nullable Throwable cause) {
    if (over) return;
    over = true;
    deadline.cancel(false);
    channel.close();
    promise.tryFailure(new SecurityHandshakeException(
        failure,
        protocolId
            + " handshake with "
            + channel.remoteAddress()
            + " failed ("
            + failure
            + "): "
            + what,
        cause));
  }

  /** Fails because the other side went away. */
  void failRemoteClosed() {
    fail(Cause.REMOTE_CLOSED, "the remote closed the connection during the handshake", null);
  }
}
