package org.openagi.p2p.messaging.inbox;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageStore;

/** What is remembered of one sender: its lanes by epoch, the ids its user gave, its rate. Safe for any thread. */
final class SenderInbox {
  /** Epochs remembered per lane. */
  static final int MAX_EPOCHS = 4;

  /** User's ids remembered. */
  static final int MAX_IDS = MessageStore.MAX_IDS_PER_SENDER;

  private final InboxServices services;
  private final PeerId sender;
  private final Admission admission;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Lane, Map<Long, InboxLane>> lanes = new EnumMap<>(Lane.class);
  private final LinkedHashSet<String> handledIds;

  SenderInbox(InboxServices services, PeerId sender) {
    this.services = services;
    this.sender = sender;
    this.handledIds = new LinkedHashSet<>(services.store().handledIds(sender));
    this.admission = new Admission(services.config(), services.time().nanoTime());
  }

  PeerId sender() {
    return sender;
  }

  Admission admission() {
    return admission;
  }

  /** The lane of an epoch with one more stream; null if there are too many epochs or streams in use. */
  @Nullable
  InboxLane open(Lane lane, long epoch, ReceiveStream stream) {
    lock.lock();
    try {
      InboxLane found = laneOf(lane, epoch);
      return found != null && found.addStream(stream) ? found : null;
    } finally {
      lock.unlock();
    }
  }

  /** The lane of an epoch; null if there are too many epochs in use. */
  @Nullable
  InboxLane lane(Lane lane, long epoch) {
    lock.lock();
    try {
      return laneOf(lane, epoch);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable InboxLane laneOf(Lane lane, long epoch) {
    Map<Long, InboxLane> epochs =
        lanes.computeIfAbsent(lane, l -> new LinkedHashMap<>(4, 0.75f, true));
    InboxLane found = epochs.get(epoch);
    if (found != null) return found;
    if (epochs.size() >= MAX_EPOCHS && !forgetOne(epochs)) return null;
    InboxLane made = new InboxLane(services, sender, this, lane, epoch);
    epochs.put(epoch, made);
    return made;
  }

  private static boolean forgetOne(Map<Long, InboxLane> epochs) {
    for (Iterator<InboxLane> oldest = epochs.values().iterator(); oldest.hasNext(); ) {
      if (!oldest.next().hasStreams()) {
        oldest.remove();
        return true;
      }
    }
    return false;
  }

  boolean hasStreams() {
    lock.lock();
    try {
      for (var epochs : lanes.values()) {
        for (InboxLane lane : epochs.values()) if (lane.hasStreams()) return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  boolean wasHandled(String id) {
    lock.lock();
    try {
      return handledIds.contains(id);
    } finally {
      lock.unlock();
    }
  }

  void markHandled(String id) {
    lock.lock();
    try {
      if (handledIds.size() >= MAX_IDS && !handledIds.contains(id)) handledIds.removeFirst();
      handledIds.add(id);
    } finally {
      lock.unlock();
    }
    services.store().markHandled(sender, id);
  }
}
