package org.openagi.p2p.messaging.outbox;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.bundle.AdaptiveCompression;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.bundle.Signer;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.codec.SealText;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * What a lane sends over one stream: a greeting, then chunks and the seals of their bundles. The numbers of a stream are
 * consecutive: what is settled before its turn comes is sent as a hole. Confined to the lane.
 *
 * @see "docs/wire/message-1.0.md, sections 2 and 4"
 */
final class SendStream {
  /** Most sealed bundles that wait for their acknowledgement. */
  static final int MAX_SEALED_UNACKED = 64;

  private final SendConfig config;
  private final OutboxLog<OutboxEntry> log;
  private final Intake intake;
  private final Settlement settlement;
  private final SealText sealText;
  private final Signer signer;
  private final Runnable onRoom;
  private final SendCounters counters;
  private final PeerLink link;
  private final SendResources shared;
  private final @Nullable AdaptiveCompression compression;

  private OutboxLog.Cursor<OutboxEntry> unsent;
  private @Nullable OutboxEntry partial;
  private int partialOffset;
  private long sentEnd;
  private boolean greeted;
  private boolean waitsForGreeting;
  private long maxMessageBytes = NetworkMessage.MAX_PAYLOAD_BYTES;
  private long maxUnsealedBytes = WireLimits.MIN_UNSEALED_BYTES;

  private final BundleDigest bundle = new BundleDigest();
  private final ArrayDeque<Long> sealedEnds = new ArrayDeque<>();
  private final long sealPauseNanos;
  private final long sealIntervalNanos;
  private long unsealedBytes;
  private long lastSealNanos;
  private boolean patient;
  private boolean over;

  /**
   * A stream on which nothing was sent.
   *
   * @param sentEnd one more than the highest number that an earlier stream, or another way, may have brought
   * @param onRoom is told when seals are out that sending had to wait for
   */
  SendStream(
      SendConfig config,
      OutboxLog<OutboxEntry> log,
      Intake intake,
      Settlement settlement,
      SealText sealText,
      Signer signer,
      Runnable onRoom,
      SendCounters counters,
      PeerLink link,
      SendResources shared,
      long sentEnd) {
    this.config = config;
    this.log = log;
    this.intake = intake;
    this.settlement = settlement;
    this.sealText = sealText;
    this.signer = signer;
    this.onRoom = onRoom;
    this.counters = counters;
    this.link = link;
    this.shared = shared;
    this.sealPauseNanos = config.sealPause().toNanos();
    this.sealIntervalNanos = config.sealInterval().toNanos();
    this.unsent = log.cursor();
    this.waitsForGreeting = unsent.number() < sentEnd;
    // What is over before the first number of the greeting is history for both, sent or not.
    this.sentEnd = Math.max(sentEnd, unsent.number());
    ZstdCompressor zstd = shared.zstd();
    this.compression = zstd == null ? null : new AdaptiveCompression(zstd);
    counters.onCompression(compression);
  }

  PeerLink link() {
    return link;
  }

  /** Greets, and may go on at once. */
  void greet(int laneNumber) {
    intake.readClock();
    lastSealNanos = intake.nowNanos() - sealIntervalNanos;
    Hello hello = new Hello(
        WireLimits.VERSION,
        laneNumber,
        compression == null ? 0 : WireLimits.FEATURE_DICTIONARY,
        log.epoch(),
        unsent.number(),
        config.lifetime().toMillis());
    write(hello.toFrame());
  }

  /** The lane goes on without it. */
  void end() {
    over = true;
  }

  // ---- what the recipient says ----

  boolean isGreeted() {
    return greeted;
  }

  /** The greeting is answered. What the answer acknowledges comes next, then {@link #goOn}. */
  void onGreeted(HelloAck hello) {
    greeted = true;
    maxMessageBytes = hello.maxMessageBytes();
    maxUnsealedBytes = hello.maxUnsealedBytes();
    if (compression != null && (hello.features() & WireLimits.FEATURE_DICTIONARY) != 0) {
      compression.useDictionary();
    }
  }

  /** What waited for the answer to the greeting can be sent. */
  void goOn(HelloAck hello) {
    if (!waitsForGreeting) return;
    waitsForGreeting = false;
    // Numbers behind what the recipient has, which ended meanwhile, must be told of: the next
    // chunk begins with a hole.
    if (log.firstUnsettled() <= hello.ack().settled() + 1) unsent = log.cursor();
  }

  /** The recipient acknowledged up to a number. */
  void onAcknowledged(long settled) {
    while (!sealedEnds.isEmpty() && sealedEnds.getFirst() <= settled + 1) sealedEnds.removeFirst();
  }

  // ---- chunks ----

  /** One more than the highest number that may have reached the recipient. */
  long sentEnd() {
    return sentEnd;
  }

  /** Whether {@link #send} has anything to do. */
  boolean hasWork() {
    return bundle.chunks() != 0 || hasUnsent();
  }

