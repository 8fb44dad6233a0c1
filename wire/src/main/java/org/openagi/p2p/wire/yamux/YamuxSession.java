package org.openagi.p2p.wire.yamux;

import static org.openagi.p2p.wire.yamux.YamuxConfig.INITIAL_WINDOW_BYTES;
import static org.openagi.p2p.wire.yamux.YamuxHeader.ACK;
import static org.openagi.p2p.wire.yamux.YamuxHeader.FIN;
import static org.openagi.p2p.wire.yamux.YamuxHeader.RST;
import static org.openagi.p2p.wire.yamux.YamuxHeader.SYN;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.limits.TokenBucket;
import org.openagi.p2p.wire.yamux.YamuxListener.StreamEnd;

/**
 * One side of a Yamux session: parses what arrives, keeps the states and windows of all streams, and
 * enforces every bound on the peer.
 *
 * <p>Pure state machine: no thread, clock or I/O of its own. {@code nowNanos} is monotonic. The
 * owner feeds received bytes to {@link #receive}, sends what {@link YamuxListener#onControlFrame}
 * asks for, frames and sends payload itself ({@link YamuxStream#reserve}, {@link
 * YamuxStream#takeFlags}), and calls {@link #onDeadline} at {@link #nextDeadlineNanos}.
 *
 * <p>Payload is passed on as it arrives, also in the middle of a frame, so nothing is cumulated. All
 * flags of a frame are handled, in the order SYN, ACK, payload or credit, FIN; RST wins over payload
 * and FIN. The first violation ends the session. An idle session owns no map or buffer.
 *
 * <p>Go-away codes: 0 normal termination, 1 protocol error, 2 internal error.
 *
 * @see "libp2p specifications, yamux/README.md"
 */
public final class YamuxSession {
  /** No deadline. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Pings the peer may send at once, and per second. A good peer sends one in some seconds. */
  static final int PING_BURST = 128;

  static final double PINGS_PER_SECOND = 32;

  /**
   * Frames without effect the peer may send at once, and per second. Good peers send some: credit
   * and resets for streams that just ended here.
   */
  static final int IDLE_FRAME_BURST = 8192;

  static final double IDLE_FRAMES_PER_SECOND = 2048;

  /** Refused streams at once, and per second, before the peer counts as flooding. */
  static final int REFUSAL_BURST = 1024;

  static final double REFUSALS_PER_SECOND = 64;

  /** Age at which a round trip sample is renewed while data flows. */
  static final long RTT_MAX_AGE_NANOS = 1_000_000_000L;

  /** A deadline seen later than this tells that this side was stopped, and proves nothing. */
  static final long STALL_NANOS = 1_000_000_000L;

  private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;

  /** A map that held more streams than this is given up when it becomes empty. */
  private static final int KEEP_MAP_STREAMS = 32;

  private final boolean dialer;
  private final YamuxConfig config;
  private final YamuxCounters counters;
  private final YamuxListener listener;

  private @Nullable IntObjectHashMap<YamuxStream> streams;
  private int mostStreams;
  private @Nullable YamuxStream lastStream;
  private @Nullable SeenIds inboundIds;
  private long nextId;
  private int inbound;
  private int outbound;
  private int unacked;

  // The frame being received.
  private int headerBytes;
  private long headerHigh;
  private int headerLow;
  private int payloadLeft;
  private boolean finAfterPayload;
  private @Nullable YamuxStream payloadStream;

  // Sums over all streams.
  private long unreadBytes;
  private long growthBytes;

  /** Payload that may still arrive for streams that this side reset. */
  private long lateBytes;

  private @Nullable TokenBucket opens;
  private @Nullable TokenBucket refusals;
  private @Nullable TokenBucket pings;
  private @Nullable TokenBucket idleFrames;

  private @Nullable RoundTrip roundTrip;
  private long nowNanos;
  private long receivedNanos;
  private boolean keepAliveAsked;
  private long keepAliveNanos;

  private boolean ended;
  private boolean remoteGoAway;
  private @Nullable YamuxViolation violation;

