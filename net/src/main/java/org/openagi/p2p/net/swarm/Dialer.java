package org.openagi.p2p.net.swarm;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.DialException.Kind;
import org.openagi.p2p.net.HostConfig.Timeouts;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.transport.Transport;
import org.openagi.p2p.net.upgrade.UpgradeException;
import org.openagi.p2p.protocols.dialing.DialBackoff;
import org.openagi.p2p.protocols.dialing.DialRanker;
import org.openagi.p2p.protocols.dialing.DialRanker.Ranked;

/**
 * Dials peers: one dial per peer at a time, addresses in ranked order, back-off per address and
 * peer, bounded in everything. Confined to {@code net-control}.
 */
final class Dialer {
  /** Upgrades dialed channels; called on the channel's event loop. */
  interface OutboundUpgrade {
    void start(Channel channel, Transport transport, DialAttempt attempt);
  }

  private final SwarmContext swarm;
  private final List<Transport> transports;
  private final ConnectionTable table;
  private final OutboundUpgrade upgrade;
  private final Supplier<Collection<InetAddress>> ownAddresses;
  private final DialBackoff<Multiaddr> addressBackoff;
  private final DialBackoff<PeerId> peerBackoff;
  private final Map<Object, DialJob> jobs = new HashMap<>();
  private final Queue<DialAttempt> waitingForSlot = new ArrayDeque<>();
  private final AtomicLong dialsStarted = new AtomicLong();
  private final AtomicLong dialsFailed = new AtomicLong();
  private int slotsTaken;
  private boolean stopped;

  Dialer(
      SwarmContext swarm,
      List<Transport> transports,
      ConnectionTable table,
      OutboundUpgrade upgrade,
      Supplier<Collection<InetAddress>> ownAddresses,
      RandomGenerator random) {
    this.swarm = swarm;
    this.transports = transports;
    this.table = table;
    this.upgrade = upgrade;
    this.ownAddresses = ownAddresses;
    this.addressBackoff = new DialBackoff<>(DialBackoff.Config.defaults(), random);
    this.peerBackoff = new DialBackoff<>(DialBackoff.Config.defaults(), random);
  }

  // ---- commands ------------------------------------------------------------------------------

  /** Connects to a peer; {@code explicit} addresses are tried even when in back-off. */
  void connect(PeerId peer, List<Multiaddr> explicit, CompletableFuture<Connection> result) {
    List<SwarmConnection> there = table.byPreference(peer);
    if (!there.isEmpty()) {
      result.complete(there.getFirst());
      return;
    }
    DialJob job = jobs.get(peer);
    if (job == null) {
      Optional<DialException> obstacle = obstacle(peer, explicit);
      if (obstacle.isPresent()) {
        fail(List.of(result), Optional.of(peer), obstacle.get());
        return;
      }
      job = open(peer, Optional.of(peer));
      job.await(result);
      add(job, explicit);
      addRemembered(job, peer, !explicit.isEmpty());
      pump(job);
    } else if (job.await(result)) {
      add(job, explicit);
      pump(job);
    } else {
      fail(
          List.of(result),
          Optional.of(peer),
          full(peer, "callers of one dial", DialJob.MAX_WAITING));
    }
  }

  /** Connects to whoever answers at an address. */
  void connect(Multiaddr address, CompletableFuture<Connection> result) {
    DialJob job = jobs.get(address);
    if (job == null) {
      Optional<DialException> obstacle = limit(null);
      if (obstacle.isPresent()) {
        fail(List.of(result), Optional.empty(), obstacle.get());
        return;
      }
      job = open(address, Optional.empty());
      job.await(result);
      add(job, List.of(address));
      pump(job);
    } else if (!job.await(result)) {
      fail(
          List.of(result),
          Optional.empty(),
          full(null, "callers of one dial", DialJob.MAX_WAITING));
    }
  }

  /** Fails everything under way. */
  void stop() {
    stopped = true;
    for (DialJob job : List.copyOf(jobs.values())) {
      end(job);
      DialException stop = stopped(job.expected.orElse(null));
      job.finish().forEach(f -> f.completeExceptionally(stop));
    }
    waitingForSlot.clear();
  }

  private Optional<DialException> obstacle(PeerId peer, List<Multiaddr> explicit) {
    if (peer.equals(swarm.self())) {
      return Optional.of(new DialException(
          Kind.SELF, peer, List.of(), "peer " + peer + " is this node itself", null));
    }
    Duration pause = peerBackoff.remaining(peer, swarm.time().nanoTime());
    if (explicit.isEmpty() && !pause.isZero()) {
      return Optional.of(new DialException(
          Kind.BACKOFF,
          peer,
          List.of(),
          "peer " + peer + " could not be reached " + peerBackoff.failures(peer)
              + " times; the next try is due in " + pause.toMillis() + " ms",
          null));
    }
    return limit(peer);
  }

