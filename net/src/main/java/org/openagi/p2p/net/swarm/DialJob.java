package org.openagi.p2p.net.swarm;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.DialException.Attempt;
import org.openagi.p2p.net.DialException.Kind;
import org.openagi.p2p.protocols.dialing.DialRanker.Ranked;

/**
 * One dial to one peer (or to whoever answers at an address), shared by all who asked meanwhile.
 * Confined to {@code net-control}. The {@link Dialer} drives it; this class keeps its books.
 */
final class DialJob {
  /** Most callers of {@code connect} that can wait for one dial. */
  static final int MAX_WAITING = 4096;

  final Object key;
  final Optional<PeerId> expected;
  final long startNanos;
  final Set<Multiaddr> known = new LinkedHashSet<>(); // resolved, each tried once
  final List<Ranked> plan = new ArrayList<>();
  final List<DialAttempt> running = new ArrayList<>(2);
  private final List<CompletableFuture<Connection>> waiting = new ArrayList<>(1);
  private final List<Attempt> failures = new ArrayList<>(2);
  private @Nullable Throwable lastCause;
  int resolving;
  int next;
  boolean done;
  boolean hurry; // an attempt failed: the next one need not wait for its time

  @Nullable
  ScheduledFuture<?> deadline;

  private @Nullable ScheduledFuture<?> pump;

  DialJob(Object key, Optional<PeerId> expected, long startNanos) {
    this.key = key;
    this.expected = expected;
    this.startNanos = startNanos;
  }

  boolean await(CompletableFuture<Connection> result) {
    if (waiting.size() >= MAX_WAITING) return false;
    waiting.add(result);
    return true;
  }

  void onFailure(Multiaddr address, Kind kind, String detail, @Nullable Throwable cause) {
    failures.add(new Attempt(address, kind, detail));
    if (cause != null) lastCause = cause;
  }

  void schedulePump(ScheduledFuture<?> timer) {
    if (pump != null) pump.cancel(false);
    pump = timer;
  }

  void cancelTimers() {
    if (pump != null) pump.cancel(false);
    if (deadline != null) deadline.cancel(false);
  }

  boolean isExhausted() {
    return !done && running.isEmpty() && resolving == 0 && next >= plan.size();
  }

  /** Ends the job; returns who waits for it. */
  List<CompletableFuture<Connection>> finish() {
    done = true;
    List<CompletableFuture<Connection>> result = List.copyOf(waiting);
    waiting.clear();
    return result;
  }

  /** The failure of the whole job, for its callers. */
  DialException failure() {
    Kind kind = failures.stream()
        .map(Attempt::kind)
        .max((a, b) -> Integer.compare(rank(a), rank(b)))
        .orElse(Kind.NO_ADDRESS);
    return new DialException(kind, expected.orElse(null), failures, message(kind), lastCause);
  }

  DialException timedOut(long millis) {
    for (DialAttempt a : running) {
      failures.add(
          new Attempt(a.address(), Kind.TIMEOUT, "not connected within " + millis + " ms"));
    }
    return failures.isEmpty()
        ? new DialException(
            Kind.TIMEOUT,
            expected.orElse(null),
            List.of(),
            "cannot connect to " + subject() + ": not done within " + millis + " ms",
            null)
        : failure();
  }

  private String message(Kind kind) {
    if (failures.isEmpty()) return "no address of " + subject() + " is known";
    StringBuilder text =
        new StringBuilder("cannot connect to ").append(subject()).append(": ");
    boolean one = kind == Kind.REFUSED || failures.size() == 1;
    List<Attempt> named =
        one ? failures.stream().filter(f -> f.kind() == kind).limit(1).toList() : failures;
    for (int i = 0; i < named.size(); i++) {
      text.append(i == 0 ? "" : "; ").append(describe(named.get(i)));
    }
    return text.toString();
  }

  /** Address and detail, unless the address has been said already. */
  private String describe(Attempt attempt) {
    String address = attempt.address().toString();
    boolean said = attempt.detail().contains(address) || subject().equals(address);
    return said ? attempt.detail() : address + ": " + attempt.detail();
  }

  private String subject() {
    return expected.map(p -> "peer " + p).orElse(key.toString());
  }

  /** The further an attempt got, the more its failure says. */
  private static int rank(Kind kind) {
    return switch (kind) {
      case NO_ADDRESS -> 0;
      case NO_TRANSPORT -> 1;
      case BACKOFF -> 2;
      case UNREACHABLE -> 3;
      case TIMEOUT -> 4;
      case HANDSHAKE -> 5;
      case LOCAL_LIMIT -> 6;
      case SELF -> 7;
      case WRONG_PEER -> 8;
      case REFUSED -> 9;
      case STOPPED -> 10;
    };
  }
}
