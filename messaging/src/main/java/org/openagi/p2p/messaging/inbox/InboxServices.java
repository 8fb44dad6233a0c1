package org.openagi.p2p.messaging.inbox;

import java.util.function.Function;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.codec.ChunkDecompressor;
import org.openagi.p2p.messaging.router.HandlerTable;

/**
 * What all lanes and streams of an inbox share. Its parts are safe for any thread.
 *
 * @param config limits and policies
 * @param self this node
 * @param selfName what this node is called in messages
 * @param names what other nodes are called; asked once a chunk, so it must be quick
 * @param handlers who takes messages
 * @param store remembers what was handled
 * @param scheduler runs handlers
 * @param decompressor for chunks
 * @param time clock
 * @param counters what happened
 * @param failures told when a handler throws
 */
public record InboxServices(
    ReceiveConfig config,
    PeerId self,
    String selfName,
    Function<PeerId, String> names,
    HandlerTable handlers,
    MessageStore store,
    DrainScheduler scheduler,
    ChunkDecompressor decompressor,
    TimeSource time,
    InboxCounters counters,
    FailureListener failures) {
  /** Told of handlers that throw, on the thread that ran them. */
  @FunctionalInterface
  public interface FailureListener {
    /** A handler threw; {@link NetworkMessage#attempt} says at which attempt. */
    void onHandlerFailure(PeerId sender, NetworkMessage message, Throwable cause);

    /** Handlers that promised to be quick held up an event loop for so long; on that loop. */
    default void onSlowHandler(PeerId sender, Lane lane, long nanos) {}
  }
}
