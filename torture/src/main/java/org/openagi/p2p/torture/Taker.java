package org.openagi.p2p.torture;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.torture.Planned.Trouble;

/** Handles messages: compares each with the plan and enters it in the ledger before it returns. */
final class Taker implements MessageHandler {
  private static final int SLOW_MILLIS = 20;

  private final Plan plan;
  private final NodeSettings settings;
  private final Ledger ledger;
  private final LongAdder handled;

  /** Messages that {@link Plant#SWAP} holds back, by sender and lane. */
  private final Map<String, Runnable> heldBack = new ConcurrentHashMap<>();

  Taker(Plan plan, NodeSettings settings, Ledger ledger, LongAdder handled) {
    this.plan = plan;
    this.settings = settings;
    this.ledger = ledger;
    this.handled = handled;
  }

  @Override
  public void onMessage(NetworkMessage message) throws InterruptedException {
    Optional<Planned> found = plan.recognise(message);
    String wrong = found.map(planned -> wrong(planned, message)).orElse("is nobody's");
    if (found.isEmpty() || !wrong.isEmpty()) {
      ledger.add("wrong", System.currentTimeMillis(), message.messageId(), wrong);
      return;
    }
    Planned planned = found.get();
    if (planned.trouble() == Trouble.THROWS_ONCE && message.attempt() == 1) {
      throw new IllegalStateException("planned failure");
    }
    if (planned.trouble() == Trouble.IS_SLOW) Thread.sleep(SLOW_MILLIS);
    if (settings.plant().spoils(Plant.FORGET, planned)) return;
    String lane = planned.from() + " " + planned.type().lane();
    if (settings.plant().spoils(Plant.SWAP, planned)) {
      heldBack.put(lane, () -> enter(planned, message));
      return;
    }
    enter(planned, message);
    if (settings.plant().spoils(Plant.TWICE, planned)) enter(planned, message);
    Runnable before = heldBack.remove(lane);
    if (before != null) before.run();
  }

  private void enter(Planned planned, NetworkMessage message) {
    ledger.add(
        "handle",
        planned.from(),
        planned.number(),
        System.currentTimeMillis(),
        message.isRedelivered() ? "again" : "new",
        message.attempt(),
        message.messageType().lane());
    handled.increment();
  }

  /** Empty if the message is exactly what was planned. */
  private String wrong(Planned planned, NetworkMessage message) {
    if (planned.to() != settings.node()) return "was meant for " + planned.to();
    if (message.messageType() != planned.type()) return "has type " + message.messageType();
    String sender = message.senderId();
    if (!sender.equals("t" + planned.from()) && !sender.equals(settings.peerOf(planned.from()))) {
      return "came from " + sender;
    }
    if (!plan.payload(planned).equals(message.payload())) return "has another payload";
    return "";
  }
}