  /**
   * Creates a session in which nothing has been sent or received.
   *
   * @param dialer whether this side dialed the connection and so opens odd stream ids
   */
  public YamuxSession(
      boolean dialer,
      YamuxConfig config,
      YamuxCounters counters,
      YamuxListener listener,
      long nowNanos) {
    this.dialer = dialer;
    this.config = config;
    this.counters = counters;
    this.listener = listener;
    this.nextId = dialer ? 1 : 2;
    this.nowNanos = nowNanos;
    this.receivedNanos = nowNanos;
  }

  // ---- commands ------------------------------------------------------------------------------

  /** Why no stream can be opened now, or null if {@link #open} will work. */
  public @Nullable String whyNoOpen() {
    if (ended) return "the session has ended";
    if (remoteGoAway) return "the peer is going away";
    if (outbound >= config.maxOutboundStreams()) {
      return outbound + " outbound streams are open, limit " + config.maxOutboundStreams();
    }
    if (unacked >= config.maxUnackedStreams()) {
      return unacked
          + " streams are not acknowledged by the peer, limit "
          + config.maxUnackedStreams();
    }
    return nextId > MAX_UNSIGNED_INT ? "all stream ids of this connection are used" : null;
  }

  /**
   * Opens a stream. Nothing is sent: SYN goes with its first frame.
   *
   * @throws IllegalStateException if {@link #whyNoOpen} gives a reason
   */
  public YamuxStream open(long nowNanos) {
    String why = whyNoOpen();
    if (why != null) throw new IllegalStateException(why);
    YamuxStream stream = new YamuxStream(this, (int) nextId, true, nowNanos);
    nextId += 2;
    outbound++;
    unacked++;
    put(stream);
    return stream;
  }

  /** Sends a ping now; the round trip time is known when its answer arrives. */
  public void ping(long nowNanos) {
    if (ended) return;
    if (roundTrip == null) roundTrip = new RoundTrip();
    control(YamuxHeader.TYPE_PING, SYN, 0, roundTrip.start(nowNanos));
  }

  /** Sends the frame that tells the peer why this side ends the session. */
  public void goAway(int code) {
    control(YamuxHeader.TYPE_GO_AWAY, 0, 0, code);
  }

  /**
   * Ends the session: whatever arrives from now on is ignored.
   *
   * @return the streams that were not finished, in no particular order; none is told by the session
   */
  public List<YamuxStream> end() {
    ended = true;
    List<YamuxStream> open = streams == null ? List.of() : new ArrayList<>(streams.values());
    for (YamuxStream stream : open) remove(stream);
    payloadStream = null;
    return open;
  }

  /** Counts and makes the violation of a peer that provokes answers but does not read them. */
  public ProtocolViolationException controlBacklog(long bytes, long limit) {
    return violation(
        YamuxViolation.CONTROL_BACKLOG,
        bytes + " bytes of control frames wait because the peer does not read, limit " + limit);
  }

  // ---- receiving -----------------------------------------------------------------------------

  /**
   * Takes received bytes, in pieces of any size.
   *
   * @param in all readable bytes are taken, unless the session ends meanwhile; the caller keeps
   *     ownership
   * @throws ProtocolViolationException once, at the first violation; the session has ended then, and
   *     {@link #violation()} tells the kind
   */
  public void receive(ByteBuf in, long nowNanos) throws ProtocolViolationException {
    this.nowNanos = nowNanos;
    receivedNanos = nowNanos;
    keepAliveAsked = false;
    while (!ended && in.isReadable()) {
      if (payloadLeft > 0) {
        deliver(in);
      } else if (headerBytes == 0 && in.readableBytes() >= YamuxHeader.BYTES) {
        long high = in.readLong();
        onHeader(high, in.readInt());
      } else {
        collectHeader(in);
      }
    }
  }

  /** A header that is split over reads: collected byte by byte, without a buffer. */
  private void collectHeader(ByteBuf in) throws ProtocolViolationException {
    while (headerBytes < YamuxHeader.BYTES && in.isReadable()) {
      if (headerBytes < Long.BYTES) headerHigh = (headerHigh << 8) | in.readUnsignedByte();
      else headerLow = (headerLow << 8) | in.readUnsignedByte();
      headerBytes++;
    }
    if (headerBytes == YamuxHeader.BYTES) {
      headerBytes = 0;
      onHeader(headerHigh, headerLow);
    }
  }

