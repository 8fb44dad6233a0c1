package org.openagi.p2p.network.link;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.pace.FairPace;
import org.openagi.p2p.messaging.pace.PaceLane;
import org.openagi.p2p.messaging.pace.PacePeer;

/**
 * The limits of what this node sends, and whose turn it is: a {@link FairPace} with a lock, a clock and a
 * timer. Safe for any thread. Without a limit it costs a look at two flags for each chunk.
 */
final class OutboundPace {
  /** What multiplexer and encryption add to a write: a Yamux header … */
  private static final int FRAME_BYTES = 12;

  /** … and header, type and tag of a TLS record, each for so much. */
  private static final int RECORD_BYTES = 22;

  private static final int BYTES_PER_RECORD = 16 << 10;

  private final TimeSource time;
  private final EventExecutor timers;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean limited;

  // Guarded by the lock.
  private final FairPace pace;
  private final DeadlineTimer timer;

  /** The part of one peer. */
  final class Peer {
    private final PacePeer inner;
    private volatile boolean limitedItself;

    private Peer(PacePeer inner, long bytesPerSecond) {
      this.inner = inner;
      this.limitedItself = bytesPerSecond > 0;
    }

    boolean isLimited() {
      return limitedItself || limited;
    }

    /** Sets its own limit, 0 for none. */
    void setLimit(long bytesPerSecond) {
      change(() -> {
        pace.setLimit(inner, bytesPerSecond, time.nanoTime());
        limitedItself = bytesPerSecond > 0;
      });
    }

    PaceLane addLane(Lane lane, Runnable onTurn) {
      return pace.addLane(inner, lane, onTurn);
    }
  }

  /**
   * Without peers.
   *
   * @param bytesPerSecond of all peers together, 0 for no limit
   * @param timers runs the timer
   */
  OutboundPace(long bytesPerSecond, TimeSource time, EventExecutor timers) {
    this.time = time;
    this.timers = timers;
    this.timer = new DeadlineTimer(time, this::change, () -> {});
    this.pace = new FairPace(bytesPerSecond, time.nanoTime());
    this.limited = bytesPerSecond > 0;
  }

  /** Adds a peer with a limit of its own, 0 for none. */
  Peer addPeer(long bytesPerSecond) {
    lock.lock();
    try {
      return new Peer(pace.addPeer(bytesPerSecond, time.nanoTime()), bytesPerSecond);
    } finally {
      lock.unlock();
    }
  }

  /** Sets the limit of all peers together, 0 for none. */
  void setLimit(long bytesPerSecond) {
    change(() -> {
      pace.setLimit(bytesPerSecond, time.nanoTime());
      limited = bytesPerSecond > 0;
    });
  }

  /**
   * Asks for bytes to send.
   *
   * @param least a rest of the last grant smaller than this is given back for a new one
   * @return how many may be sent now; 0 if the lane has to wait for its turn
   */
  long request(PaceLane lane, int least) {
    long granted;
    List<PaceLane> turns = List.of();
    lock.lock();
    try {
      long now = time.nanoTime();
      granted = pace.request(lane, now);
      if (granted < least) {
        pace.release(lane, now);
        granted = pace.request(lane, now);
      }
      if (granted == 0) turns = turns(now);
    } finally {
      lock.unlock();
    }
    run(turns);
    return granted;
  }

  /** Tells what was written; what the layers below add is estimated. Returns what is left of the grant. */
  long spend(PaceLane lane, int bytes) {
    long onTheWire = bytes + FRAME_BYTES + RECORD_BYTES * (1L + bytes / BYTES_PER_RECORD);
    lock.lock();
    try {
      return pace.spend(lane, onTheWire, time.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** The lane has nothing to send now. */
  void release(PaceLane lane) {
    change(() -> pace.release(lane, time.nanoTime()));
  }

  private void change(Runnable what) {
    List<PaceLane> turns;
    lock.lock();
    try {
      what.run();
      turns = turns(time.nanoTime());
    } finally {
      lock.unlock();
    }
    run(turns);
  }

  /** Collects those whose turn it is, sets the timer for the others. Under the lock. */
  private List<PaceLane> turns(long now) {
    List<PaceLane> turns = List.of();
    PaceLane lane;
    while ((lane = pace.poll(now)) != null) {
      if (turns.isEmpty()) turns = new ArrayList<>(2);
      turns.add(lane);
    }
    if (!timers.isShuttingDown()) timer.set(timers, pace.nextNanos());
    return turns;
  }

  private void run(List<PaceLane> turns) {
    for (PaceLane lane : turns) {
      try {
        lane.onTurn().run();
      } catch (RejectedExecutionException loopEnded) {
        release(lane); // the host stopped: its turn goes to another
      }
    }
  }
}
