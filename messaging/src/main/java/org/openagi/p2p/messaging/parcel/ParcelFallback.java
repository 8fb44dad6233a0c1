package org.openagi.p2p.messaging.parcel;

import org.openagi.p2p.core.time.TimeSource;

/**
 * Decides when messages to a peer go through others. Confined to the owner of its sender.
 *
 * <p>A connection is tried first: parcels begin when it could not be made, or was not there for {@link #PATIENCE_NANOS}. It is
 * tried again and again all the same, and serves from the moment it is there.
 */
public final class ParcelFallback {
  /** How long a connection that is gone, or being made, is waited for. */
  public static final long PATIENCE_NANOS = 500_000_000L;

  private final ParcelSender sender;
  private final TimeSource time;
  private long aloneSinceNanos;
  private boolean alone;

  /** A connection is there, or nothing waits for one. */
  public ParcelFallback(ParcelSender sender, TimeSource time) {
    this.sender = sender;
    this.time = time;
  }

  /** A connection serves. */
  public void onConnected() {
    alone = false;
    if (sender.isActive()) sender.stop();
  }

  /**
   * There is no connection, and messages wait.
   *
   * @param failed whether the last try to make one failed
   */
  public void onAlone(boolean failed) {
    long now = time.nanoTime();
    if (!alone) aloneSinceNanos = now;
    alone = true;
    if (sender.isActive()) sender.pump();
    else if (failed || now - aloneSinceNanos >= PATIENCE_NANOS) sender.start();
  }

  /** Nothing waits: a connection is not waited for either. */
  public void onIdle() {
    if (!sender.isActive()) alone = false;
  }

  /** When the sender has something to do, or {@link #onAlone} is to be called again if it still holds. */
  public long nextDeadlineNanos() {
    if (sender.isActive()) return sender.nextDeadlineNanos();
    return alone ? aloneSinceNanos + PATIENCE_NANOS : ParcelSender.NEVER;
  }
}