  private void deliver(ByteBuf in) throws ProtocolViolationException {
    int bytes = Math.min(payloadLeft, in.readableBytes());
    payloadLeft -= bytes;
    YamuxStream stream = payloadStream;
    if (stream == null || stream.isClosed()) {
      in.skipBytes(bytes);
    } else {
      stream.onDelivered(bytes);
      unreadBytes += bytes;
      listener.onData(stream, in.readRetainedSlice(bytes));
      if (unreadBytes > config.maxConnectionUnreadBytes()) shedUnread();
    }
    if (payloadLeft > 0) return;
    payloadStream = null;
    if (finAfterPayload) {
      finAfterPayload = false;
      if (stream != null && !stream.isClosed()) onRemoteFin(stream);
    }
  }

  /** {@code high} holds version, type, flags and stream id; {@code length} the last four bytes. */
  private void onHeader(long high, int length) throws ProtocolViolationException {
    int type = (int) (high >>> 48) & 0xff;
    int flags = (int) (high >>> 32) & 0xffff;
    int id = (int) high;
    if (high >>> 56 != 0) {
      throw violation(YamuxViolation.BAD_VERSION, "version " + (high >>> 56) + ", expected 0");
    }
    if ((flags & ~YamuxHeader.KNOWN_FLAGS) != 0 && type <= YamuxHeader.TYPE_GO_AWAY) {
      throw violation(
          YamuxViolation.UNKNOWN_FLAGS,
          "flags 0x" + Integer.toHexString(flags) + " on a frame of type " + type);
    }
    switch (type) {
      case YamuxHeader.TYPE_DATA -> onDataHeader(flags, id, length);
      case YamuxHeader.TYPE_WINDOW_UPDATE -> onWindowUpdate(flags, id, length);
      case YamuxHeader.TYPE_PING -> onPing(flags, id, length);
      case YamuxHeader.TYPE_GO_AWAY -> onGoAway(id, length);
      default -> throw violation(YamuxViolation.UNKNOWN_TYPE, "frame type " + type);
    }
  }

  private void onDataHeader(int flags, int id, int length) throws ProtocolViolationException {
    if (length < 0 || length > config.maxFrameBytes()) {
      throw violation(
          YamuxViolation.FRAME_TOO_LONG,
          "frame of " + unsigned(length) + " bytes on stream " + unsigned(id) + ", limit "
              + config.maxFrameBytes());
    }
    YamuxStream stream = resolve(flags, id);
    payloadLeft = length;
    if (stream == null) {
      if (length > 0) onLateData(id, length);
      else if ((flags & SYN) == 0) onIdleFrame("data frame for ended stream " + unsigned(id));
      return;
    }
    if (length > 0) checkWindow(stream, length);
    if ((flags & RST) != 0) {
      onReset(stream);
      return;
    }
    if (length == 0) {
      if (flags == 0) onIdleFrame("empty data frame on stream " + unsigned(id));
      if ((flags & FIN) != 0) onRemoteFin(stream);
      return;
    }
    stream.onAnnounced(length);
    payloadStream = stream;
    finAfterPayload = (flags & FIN) != 0;
  }

  private void checkWindow(YamuxStream stream, int length) throws ProtocolViolationException {
    if (stream.isRemoteFinished()) {
      throw violation(
          YamuxViolation.DATA_AFTER_FIN,
          length + " bytes on stream " + stream.id() + " after its end");
    }
    if (length > stream.receiveWindow()) {
      throw violation(
          YamuxViolation.WINDOW_OVERRUN,
          "frame of " + length + " bytes on stream " + stream.id() + ", window "
              + stream.receiveWindow());
    }
  }

  private void onWindowUpdate(int flags, int id, int length) throws ProtocolViolationException {
    YamuxStream stream = resolve(flags, id);
    if (stream == null) {
      // The opening of a stream has been counted already.
      if ((flags & SYN) == 0) onIdleFrame("window update for ended stream " + unsigned(id));
      return;
    }
    if ((flags & RST) != 0) {
      onReset(stream);
      return;
    }
    if (length != 0) onCredit(stream, unsigned(length));
    else if (flags == 0) onIdleFrame("window update of 0 bytes on stream " + unsigned(id));
    if ((flags & FIN) != 0 && !stream.isClosed()) onRemoteFin(stream);
  }