  private Optional<DialException> limit(@Nullable PeerId peer) {
    if (stopped) return Optional.of(stopped(peer));
    int max = swarm.config().limits().maxQueuedDials();
    if (jobs.size() >= max) return Optional.of(full(peer, "dials under way (maxQueuedDials)", max));
    Optional<RefusalCause> cause = swarm.limiter().mayDial();
    return cause.map(c -> new DialException(
        Kind.LOCAL_LIMIT,
        peer,
        List.of(),
        "not dialing " + (peer == null ? "" : peer + " ") + "because this node is "
            + c.describe(swarm.limiter().limitOf(c)),
        null));
  }

  private static DialException full(@Nullable PeerId peer, String what, int max) {
    return new DialException(
        Kind.LOCAL_LIMIT, peer, List.of(), "at the limit of " + max + " " + what, null);
  }

  private static DialException stopped(@Nullable PeerId peer) {
    return new DialException(Kind.STOPPED, peer, List.of(), "this host has stopped", null);
  }

  // ---- a job ---------------------------------------------------------------------------------

  private DialJob open(Object key, Optional<PeerId> expected) {
    DialJob job = new DialJob(key, expected, swarm.time().nanoTime());
    jobs.put(key, job);
    Duration deadline = swarm.config().timeouts().connect();
    ScheduledFuture<?> timer =
        swarm.control().schedule(() -> onDeadline(job), deadline.toNanos(), TimeUnit.NANOSECONDS);
    job.deadline = timer;
    return job;
  }

  private void addRemembered(DialJob job, PeerId peer, boolean silent) {
    long now = swarm.time().nanoTime();
    List<Multiaddr> usable = new ArrayList<>();
    for (Multiaddr a : swarm.peers().addresses(peer)) {
      Duration pause = addressBackoff.remaining(a, now);
      if (pause.isZero()) {
        if (transportFor(a) != null || !silent) usable.add(a);
      } else if (!silent) {
        job.onFailure(
            a,
            Kind.BACKOFF,
            "failed before; the next try is due in " + pause.toMillis() + " ms",
            null);
      }
    }
    add(job, usable);
  }

  /** Adds addresses: sorts out what can't be dialed, resolves names, ranks the rest. */
  private void add(DialJob job, List<Multiaddr> addresses) {
    List<Multiaddr> ready = new ArrayList<>();
    for (Multiaddr full : addresses) {
      if (full.peerId().isPresent() && !full.peerId().equals(job.expected)) {
        job.onFailure(full, Kind.WRONG_PEER, full + " names another peer", null);
        continue;
      }
      Multiaddr address = full.withoutPeerId();
      Transport transport = transportFor(address);
      if (transport == null) {
        job.onFailure(
            full, Kind.NO_TRANSPORT, "no transport for " + full + " (have: " + names() + ")", null);
        continue;
      }
      var resolution = transport.resolve(address).toCompletableFuture();
      if (resolution.isDone() && !resolution.isCompletedExceptionally()) {
        ready.addAll(resolution.join());
        continue;
      }
      job.resolving++;
      resolution.whenCompleteAsync(
          (found, error) -> onResolved(job, address, found, error), swarm.control());
    }
    plan(job, ready);
  }

  private void onResolved(
      DialJob job, Multiaddr address, @Nullable List<Multiaddr> found, @Nullable Throwable error) {
    job.resolving--;
    if (found == null) {
      String detail = error == null ? "not resolved" : String.valueOf(error.getMessage());
      job.onFailure(address, Kind.UNREACHABLE, detail, error);
    } else {
      plan(job, found);
    }
    pump(job);
  }

  private void plan(DialJob job, List<Multiaddr> addresses) {
    List<Multiaddr> fresh = addresses.stream().filter(job.known::add).toList();
    int room = swarm.config().limits().maxAddressesPerDial() - job.plan.size();
    if (fresh.isEmpty() || room <= 0) return;
    long now = swarm.time().nanoTime() - job.startNanos;
    for (Ranked r : DialRanker.rank(fresh, ownAddresses.get(), room)) {
      job.plan.add(new Ranked(r.address(), now + r.delayNanos()));
    }
    job.plan
        .subList(job.next, job.plan.size())
        .sort((a, b) -> Long.compare(a.delayNanos(), b.delayNanos()));
  }

  /** Starts what is due, and arranges to be called again for the rest. */
  private void pump(DialJob job) {
    if (job.done) return;
    long elapsed = swarm.time().nanoTime() - job.startNanos;
    while (job.next < job.plan.size()) {
      Ranked ranked = job.plan.get(job.next);
      boolean idle = job.running.isEmpty() && job.resolving == 0;
      if (ranked.delayNanos() > elapsed && !idle && !job.hurry) {
        job.schedulePump(swarm
            .control()
            .schedule(() -> pump(job), ranked.delayNanos() - elapsed, TimeUnit.NANOSECONDS));
        return;
      }
      job.hurry = false;
      job.next++;
      start(job, ranked.address());
    }
    if (job.isExhausted()) fail(job, job.failure());
  }

  private void onDeadline(DialJob job) {
    if (!job.done) fail(job, job.timedOut(swarm.config().timeouts().connect().toMillis()));
  }

