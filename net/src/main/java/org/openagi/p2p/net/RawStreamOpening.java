package org.openagi.p2p.net;

/**
 * Hears how the opening of a raw stream ended. Exactly one method is called, once: on the
 * connection's event loop, unless that has ended.
 */
public interface RawStreamOpening {
  /** Open. Set a listener before returning. */
  void onOpened(RawStream stream);

  /** Failed. */
  void onFailed(StreamException cause);
}
