package org.openagi.p2p.messaging.inbox;

import java.util.List;
import org.openagi.p2p.messaging.codec.Refusal;

/**
 * What a store remembers of one sender's lane and epoch: how far it was handled, what was refused, and which
 * numbers a process that died may have handed over. Safe for any thread; numbers only grow.
 *
 * <p>All ends are one more than the last number they speak of. The order counts: a refusal is recorded before
 * the end that covers its number, and a store never keeps the later one of two without the earlier.
 */
public interface InboxLog {
  /** Numbers handed out by one lease at first. */
  int LEASE_NUMBERS = 1024;

  /** No limit. */
  long ALL = Long.MAX_VALUE;

  /** Numbers below were handled, refused or given up, as far as the store knows. */
  long handledEnd();

  /** Numbers below were acknowledged, or may be. */
  long acknowledgedEnd();

  /** Numbers below this one and from {@link #handledEnd} on may have been handed to a handler by an earlier process. */
  long redeliveredEnd();

  /** Refusals that were recorded, in ascending order. */
  List<Refusal> refusals();

  /** Numbers below may be handed to handlers; {@link #ALL} if no process comes after this one. */
  long leasedEnd();

  /** Asks for a lease up to a number; who waits is woken when it is durable. */
  void lease(long end);

  /** Numbers below are done with. Quick enough to be called for each message. */
  void onHandled(long end);

  /** A number was refused. */
  void onRefused(Refusal refusal);

  /** Numbers below were handled and their signatures checked: asks that they may be acknowledged. */
  void settle(long end);

  /** How far numbers may be acknowledged: what was asked for and is durable; {@link #ALL} if nothing needs to be. */
  long acknowledgeableEnd();

  /**
   * Sets who is told, on any thread, that {@link #leasedEnd} or {@link #acknowledgeableEnd} grew, in place of who was
   * told before.
   */
  void setWakeUp(Runnable wakeUp);
}