  private void onCredit(YamuxStream stream, long credit) throws ProtocolViolationException {
    if (stream.sendWindow() + credit > MAX_UNSIGNED_INT) {
      throw violation(
          YamuxViolation.CREDIT_OVERFLOW,
          "credit of " + credit + " bytes on stream " + stream.id() + " with window "
              + stream.sendWindow());
    }
    stream.addSendWindow(credit);
    listener.onCredit(stream);
  }

  private void onPing(int flags, int id, int value) throws ProtocolViolationException {
    checkSessionFrame("ping", id);
    if (flags != SYN && flags != ACK) {
      throw violation(
          YamuxViolation.BAD_PING_FLAGS,
          "ping with flags 0x" + Integer.toHexString(flags) + ", expected SYN or ACK");
    }
    if (flags == ACK) {
      if (roundTrip == null || !roundTrip.onAnswer(value, nowNanos)) {
        onIdleFrame("answer to no ping");
      }
      return;
    }
    if (pings == null) pings = new TokenBucket(PING_BURST, PINGS_PER_SECOND, nowNanos);
    if (!pings.tryTake(1, nowNanos)) {
      throw violation(
          YamuxViolation.PING_FLOOD,
          "more than " + PING_BURST + " pings at once or " + PINGS_PER_SECOND + " per second");
    }
    control(YamuxHeader.TYPE_PING, ACK, 0, value);
  }

  private void onGoAway(int id, int code) throws ProtocolViolationException {
    checkSessionFrame("go away", id);
    if (remoteGoAway) {
      onIdleFrame("go away again");
      return;
    }
    remoteGoAway = true;
    listener.onGoAway(unsigned(code));
  }

  private void checkSessionFrame(String what, int id) throws ProtocolViolationException {
    if (id != 0) {
      throw violation(
          YamuxViolation.WRONG_STREAM_FOR_TYPE, what + " on stream " + unsigned(id) + ", not 0");
    }
  }

  // ---- streams -------------------------------------------------------------------------------

  /** The stream a frame is for, opened if it says so; null if it has ended or is refused. */
  private @Nullable YamuxStream resolve(int flags, int id) throws ProtocolViolationException {
    if (id == 0) {
      throw violation(YamuxViolation.WRONG_STREAM_FOR_TYPE, "stream frame on stream 0");
    }
    if ((flags & SYN) != 0) return accept(flags, id);
    YamuxStream stream = lastStream;
    if (stream == null || stream.rawId() != id) {
      stream = streams == null ? null : streams.get(id);
      lastStream = stream;
    }
    if (stream == null) {
      if (!wasOpened(id)) throw unknownStream(id);
      return null;
    }
    if (stream.isUnacked()) {
      if (stream.isSynPending()) throw unknownStream(id);
      // Any answer but a reset shows that the peer knows the stream.
      if ((flags & RST) == 0) onAcked(stream);
    }
    return stream;
  }

  private ProtocolViolationException unknownStream(int id) {
    return violation(
        YamuxViolation.UNKNOWN_STREAM, "frame for stream " + unsigned(id) + ", never opened");
  }

  private boolean wasOpened(int id) {
    if (isOurs(id)) return unsigned(id) < nextId;
    return inboundIds != null && inboundIds.wasSeen(unsigned(id) >>> 1);
  }

  private boolean isOurs(int id) {
    return ((id & 1) != 0) == dialer;
  }

  private @Nullable YamuxStream accept(int flags, int id) throws ProtocolViolationException {
    if (isOurs(id)) {
      throw violation(
          YamuxViolation.WRONG_PARITY,
          "the " + (dialer ? "listener" : "dialer") + " opened stream " + unsigned(id));
    }
    if (inboundIds == null) inboundIds = new SeenIds();
    if (!inboundIds.tryMark(unsigned(id) >>> 1)) {
      throw violation(
          YamuxViolation.STREAM_ID_REUSED, "stream " + unsigned(id) + " opened a second time");
    }
    if (opens == null) {
      opens = new TokenBucket(config.inboundOpenBurst(), config.inboundOpensPerSecond(), nowNanos);
    }
    if (!opens.tryTake(1, nowNanos) || inbound >= config.maxInboundStreams()) {
      refuse(id);
      return null;
    }
    if ((flags & RST) != 0) return null;
    YamuxStream stream = new YamuxStream(this, id, false, nowNanos);
    inbound++;
    put(stream);
    listener.onStreamOpened(stream);
    return stream.isClosed() ? null : stream;
  }

