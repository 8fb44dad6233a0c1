package org.openagi.p2p.messaging.outbox;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.StoredMessage;

/** The part of a store that is the same however it keeps messages: to find those that were sent. Safe for any thread. */
public abstract class SentMessageStore implements MessageStore {
  private final SentMessages sent;

  protected SentMessageStore(DeadLetterLimits deadLetters) {
    sent = new SentMessages(deadLetters);
  }

  /** What was sent; the store tells it of each lane, entry and end. */
  protected final SentMessages sent() {
    return sent;
  }

  @Override
  public final List<PeerId> recipientsWaiting() {
    return sent.recipientsWaiting();
  }

  @Override
  public final Optional<StoredMessage> find(String messageId) {
    return sent.find(messageId);
  }

  @Override
  public final void forEachWaiting(Consumer<StoredMessage> action) {
    sent.forEachWaiting(action);
  }

  @Override
  public final List<StoredMessage> deadLetters() {
    return sent.deadLetters();
  }

  @Override
  public final void onDeadLetterDropped(Consumer<StoredMessage> listener) {
    sent.onDeadLetterDropped(listener);
  }
}
