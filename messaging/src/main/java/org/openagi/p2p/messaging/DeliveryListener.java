package org.openagi.p2p.messaging;

/**
 * Told of the end of deliveries. One listener may serve any number of messages, which makes it the
 * cheapest way to follow many.
 */
@FunctionalInterface
public interface DeliveryListener {
  /**
   * A delivery ended. Called once per delivery, on a virtual thread, one after the other and in the
   * order of submission for the messages of one recipient and lane. What it throws is logged and
   * ignored.
   */
  void onSettled(Delivery delivery, Outcome outcome);
}
