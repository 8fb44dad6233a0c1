package org.openagi.p2p.network.transfer;

import java.io.IOException;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.Done;

/**
 * Where the content of one incoming transfer goes, over all its streams. Used by one thread at a time.
 * Every failure is one of storing, not of the stream.
 */
interface ReceivingStore {
  /**
   * Gets ready, at first and after each {@link #suspend}.
   *
   * @return digest of the content that is there and was checked
   */
  ContentDigest open() throws IOException;

  /** What an earlier attempt left complete under its final name, so that {@link #open} is not needed. */
  default java.util.Optional<Done> alreadyComplete() throws IOException {
    return java.util.Optional.empty();
  }

  /** Adds the next piece. */
  void write(byte[] content, int offset, int length) throws IOException;

  /** Drops all there is; the content begins anew. */
  void restart() throws IOException;

  /**
   * Makes durable what was written.
   *
   * @param digest of all of it
   */
  void checkpoint(ContentDigest digest) throws IOException;

  /** All of it was written: makes it durable, under its final name. */
  void complete(Done done) throws IOException;

  /** Forgets how it came about, once others remember that it is complete. */
  default void forget() throws IOException {}

  /**
   * The stream was lost; there may be another one.
   *
   * @param digest of what was written
   */
  void suspend(ContentDigest digest) throws IOException;

  /** No other stream will follow in this process; what is there may serve a later one. */
  void close();

  /** What is there is of no use to anybody. */
  void discard();
}
