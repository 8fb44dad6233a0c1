package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.transfer.Done;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.TransferException;
import org.openagi.p2p.messaging.transfer.TransferId;
import org.openagi.p2p.messaging.transfer.TransferLimits;
import org.openagi.p2p.messaging.transfer.TransferReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.mux.MuxedStream;
import org.openagi.p2p.net.stream.P2PStream;
import org.openagi.p2p.network.link.BlockingPace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends and receives payloads larger than memory on a host. Safe for any thread.
 *
 * @see "docs/wire/transfer-1.0.md"
 */
public final class TransferService implements AutoCloseable {
  /** Streams whose offer has not arrived yet, of all peers; more are reset. */
  static final int MAX_NEW_STREAMS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(TransferService.class);
  private static final long SWEEP_MAX_MILLIS = 5_000;

  private final TransferContext context;
  private final IncomingTransfers incoming;
  private final TransferMemory sentIds;
  private final TransferMemory receivedIds;
  private final SecureRandom random = new SecureRandom();
  private final Semaphore newStreams = new Semaphore(MAX_NEW_STREAMS);
  private final ConcurrentLinkedQueue<OutgoingTransfer> outgoing = new ConcurrentLinkedQueue<>();
  private volatile Supplier<Optional<TransferHandler>> handler = Optional::empty;
  private volatile boolean closed;
  private @Nullable Future<?> sweeper;

  /**
   * Makes a service that does nothing before {@link #start}.
   *
   * @param folder where ids are remembered over a restart, null to remember them in memory
   * @param timer the caller ends it
   * @param paces what holds back writes to a peer; null if nothing does
   * @throws IOException if the folder can't be read
   */
  public TransferService(
      Host host,
      HostKey key,
      TransferConfig config,
      @Nullable Path folder,
      TimeSource time,
      ScheduledExecutorService timer,
      @Nullable Function<PeerId, BlockingPace> paces)
      throws IOException {
    this.context =
        new TransferContext(host, key, config, time, timer, new TransferCounters(), paces);
    this.incoming = new IncomingTransfers(config, time, context.counters());
    this.sentIds = memory(folder, "transfers-sent");
    this.receivedIds = memory(folder, "transfers-received");
  }

  private TransferMemory memory(@Nullable Path folder, String name) throws IOException {
    return TransferMemory.load(folder == null ? null : folder.resolve(name), context.time());
  }

  /** Begins to serve; before the host starts. */
  public void start() {
    context.host().handleRaw(TransferLimits.PROTOCOL_ID, this::onStream);
    long sweepMillis =
        Math.clamp(context.config().stallLimit().toMillis() / 4, 1, SWEEP_MAX_MILLIS);
    sweeper = context
        .timer()
        .scheduleWithFixedDelay(
            () -> Thread.ofVirtual().name("p2p-transfer-sweep").start(incoming::sweep),
            sweepMillis,
            sweepMillis,
            TimeUnit.MILLISECONDS);
  }

  /** Where to find who decides about an offer; without anybody it is refused. */
  public void setHandler(Supplier<Optional<TransferHandler>> deciders) {
    handler = deciders;
  }

  /** Counters since the start. */
  public TransferStats stats() {
    return context.counters().snapshot(outgoing.size(), incoming.size());
  }

