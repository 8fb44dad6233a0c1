package org.openagi.p2p.messaging.journal;

/** Hears what happens to a journal. Called on the disk's thread; must not block. */
public interface JournalListener {
  /** The disk failed: nothing is accepted until the process starts anew. Called once. */
  default void onFailed(String reason) {}

  /** The end of the last segment was torn by a crash and cut off. None of it had been accepted. */
  default void onTailCut(String file, long offset, long bytes) {}

  /** Old entries that still wait were copied, so that their segment could go. */
  default void onCompacted(String file, int entries, long bytes) {}
}
