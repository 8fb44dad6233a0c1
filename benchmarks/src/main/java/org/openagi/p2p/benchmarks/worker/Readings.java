package org.openagi.p2p.benchmarks.worker;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what the operating system counts about this process and its network. */
final class Readings {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path DEVICES = Path.of("/proc/net/dev");

  private Readings() {}

  /** Resident memory in KiB, or -1 where the system doesn't tell. */
  static long residentKib() throws IOException {
    if (!Files.isReadable(STATUS)) return -1;
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
    return -1;
  }

  /** Bytes of IP packets that the loopback interface of this network namespace carried, or -1. */
  static long loopbackBytes() throws IOException {
    if (!Files.isReadable(DEVICES)) return -1;
    for (String line : Files.readAllLines(DEVICES)) {
      String trimmed = line.trim();
      if (trimmed.startsWith("lo:")) {
        return Long.parseLong(trimmed.substring(3).trim().split(" +", 2)[0]);
      }
    }
    return -1;
  }

  static long heapBytes() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Nanoseconds of processor time this process has used, all threads. */
  static long processorNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : -1;
  }

  /** Collects garbage until the heap stops shrinking, so that what remains is in use. */
  static void settle() throws InterruptedException {
    long before = Long.MAX_VALUE;
    for (int round = 0; round < 8; round++) {
      System.gc();
      Thread.sleep(150);
      long now = heapBytes();
      if (now > before - before / 100) return;
      before = now;
    }
  }
}
