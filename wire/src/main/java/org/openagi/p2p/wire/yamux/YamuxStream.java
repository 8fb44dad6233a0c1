package org.openagi.p2p.wire.yamux;

import static org.openagi.p2p.wire.yamux.YamuxConfig.INITIAL_WINDOW_BYTES;

import org.jspecify.annotations.Nullable;

/**
 * One stream of a {@link YamuxSession}: its windows and which directions are still open.
 *
 * <p>Invariant while the stream is open and no frame of it is half received: {@code receiveWindow +
 * unread + uncredited == windowBytes}, none of them negative. Confined to the session's thread.
 */
public final class YamuxStream {
  private static final int SYN_PENDING = 1;
  private static final int ACK_PENDING = 2;
  private static final int UNACKED = 4;
  private static final int LOCAL_FIN = 8;
  private static final int REMOTE_FIN = 16;
  private static final int CLOSED = 32;

  private final YamuxSession session;
  private final int id;
  private final boolean local;
  private int state;

  /** Bytes this side may still send. */
  private long sendWindow = INITIAL_WINDOW_BYTES;

  /** Bytes the peer may still send. */
  private int receiveWindow = INITIAL_WINDOW_BYTES;

  /** What the receive window is refilled to. */
  private int windowBytes = INITIAL_WINDOW_BYTES;

  /** Delivered to the application and not consumed. */
  private int unread;

  /** Consumed and not given back to the peer as credit. */
  private int uncredited;

  private long creditedNanos;
  private @Nullable Object attachment;

  YamuxStream(YamuxSession session, int id, boolean local, long nowNanos) {
    this.session = session;
    this.id = id;
    this.local = local;
    this.creditedNanos = nowNanos;
    this.state = local ? SYN_PENDING | UNACKED : ACK_PENDING;
  }

  // ---- sending -------------------------------------------------------------------------------

  /**
   * Takes credit for data that is about to be sent.
   *
   * @param wantedBytes at least 0
   * @return how many of them may be sent now
   */
  public int reserve(int wantedBytes) {
    int granted = (int) Math.min(wantedBytes, sendWindow);
    sendWindow -= granted;
    return granted;
  }

  /**
   * The flags that the next frame of this stream must carry: SYN on the first frame of a stream we
   * opened, ACK on the first of one we accepted. The caller promises to send that frame.
   */
  public int takeFlags() {
    int flags = (state & SYN_PENDING) != 0 ? YamuxHeader.SYN : 0;
    if ((state & ACK_PENDING) != 0) flags |= YamuxHeader.ACK;
    state &= ~(SYN_PENDING | ACK_PENDING);
    return flags;
  }

  /** Whether SYN or ACK has not been sent yet. */
  public boolean isUnannounced() {
    return (state & (SYN_PENDING | ACK_PENDING)) != 0;
  }

  /** Sends SYN or ACK in a frame of its own if it has not been sent yet. */
  public void announce() {
    if (isUnannounced() && !isClosed()) {
      session.control(YamuxHeader.TYPE_WINDOW_UPDATE, takeFlags(), id, 0);
    }
  }

  /**
   * Ends our direction with FIN; everything to be sent must have been sent. FIN never shares a frame
   * with data or SYN, because some implementations handle the flags before the payload and would
   * lose it. Repeatable. May end the stream.
   */
  public void finish() {
    if ((state & (LOCAL_FIN | CLOSED)) != 0) return;
    announce();
    state |= LOCAL_FIN;
    session.control(YamuxHeader.TYPE_WINDOW_UPDATE, YamuxHeader.FIN, id, 0);
    if ((state & REMOTE_FIN) != 0) session.onFinished(this);
  }

  /** Aborts the stream: tells the peer, unless it never heard of it, and forgets it. Repeatable. */
  public void reset() {
    if (!isClosed()) session.resetByUs(this);
  }

  // ---- receiving -----------------------------------------------------------------------------

  /**
   * The application is done with delivered bytes. When that makes half of the window, the peer gets
   * credit, and a larger window if the measured round trip says so.
   *
   * @throws IllegalArgumentException if more is consumed than was delivered
   */
  public void consumed(int bytes, long nowNanos) {
    if (isClosed()) return;
    if (bytes < 0 || bytes > unread) {
      throw new IllegalArgumentException(
          "consumed " + bytes + " bytes of stream " + id() + ", which has " + unread + " unread");
    }
    unread -= bytes;
    uncredited += bytes;
    session.onConsumed(bytes);
    if (uncredited >= windowBytes / 2 && (state & REMOTE_FIN) == 0) {
      session.giveCredit(this, nowNanos);
    }
  }

  // ---- queries -------------------------------------------------------------------------------

  /** Unsigned 32-bit stream id. */
  public long id() {
    return Integer.toUnsignedLong(id);
  }

  /** Whether this side opened the stream. */
  public boolean isLocal() {
    return local;
  }

  /** Bytes that may be sent now, {@code 0 .. 2^32-1}. */
  public long sendWindow() {
    return sendWindow;
  }

  /** Bytes the peer may send now. */
  public int receiveWindow() {
    return receiveWindow;
  }

  /** Size to which the receive window is refilled. */
  public int windowBytes() {
    return windowBytes;
  }

  /** Bytes delivered and not consumed. */
  public int unreadBytes() {
    return unread;
  }

  /** Bytes consumed for which the peer has no credit yet. */
  public int uncreditedBytes() {
    return uncredited;
  }

  /** Whether the session has forgotten this stream. */
  public boolean isClosed() {
    return (state & CLOSED) != 0;
  }

  /** Whether FIN was sent. */
  public boolean isLocalFinished() {
    return (state & LOCAL_FIN) != 0;
  }

  /** Whether FIN was received. */
  public boolean isRemoteFinished() {
    return (state & REMOTE_FIN) != 0;
  }

  /** What {@link #attach} stored. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Stores the owner's own object for this stream. */
  public void attach(Object owner) {
    attachment = owner;
  }

  @Override
  public String toString() {
    return "stream " + id() + (local ? " (ours)" : " (theirs)");
  }

  // ---- for the session -----------------------------------------------------------------------

  int rawId() {
    return id;
  }

  boolean isSynPending() {
    return (state & SYN_PENDING) != 0;
  }

  boolean isUnacked() {
    return (state & UNACKED) != 0;
  }

  void markAcked() {
    state &= ~UNACKED;
  }

  void markRemoteFin() {
    state |= REMOTE_FIN;
  }

  void markClosed() {
    state |= CLOSED;
  }

  /** Accounts for a data frame of {@code bytes} whose payload follows. */
  void onAnnounced(int bytes) {
    receiveWindow -= bytes;
  }

  void onDelivered(int bytes) {
    unread += bytes;
  }

  void addSendWindow(long credit) {
    sendWindow += credit;
  }

  long creditedNanos() {
    return creditedNanos;
  }

  /** Turns consumed bytes and growth into credit; returns the credit. */
  int takeCredit(int growthBytes, long nowNanos) {
    int credit = uncredited + growthBytes;
    windowBytes += growthBytes;
    receiveWindow += credit;
    uncredited = 0;
    creditedNanos = nowNanos;
    return credit;
  }
}
