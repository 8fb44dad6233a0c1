package org.openagi.p2p.benchmarks.limit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.openagi.p2p.benchmarks.worker.BenchSystem;
import org.openagi.p2p.benchmarks.worker.Payloads;
import org.openagi.p2p.benchmarks.worker.Settings;

/**
 * The limit of the disk: the same bytes appended to one file by group commit, each acknowledged when an fsync
 * covers it. It has no network, no recipient, no signature and no order but one; nothing reaches it at its address.
 */
public final class LogSystem implements BenchSystem {
  @Override
  public Receiver receive(Settings settings, boolean echo) {
    return new Receiver() {
      @Override
      public String address() {
        return "nowhere";
      }

      @Override
      public long received() {
        return 0;
      }

      @Override
      public int connections() {
        return 0;
      }
    };
  }

  @Override
  public Flow send(Settings settings, String address) throws IOException {
    GroupCommitLog log = log();
    Payloads payloads = new Payloads(settings.sizeBytes());
    Thread.ofPlatform().daemon().name("sender").start(() -> {
      for (long submitted = 0; ; submitted++) {
        while (submitted - log.durable() >= settings.window()) LockSupport.parkNanos(50_000);
        log.append(payloads.block(), payloads.next(), settings.sizeBytes(), GroupCommitLog.NOBODY);
      }
    });
    return log::durable;
  }

  @Override
  public Paced paced(Settings settings, String address) throws IOException {
    GroupCommitLog log = log();
    Payloads payloads = new Payloads(settings.sizeBytes());
    return acknowledged ->
        log.append(payloads.block(), payloads.next(), settings.sizeBytes(), acknowledged);
  }

  private static GroupCommitLog log() throws IOException {
    Path file = Files.createTempFile("p2p-bench-log", ".log");
    file.toFile().deleteOnExit();
    GroupCommitLog log = new GroupCommitLog(file);
    Thread.ofPlatform().daemon().name("log").start(log);
    return log;
  }

  @Override
  public PingPong pingPong(Settings settings, String address) {
    throw new UnsupportedOperationException("a log does not answer");
  }

  @Override
  public Dialer dialer(Settings settings, String address) {
    throw new UnsupportedOperationException("a log has no connections");
  }
}
