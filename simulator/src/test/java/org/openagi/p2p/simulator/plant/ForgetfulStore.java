package org.openagi.p2p.simulator.plant;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.Outcome;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.StoreStats;
import org.openagi.p2p.messaging.StoredMessage;
import org.openagi.p2p.messaging.inbox.InboxLog;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxLog;

/** A store that finds only the last few ids of handled messages again. */
public final class ForgetfulStore implements MessageStore {
  private final MessageStore store;
  private final int window;

  /** A store that finds so many ids of each sender again. */
  public ForgetfulStore(MessageStore store, int window) {
    this.store = store;
    this.window = window;
  }

  @Override
  public List<String> handledIds(PeerId sender) {
    List<String> all = store.handledIds(sender);
    return all.subList(Math.max(0, all.size() - window), all.size());
  }

  @Override
  public boolean isDurable() {
    return store.isDurable();
  }

  @Override
  public OutboxLog<OutboxEntry> outbox(PeerId recipient, Lane lane) {
    return store.outbox(recipient, lane);
  }

  @Override
  public Outcome.Refused reserve(NetworkMessage message) {
    return store.reserve(message);
  }

  @Override
  public Outcome.Refused failure() {
    return store.failure();
  }

  @Override
  public List<PeerId> recipientsWaiting() {
    return store.recipientsWaiting();
  }

  @Override
  public InboxLog inbox(PeerId sender, Lane lane, long epoch) {
    return store.inbox(sender, lane, epoch);
  }

  @Override
  public void markHandled(PeerId sender, String messageId) {
    store.markHandled(sender, messageId);
  }

  @Override
  public Optional<StoredMessage> find(String messageId) {
    return store.find(messageId);
  }

  @Override
  public void forEachWaiting(Consumer<StoredMessage> action) {
    store.forEachWaiting(action);
  }

  @Override
  public List<StoredMessage> deadLetters() {
    return store.deadLetters();
  }

  @Override
  public void onDeadLetterDropped(Consumer<StoredMessage> listener) {
    store.onDeadLetterDropped(listener);
  }

  @Override
  public StoreStats stats() {
    return store.stats();
  }

  @Override
  public Optional<StoreReport> verify() throws java.io.IOException {
    return store.verify();
  }

  @Override
  public boolean dropDeadLetter(String messageId) {
    return store.dropDeadLetter(messageId);
  }

  @Override
  public void close() {
    store.close();
  }
}