  /** Ends all transfers in a way that they can go on after a restart, and waits a little for that. */
  @Override
  public void close() {
    closed = true;
    Future<?> sweeping = sweeper;
    if (sweeping != null) sweeping.cancel(false);
    TransferException why = new TransferException(TransferReason.GOING_AWAY, "shutting down");
    List<OutgoingTransfer> open = new ArrayList<>(outgoing);
    open.forEach(each -> each.stop(why));
    incoming.close();
    for (OutgoingTransfer each : open) {
      try {
        each.handle().outcome().get(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        LOG.atDebug().addKeyValue("transfer", each.handle().id()).log("did not end in time");
      }
    }
  }

  // ---- sending ---------------------------------------------------------------------------------

  /**
   * Sends a file.
   *
   * @param to what the user calls the recipient; with the file's path, size and time it names the
   *     transfer, so that the same call after a restart goes on with it
   * @param peer looks the recipient up; asked for each stream
   * @throws IOException if the file can't be read
   * @throws IllegalArgumentException if it can't be offered like that
   */
  public Transfer sendFile(
      String to, Supplier<CompletableFuture<PeerId>> peer, Path file, TransferOptions options)
      throws IOException {
    BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
    if (!facts.isRegularFile()) throw new IOException(file + " is not a file");
    Bytes key = Digests.sha256(
        Bytes.ofUtf8(to),
        Bytes.ofUtf8(file.toRealPath().toString()),
        Bytes.ofUtf8(facts.size() + " " + facts.lastModifiedTime()));
    Optional<TransferId> before =
        sentIds.find(key).map(value -> new TransferId(value.slice(0, TransferId.LENGTH)));
    TransferId id = before.orElseGet(() -> TransferId.random(random));
    String name = options.name().orElse(String.valueOf(file.getFileName()));
    Offer offer =
        new Offer(id, name, OptionalLong.of(facts.size()), options.contentType(), options.sha256());
    if (isUnderWay(id)) throw new IOException(file + " is being sent to " + to + " already");
    if (before.isEmpty()) sentIds.put(key, id.bytes().concat(Bytes.wrap(new byte[24])));
    return start(to, peer, offer, TransferSource.of(file), options, outcome -> {
      if (outcome.isCompleted() || !mayGoOn(outcome)) forgetSent(key);
    });
  }

  /**
   * Sends what a source gives. It goes on after a lost connection if the source can, and not after a
   * restart.
   *
   * @param name 1 to 255 bytes, no control characters
   * @throws IOException if the source can't tell its size
   * @throws IllegalArgumentException if it can't be offered like that
   */
  public Transfer sendStream(
      String to,
      Supplier<CompletableFuture<PeerId>> peer,
      String name,
      TransferSource source,
      TransferOptions options)
      throws IOException {
    Offer offer = new Offer(
        TransferId.random(random), name, source.size(), options.contentType(), options.sha256());
    return start(to, peer, offer, source, options, outcome -> {});
  }

  private Transfer start(
      String to,
      Supplier<CompletableFuture<PeerId>> peer,
      Offer offer,
      TransferSource source,
      TransferOptions options,
      java.util.function.Consumer<TransferOutcome> onEnd) {
    OutgoingTransfer[] self = new OutgoingTransfer[1];
    OutgoingTransfer transfer =
        new OutgoingTransfer(context, peer, to, offer, source, options, outcome -> {
          outgoing.remove(self[0]);
          count(outcome);
          onEnd.accept(outcome);
        });
    self[0] = transfer;
    TransferOutcome refused = admit(transfer);
    if (refused == null) {
      Thread.ofVirtual().name("p2p-transfer").start(transfer);
    } else {
      count(refused);
      transfer.handle().fail(refused);
    }
    return transfer.handle();
  }

  /** Adds it to those under way, or says why not. */
  private synchronized @Nullable TransferOutcome admit(OutgoingTransfer transfer) {
    TransferConfig config = context.config();
    String to = transfer.handle().peer();
    if (closed)
      return new TransferOutcome.Failed(TransferReason.GOING_AWAY, "this node is shutting down");
    if (outgoing.size() >= config.maxTotal())
      return new TransferOutcome.Failed(
          TransferReason.BUSY, "at most " + config.maxTotal() + " transfers are sent at a time");
    if (outgoing.stream().filter(each -> each.handle().peer().equals(to)).count()
        >= config.maxPerPeer())
      return new TransferOutcome.Failed(
          TransferReason.BUSY,
          "at most " + config.maxPerPeer() + " transfers are sent to one peer at a time");
    outgoing.add(transfer);
    return null;
  }

  private boolean isUnderWay(TransferId id) {
    return outgoing.stream().anyMatch(each -> each.handle().id().equals(id));
  }

  private void count(TransferOutcome outcome) {
    switch (outcome) {
      case TransferOutcome.Completed completed -> context.counters().sent.increment();
      case TransferOutcome.Refused refused -> context.counters().onEnded(refused.reason());
      case TransferOutcome.Failed failed -> context.counters().onEnded(failed.reason());
    }
  }

  /** Whether the same call may find something to go on with. */
  private static boolean mayGoOn(TransferOutcome outcome) {
    TransferReason reason =
        switch (outcome) {
          case TransferOutcome.Completed completed -> null;
          case TransferOutcome.Refused refused -> refused.reason();
          case TransferOutcome.Failed failed -> failed.reason();
        };
    if (reason == null) return false;
    return switch (reason) {
      case UNREACHABLE, GOING_AWAY, BUSY, IDLE, NO_SPACE, STORAGE_FAILED, INTEGRITY -> true;
      default -> false;
    };
  }

  private void forgetSent(Bytes key) {
    try {
      sentIds.remove(key);
    } catch (IOException e) {
      LOG.atInfo().setCause(e).log("the id of a finished transfer was not forgotten");
    }
  }

  // ---- receiving -------------------------------------------------------------------------------

  private void onStream(Connection connection, MuxedStream muxed) {
    P2PStream stream = P2PStream.attach(
        muxed, connection.remotePeer(), TransferLimits.PROTOCOL_ID, connection.id());
    if (closed || !newStreams.tryAcquire()) {
      context.counters().refusedStreams.increment();
      stream.reset();
      return;
    }
    ReceiveSession session = new ReceiveSession(
        context, incoming, new Answers(), stream, connection.remoteKey(), newStreams::release);
    Thread.ofVirtual().name("p2p-transfer-receive").start(session);
  }

  private final class Answers implements ReceiveSession.Owner {
    @Override
    public void ask(IncomingTransfer transfer) {
      Optional<TransferHandler> decider = handler.get();
      if (decider.isEmpty()) {
        transfer.refuse(TransferReason.NO_RECEIVER, "nobody here takes transfers");
        return;
      }
      Thread.ofVirtual().name("p2p-transfer-offer").start(() -> {
        try {
          decider.get().onTransfer(new IncomingOffer(transfer));
        } catch (RuntimeException e) {
          LOG.atWarn()
              .addKeyValue("transfer", transfer.key().id())
              .setCause(e)
              .log("the handler of transfers failed");
          transfer.refuse(TransferReason.DECLINED, "the handler of transfers failed");
        }
      });
    }

    @Override
    public Optional<Done> received(IncomingTransfer.Key key) {
      return receivedIds
          .find(key.bytes())
          .map(value -> new Done(
              value.asByteBuffer().getLong(0), value.slice(8, TransferMemory.VALUE_BYTES)));
    }

    @Override
    public void onReceived(IncomingTransfer.Key key, Done done) {
      byte[] size = new byte[8];
      java.nio.ByteBuffer.wrap(size).putLong(done.size());
      try {
        receivedIds.put(key.bytes(), Bytes.wrap(size).concat(done.sha256()));
      } catch (IOException e) {
        LOG.atInfo().setCause(e).log("a finished transfer will not be remembered over a restart");
      }
    }
  }
}
