package org.openagi.p2p.api.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What this process takes. Immutable. Figures that the system does not tell are {@link Double#NaN}.
 *
 * @param startSeconds since 1970
 * @param cpuSeconds that it has used
 * @param residentBytes of memory
 * @param openFiles files and sockets that are open
 * @param maxFiles most that may be
 * @param heapUsedBytes of objects, dead ones among them
 * @param heapCommittedBytes that the heap has from the system
 * @param heapMaxBytes most that it may have
 * @param nonHeapUsedBytes of classes, compiled code and the like
 * @param threads of the system; virtual ones are not counted
 * @param collections of garbage
 * @param collectionSeconds that they took
 */
record ProcessFigures(
    double startSeconds,
    double cpuSeconds,
    double residentBytes,
    double openFiles,
    double maxFiles,
    double heapUsedBytes,
    double heapCommittedBytes,
    double heapMaxBytes,
    double nonHeapUsedBytes,
    double threads,
    double collections,
    double collectionSeconds) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String RESIDENT = "VmRSS:";

  /** At this moment. */
  static ProcessFigures now() {
    double cpu = Double.NaN;
    double open = Double.NaN;
    double max = Double.NaN;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      cpu = system.getProcessCpuTime() / 1e9;
      open = system.getOpenFileDescriptorCount();
      max = system.getMaxFileDescriptorCount();
    }
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long collections = 0;
    long millis = 0;
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += Math.max(0, each.getCollectionCount());
      millis += Math.max(0, each.getCollectionTime());
    }
    return new ProcessFigures(
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3,
        cpu,
        readResidentBytes(),
        open,
        max,
        memory.getHeapMemoryUsage().getUsed(),
        memory.getHeapMemoryUsage().getCommitted(),
        memory.getHeapMemoryUsage().getMax(),
        memory.getNonHeapMemoryUsage().getUsed(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        collections,
        millis / 1e3);
  }

  private static double readResidentBytes() {
    if (!Files.isReadable(STATUS)) return Double.NaN;
    try {
      for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
        if (line.startsWith(RESIDENT)) {
          return 1024.0 * Long.parseLong(line.substring(RESIDENT.length()).replaceAll("\\D", ""));
        }
      }
    } catch (IOException e) {
      return Double.NaN; // a system that hides it
    }
    return Double.NaN;
  }
}
