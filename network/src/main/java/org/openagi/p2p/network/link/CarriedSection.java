package org.openagi.p2p.network.link;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.carry.BundleFile;
import org.openagi.p2p.messaging.carry.SectionFeed;
import org.openagi.p2p.messaging.codec.Refuse;

/**
 * A lane's part of a file, taken in like a stream of its sender. Confined to the service's own executor.
 *
 * @see "docs/wire/bundle-file.md, section 3"
 */
final class CarriedSection {
  private final EventExecutor executor;
  private final MessageService service;
  private final BundleFile.Section section;
  private final SectionFeed feed;
  private final CompletableFuture<Carried> done = new CompletableFuture<>();

  CarriedSection(MessageService service, PeerId sender, BundleFile.Section section) {
    this.executor = service.control();
    this.service = service;
    this.section = section;
    this.feed = new SectionFeed(
        service.inbox(),
        sender,
        () -> executor.execute(this::onProgress),
        ByteBufAllocator.DEFAULT,
        false);
  }

  /** Takes it in; completes when everything was handled, or exceptionally if the content breaks a rule. */
  CompletableFuture<Carried> start() {
    feed.add(section.frames());
    feed.end();
    executor.execute(() -> run(feed::feed));
    return done;
  }

  private void onProgress() {
    run(feed::onProgress);
  }

  private interface Step {
    void run() throws ProtocolViolationException;
  }

  private void run(Step step) {
    if (done.isDone()) return;
    try {
      step.run();
    } catch (ProtocolViolationException e) {
      done.completeExceptionally(e);
      return;
    }
    Refuse refusal = feed.refusal();
    if (refusal != null) {
      done.completeExceptionally(new QueueException("refused: " + refusal.text()));
    } else if (feed.isBroken()) {
      done.completeExceptionally(new QueueException("the file ends inside of a bundle"));
    } else if (feed.isDone()) {
      done.complete(result());
    } else {
      arm();
    }
  }

  private void arm() {
    long due = feed.nextDeadlineNanos();
    if (due == SectionFeed.NEVER) return;
    long delay = Math.max(0, due - service.time().nanoTime());
    executor.schedule(() -> run(feed::onTimer), delay, TimeUnit.NANOSECONDS);
  }

  private Carried result() {
    long last = section.end() - 1;
    long before = Math.max(section.first() - 1, Math.min(feed.settledBefore(), last));
    return new Carried(
        section.lane(),
        Math.min(feed.settled(), last) - before,
        before - section.first() + 1,
        feed.refused());
  }
}
