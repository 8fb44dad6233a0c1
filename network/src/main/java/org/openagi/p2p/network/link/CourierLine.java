package org.openagi.p2p.network.link;

import java.util.function.Consumer;
import org.openagi.p2p.overlay.relay.Courier;

/** The way to a {@link Courier} that lives on a thread of its own. Safe for any thread. */
@FunctionalInterface
public interface CourierLine {
  /** Runs a task with the courier on its owner, soon; drops it if that has ended. */
  void execute(Consumer<Courier> task);
}
