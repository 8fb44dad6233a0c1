package org.openagi.p2p.network;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.event.EventBus;
import org.openagi.p2p.network.event.NetworkEvent.Fault;
import org.openagi.p2p.network.event.NetworkEvent.FaultEvent;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.network.peers.RememberedPeers;
import org.openagi.p2p.network.pins.PinStore;

/**
 * Writes pins and remembered peers soon after they change, and at the end. A crash loses what
 * changed in the last second. Safe for any thread.
 */
final class StateFiles {
  private static final Duration SAVE_INTERVAL = Duration.ofSeconds(1);

  private final DataFolder folder;
  private final PinStore pins;
  private final RememberedPeers remembered;
  private final EventBus events;
  private final TimeSource time;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by lock. A disk that stays full is reported once. */
  private boolean failing;

  StateFiles(
      DataFolder folder,
      PinStore pins,
      RememberedPeers remembered,
      EventBus events,
      TimeSource time) {
    this.folder = folder;
    this.pins = pins;
    this.remembered = remembered;
    this.events = events;
    this.time = time;
  }

  void start(ScheduledExecutorService timer) {
    timer.scheduleWithFixedDelay(
        () -> VirtualThreads.EXECUTOR.execute(this::save),
        SAVE_INTERVAL.toMillis(),
        SAVE_INTERVAL.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** Returns at once if a slow disk has the last save still running. */
  private void save() {
    if (!lock.tryLock()) return;
    try {
      saveLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is left and gives the folder back. */
  void close() {
    lock.lock();
    try {
      saveLocked();
      folder.close();
    } catch (IOException e) {
      report(e);
    } finally {
      lock.unlock();
    }
  }

  private void saveLocked() {
    try {
      pins.save();
      remembered.save();
      failing = false;
    } catch (IOException e) {
      report(e);
    }
  }

  private void report(IOException failure) {
    if (failing) return;
    failing = true;
    events.publish(new FaultEvent(
        Instant.ofEpochMilli(time.epochMillis()),
        Fault.STORAGE_FAILED,
        Optional.empty(),
        folder.path() + ": " + failure,
        "pinned names and remembered peers are kept in memory and written when it works again"));
  }
}
