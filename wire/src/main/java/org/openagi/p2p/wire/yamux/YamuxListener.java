package org.openagi.p2p.wire.yamux;

import io.netty.buffer.ByteBuf;

/**
 * What a {@link YamuxSession} tells its owner, synchronously from the session's methods. Plain calls
 * instead of event objects, because data frames are the hot path. Calls may come back into the
 * session.
 */
public interface YamuxListener {
  /**
   * A frame without payload must be sent, in order with everything else written by the owner.
   *
   * @param type one of the {@code TYPE_} constants of {@link YamuxHeader}
   * @param streamId 32 bits of the unsigned id
   * @param length 32 bits of the unsigned field
   */
  void onControlFrame(int type, int flags, int streamId, int length);

  /** The peer opened a stream; its first data, if any, follows. */
  void onStreamOpened(YamuxStream stream);

  /**
   * Payload of a stream, maybe only a part of a frame.
   *
   * @param data a retained slice of what was received; ownership moves to the listener
   */
  void onData(YamuxStream stream, ByteBuf data);

  /** The peer gave credit: {@link YamuxStream#sendWindow()} grew. */
  void onCredit(YamuxStream stream);

  /** The peer ended its direction of the stream; all its data was given before. */
  void onRemoteFin(YamuxStream stream);

  /**
   * The session has forgotten the stream for a reason that did not come from its owner. Not called
   * for {@link YamuxStream#reset()} and not at the end of the session.
   */
  void onStreamClosed(YamuxStream stream, StreamEnd end);

  /** The peer ends the session; see {@link YamuxSession} for the codes. Called at most once. */
  void onGoAway(long code);

  /** Ways in which a stream ends. */
  enum StreamEnd {
    /** Both sides have sent FIN. */
    FINISHED,
    /** The peer sent RST. */
    RESET_BY_PEER,
    /** The peer answered the opening of our stream with RST. */
    REFUSED_BY_PEER,
    /** The session reset it, because the connection's unread data reached its limit. */
    UNREAD_LIMIT
  }
}