  private void refuse(int id) throws ProtocolViolationException {
    counters.onStreamRefused();
    if (refusals == null) refusals = new TokenBucket(REFUSAL_BURST, REFUSALS_PER_SECOND, nowNanos);
    if (!refusals.tryTake(1, nowNanos)) {
      throw violation(
          YamuxViolation.STREAM_FLOOD,
          "streams opened in spite of " + REFUSAL_BURST + " refusals; " + inbound
              + " are open, limit "
              + config.maxInboundStreams() + ", at most " + config.inboundOpensPerSecond()
              + " per second");
    }
    lateBytes += INITIAL_WINDOW_BYTES;
    control(YamuxHeader.TYPE_WINDOW_UPDATE, RST, id, 0);
  }

  private void put(YamuxStream stream) {
    if (streams == null) streams = new IntObjectHashMap<>();
    streams.put(stream.rawId(), stream);
    mostStreams = Math.max(mostStreams, streams.size());
  }

  private void remove(YamuxStream stream) {
    if (streams == null || streams.remove(stream.rawId()) == null) return;
    stream.markClosed();
    if (lastStream == stream) lastStream = null;
    if (stream.isLocal()) outbound--;
    else inbound--;
    if (stream.isUnacked()) onAcked(stream);
    unreadBytes -= stream.unreadBytes();
    growthBytes -= stream.windowBytes() - INITIAL_WINDOW_BYTES;
    if (streams.isEmpty() && mostStreams > KEEP_MAP_STREAMS) {
      streams = null;
      mostStreams = 0;
    }
  }

  private void onAcked(YamuxStream stream) {
    stream.markAcked();
    unacked--;
  }

  private void onReset(YamuxStream stream) {
    StreamEnd end = stream.isUnacked() ? StreamEnd.REFUSED_BY_PEER : StreamEnd.RESET_BY_PEER;
    remove(stream);
    listener.onStreamClosed(stream, end);
  }

  private void onRemoteFin(YamuxStream stream) throws ProtocolViolationException {
    if (stream.isRemoteFinished()) {
      onIdleFrame("FIN again on stream " + stream.id());
      return;
    }
    stream.markRemoteFin();
    listener.onRemoteFin(stream);
    if (stream.isLocalFinished() && !stream.isClosed()) onFinished(stream);
  }

  void onFinished(YamuxStream stream) {
    if (stream.isClosed()) return;
    remove(stream);
    listener.onStreamClosed(stream, StreamEnd.FINISHED);
  }

  void resetByUs(YamuxStream stream) {
    boolean known = !stream.isSynPending();
    if (!stream.isRemoteFinished()) lateBytes += stream.receiveWindow();
    remove(stream);
    if (known) control(YamuxHeader.TYPE_WINDOW_UPDATE, RST, stream.rawId(), 0);
  }

  /** Makes room by ending the stream that holds the most unread data. */
  private void shedUnread() {
    YamuxStream worst = null;
    if (streams != null) {
      for (YamuxStream stream : streams.values()) {
        if (worst == null || stream.unreadBytes() > worst.unreadBytes()) worst = stream;
      }
    }
    if (worst == null) return;
    counters.onBacklogReset();
    resetByUs(worst);
    listener.onStreamClosed(worst, StreamEnd.UNREAD_LIMIT);
  }

  // ---- flow control --------------------------------------------------------------------------

  void onConsumed(int bytes) {
    unreadBytes -= bytes;
  }

  void giveCredit(YamuxStream stream, long nowNanos) {
    if (roundTrip == null || roundTrip.isStale(nowNanos, RTT_MAX_AGE_NANOS)) ping(nowNanos);
    int growth = growth(stream, nowNanos);
    growthBytes += growth;
    int flags = stream.takeFlags();
    int credit = stream.takeCredit(growth, nowNanos);
    control(YamuxHeader.TYPE_WINDOW_UPDATE, flags, stream.rawId(), credit);
  }