  private void fail(DialJob job, DialException failure) {
    end(job);
    List<SwarmConnection> there = job.expected.map(table::byPreference).orElse(List.of());
    if (!there.isEmpty()) { // the peer was faster with a dial of its own
      job.finish().forEach(f -> f.complete(there.getFirst()));
      return;
    }
    if (!stopped && failure.kind() != Kind.NO_ADDRESS && failure.kind() != Kind.BACKOFF) {
      job.expected.ifPresent(peer -> peerBackoff.onFailure(peer, swarm.time().nanoTime()));
    }
    fail(job.finish(), job.expected, failure);
  }

  private void fail(
      List<CompletableFuture<Connection>> callers, Optional<PeerId> peer, DialException failure) {
    callers.forEach(f -> f.completeExceptionally(failure));
    swarm.events().fire(l -> l.onDialFailed(peer, failure));
  }

  private void end(DialJob job) {
    jobs.remove(job.key, job);
    job.cancelTimers();
    job.done = true;
    for (DialAttempt a : List.copyOf(job.running)) a.cancel();
  }

  // ---- an attempt ----------------------------------------------------------------------------

  private void start(DialJob job, Multiaddr address) {
    DialAttempt attempt = new DialAttempt(job, address);
    job.running.add(attempt);
    if (slotsTaken < swarm.config().limits().maxParallelDials()) {
      slotsTaken++;
      dial(attempt);
    } else {
      waitingForSlot.add(attempt); // at most maxQueuedDials * maxAddressesPerDial
    }
  }

  /** Gives a place to the next attempt that is still wanted. */
  private void releaseSlot() {
    for (DialAttempt next = waitingForSlot.poll(); next != null; next = waitingForSlot.poll()) {
      if (isWanted(next)) {
        dial(next);
        return;
      }
      next.end();
      next.job().running.remove(next);
    }
    slotsTaken--;
  }

  private void dial(DialAttempt attempt) {
    Transport transport = transportFor(attempt.address());
    if (transport == null) throw new IllegalStateException("no transport for a planned address");
    dialsStarted.incrementAndGet();
    Timeouts timeouts = swarm.config().timeouts();
    Future<Channel> dialing = transport.dial(attempt.address(), timeouts.dial());
    attempt.onDialing(dialing);
    dialing.addListener((Future<Channel> f) -> {
      if (f.isSuccess()) {
        upgrade.start(f.getNow(), transport, attempt);
      } else {
        onFailed(attempt, Kind.UNREACHABLE, String.valueOf(f.cause().getMessage()), f.cause());
      }
    });
  }

  /** Any thread: the attempt failed before there was a connection. */
  void onFailed(DialAttempt attempt, Kind kind, String detail, @Nullable Throwable cause) {
    if (swarm.control().isShuttingDown()) return;
    swarm.control().execute(() -> failed(attempt, kind, detail, cause));
  }

  static Kind kindOf(UpgradeException e) {
    return switch (e.kind()) {
      case TIMEOUT -> Kind.TIMEOUT;
      case WRONG_PEER -> Kind.WRONG_PEER;
      case CLOSED, FAILED -> Kind.HANDSHAKE;
    };
  }

  private void failed(DialAttempt attempt, Kind kind, String detail, @Nullable Throwable cause) {
    if (!attempt.end()) return;
    releaseSlot();
    DialJob job = attempt.job();
    job.running.remove(attempt);
    if (job.done) return;
    dialsFailed.incrementAndGet();
    addressBackoff.onFailure(attempt.address(), swarm.time().nanoTime());
    job.onFailure(attempt.address(), kind, detail, cause);
    job.hurry = true;
    pump(job);
  }

  /** The connection of an attempt ended before it was established. */
  void onClosedEarly(DialAttempt attempt, CloseReason reason) {
    failed(attempt, DialAttempt.kindOf(reason), reason.detail(), null);
  }

  /** Whether a connection of this attempt is still wanted. */
  boolean isWanted(DialAttempt attempt) {
    return !attempt.job().done && !attempt.isCancelled();
  }

  /** A connection was registered, whoever dialed. */
  void onRegistered(SwarmConnection connection) {
    DialAttempt attempt = connection.attempt();
    if (attempt == null) return;
    peerBackoff.onSuccess(connection.remotePeer());
    addressBackoff.onSuccess(attempt.address());
    if (!attempt.end()) return;
    releaseSlot();
    DialJob job = attempt.job();
    job.running.remove(attempt);
    end(job);
    job.finish().forEach(f -> f.complete(connection));
  }

  // ---- queries -------------------------------------------------------------------------------

  long dialsStarted() {
    return dialsStarted.get();
  }

  long dialsFailed() {
    return dialsFailed.get();
  }

  private @Nullable Transport transportFor(Multiaddr address) {
    for (Transport t : transports) if (t.canDial(address)) return t;
    return null;
  }

  private String names() {
    Set<String> names = new HashSet<>();
    transports.forEach(t -> names.add(t.name()));
    return String.join(", ", names.stream().sorted().toList());
  }
}
