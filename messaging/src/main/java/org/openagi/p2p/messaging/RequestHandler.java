package org.openagi.p2p.messaging;

import org.openagi.p2p.core.bytes.Bytes;

/** User code that answers requests. */
@FunctionalInterface
public interface RequestHandler {
  /**
   * Answers a request. Runs on a virtual thread, so it may block; then the messages behind it, of the same sender and
   * lane, wait. It may send requests itself, also to who asked: answers come another way.
   *
   * <p>What it throws is told to who asked, in a few words; the request is not handed over again, unless this process dies
   * before it was acknowledged: then it is marked as redelivered.
   *
   * @return the answer, at most {@link NetworkMessage#MAX_PAYLOAD_BYTES}
   */
  Bytes onRequest(NetworkMessage request) throws Exception;
}