  /**
   * By how much the window should grow so that it never limits the flow: to twice what the
   * application consumes in one round trip, at most doubling at a time.
   */
  private int growth(YamuxStream stream, long nowNanos) {
    long rttNanos = rttNanos();
    if (rttNanos < 0) return 0;
    double elapsed = Math.max(1, nowNanos - stream.creditedNanos());
    double perRoundTrip = stream.uncreditedBytes() * (double) rttNanos / elapsed;
    long window = stream.windowBytes();
    long target = (long) Math.min(2 * perRoundTrip, 2.0 * window);
    target = Math.min(target, config.maxStreamWindowBytes());
    target = Math.min(target, window + config.maxConnectionGrowthBytes() - growthBytes);
    // Small steps are not worth a change.
    return target > window + window / 8 ? (int) (target - window) : 0;
  }

  private void onLateData(int id, int length) throws ProtocolViolationException {
    if (length > lateBytes) {
      throw violation(
          YamuxViolation.DATA_AFTER_RESET,
          length + " bytes on ended stream " + unsigned(id) + ", of which at most " + lateBytes
              + " could have been on their way");
    }
    lateBytes -= length;
  }

  private void onIdleFrame(String what) throws ProtocolViolationException {
    if (idleFrames == null) {
      idleFrames = new TokenBucket(IDLE_FRAME_BURST, IDLE_FRAMES_PER_SECOND, nowNanos);
    }
    if (!idleFrames.tryTake(1, nowNanos)) {
      throw violation(
          YamuxViolation.IDLE_FRAME_FLOOD,
          "more than " + IDLE_FRAME_BURST + " frames without effect, the last: " + what);
    }
  }

  // ---- keep-alive ----------------------------------------------------------------------------

  /** When {@link #onDeadline} must be called, or {@link #NEVER}. Moves with every receive. */
  public long nextDeadlineNanos() {
    if (ended || config.keepAliveInterval().isZero()) return NEVER;
    return keepAliveAsked
        ? keepAliveNanos + config.keepAliveTimeout().toNanos()
        : receivedNanos + config.keepAliveInterval().toNanos();
  }

  /**
   * Pings a silent peer, or finds that it did not react to that. If the deadline is noticed late,
   * this side itself was stopped, and the peer gets its time again.
   *
   * @return true if the peer is unresponsive; the owner should end the session
   */
  public boolean onDeadline(long nowNanos) {
    long lateNanos = nowNanos - nextDeadlineNanos();
    if (ended || lateNanos < 0) return false;
    if (keepAliveAsked && lateNanos < STALL_NANOS) {
      counters.onUnresponsivePeer();
      return true;
    }
    keepAliveAsked = true;
    keepAliveNanos = nowNanos;
    ping(nowNanos);
    return false;
  }

  // ---- queries -------------------------------------------------------------------------------

  /** Least round trip of the last measurements in nanoseconds, or -1 if there is none. */
  public long rttNanos() {
    return roundTrip == null ? -1 : roundTrip.nanos();
  }

  /** When the last bytes arrived. */
  public long receivedNanos() {
    return receivedNanos;
  }

  /** Streams not finished, of both sides. */
  public int openStreams() {
    return inbound + outbound;
  }

  /** Streams this side opened that the peer has not acknowledged. */
  public int unackedStreams() {
    return unacked;
  }

  /** Delivered and not consumed, over all streams. */
  public long unreadBytes() {
    return unreadBytes;
  }

  /** Window growth beyond 256 KiB a stream, over all streams. */
  public long growthBytes() {
    return growthBytes;
  }

  /** Whether nothing is accepted any more, because of {@link #end} or a violation. */
  public boolean isEnded() {
    return ended;
  }

  /** Whether the peer sent a go-away frame. */
  public boolean isRemoteGoingAway() {
    return remoteGoAway;
  }

  /** The kind of violation that ended the session, if one did. */
  public @Nullable YamuxViolation violation() {
    return violation;
  }

  // ---- private helpers -----------------------------------------------------------------------

  void control(int type, int flags, int streamId, int length) {
    listener.onControlFrame(type, flags, streamId, length);
  }

  private ProtocolViolationException violation(YamuxViolation cause, String message) {
    ended = true;
    violation = cause;
    counters.onViolation(cause);
    return new ProtocolViolationException(
        ProtocolViolationException.Scope.CONNECTION, "yamux " + cause + ": " + message);
  }

  private static long unsigned(int value) {
    return Integer.toUnsignedLong(value);
  }
}