  private boolean hasUnsent() {
    return partial != null || unsent.number() < intake.end() || intake.hasMore();
  }

  /** Sends what there is room for, and seals it when it is time. */
  void send() {
    if (waitsForGreeting) return;
    boolean wrote = false;
    while (hasUnsent() && unsealedBytes < maxUnsealedBytes / 2 && link.isWritable()) {
      sendChunk();
      wrote = true;
      if (bundle.frameBytes() >= config.sealBytes()) sealIfDue();
    }
    sealIfDue();
    if (wrote) link.flush();
  }

  private void sendChunk() {
    ChunkEncoder encoder = shared.encoder();
    long first = partial == null ? unsent.number() : partial.number();
    boolean unsettledBefore = log.firstUnsettled() < first;
    encoder.begin(first, base(), link.chunkBytes());
    fill(encoder);
    encoder.finish(bundle.chunks() == 0, compression);
    patient = bundle.chunks() != 0 || unsettledBefore;
    byte[] array = encoder.array();
    int offset = encoder.frameOffset();
    int length = encoder.frameLength();
    bundle.addFrame(array, offset, length, first, encoder.count());
    unsealedBytes += length;
    sentEnd = Math.max(sentEnd, first + encoder.count());
    write(array, offset, length);
  }

  private long base() {
    long now = intake.nowEpochMillis();
    if (partial != null || unsent.number() < log.firstUnsettled()) return now;
    OutboxEntry next = unsent.peek();
    return next == null || next.timestamp() == 0 ? now : next.timestamp();
  }

  private void fill(ChunkEncoder encoder) {
    if (partial != null && !goOnWith(encoder, partial)) return;
    while (!encoder.isFull() && hasUnsent()) {
      if (unsent.number() < log.firstUnsettled()) {
        encoder.addHole(log.firstUnsettled() - unsent.number());
        unsent = log.cursor();
        continue;
      }
      OutboxEntry entry = Intake.taken(unsent);
      if (unsent.number() == intake.end()) intake.take(entry);
      unsent.advance();
      if (entry.isEnded() || isTooLarge(entry)) {
        encoder.addHole(1);
      } else if (!add(encoder, entry)) {
        return;
      }
    }
  }

  private boolean add(ChunkEncoder encoder, OutboxEntry entry) {
    NetworkMessage message = entry.message();
    int taken = encoder.addMessage(message, entry.timestamp(), entry.lifetimeMillis());
    entry.markSent(intake.nowEpochMillis());
    counters.payloadBytesSent += taken;
    if (taken < message.payload().length()) {
      partial = entry;
      partialOffset = taken;
      return false;
    }
    counters.messagesSent++;
    return true;
  }

  /** Returns whether the open payload is complete now. */
  private boolean goOnWith(ChunkEncoder encoder, OutboxEntry entry) {
    int taken = encoder.addContinuation(entry.message(), partialOffset);
    partialOffset += taken;
    counters.payloadBytesSent += taken;
    if (partialOffset < entry.message().payload().length()) return false;
    partial = null;
    counters.messagesSent++;
    return true;
  }

  private boolean isTooLarge(OutboxEntry entry) {
    if (entry.message().payload().length() <= maxMessageBytes) return false;
    settlement.refuseTooLarge(entry, maxMessageBytes);
    return true;
  }

  // ---- seals ----

  private void sealIfDue() {
    if (bundle.chunks() == 0) return;
    boolean due = bundle.frameBytes() >= config.sealBytes() || intake.nowNanos() >= dueNanos();
    if (!due || sealedEnds.size() >= MAX_SEALED_UNACKED) return;
    long first = bundle.first();
    long count = bundle.count();
    long bytes = bundle.frameBytes();
    byte[] text = sealText.of(first, count, bundle.end());
    lastSealNanos = intake.nowNanos();
    if (count > 0) sealedEnds.addLast(first + count);
    signer.sign(text, signature -> sendSeal(new Seal(first, count, signature), bytes));
  }

  /**
   * Whoever sends while earlier messages are not acknowledged does not wait for acknowledgements one by
   * one: then the bundle may take longer.
   */
  private long dueNanos() {
    return lastSealNanos + (patient ? sealIntervalNanos : sealPauseNanos);
  }

  private void sendSeal(Seal seal, long bytes) {
    if (over) return;
    unsealedBytes -= bytes;
    counters.sealsSent++;
    write(seal.toFrame());
    link.flush();
    if (hasUnsent()) onRoom.run();
  }

  /** When the open bundle must be sealed. */
  long sealDueNanos() {
    boolean sealing = bundle.chunks() > 0 && sealedEnds.size() < MAX_SEALED_UNACKED;
    return sealing ? dueNanos() : SendLane.NEVER;
  }

  private void write(byte[] frame) {
    write(frame, 0, frame.length);
  }

  private void write(byte[] array, int offset, int length) {
    counters.frameBytesSent += length;
    ByteBuf buffer = shared.allocator().directBuffer(length, length);
    link.write(buffer.writeBytes(array, offset, length));
  }
}
