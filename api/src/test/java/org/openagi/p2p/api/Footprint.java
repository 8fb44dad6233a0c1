package org.openagi.p2p.api;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds after a collection. Immutable.
 *
 * @param heapBytes of objects that live
 * @param classBytes of these objects, by their class; those of {@link #COUNTED_BYTES_MIN} and more
 * @param threads of the operating system
 * @param files open files and sockets; 0 where the system does not tell
 */
record Footprint(long heapBytes, Map<String, Long> classBytes, int threads, long files) {
  /** Of several looks the one with the fewest bytes counts: what others do at that moment is not kept. */
  private static final int LOOKS = 4;

  private static final long COUNTED_BYTES_MIN = 16 << 10;

  /** What collectors put between objects. */
  private static final String FILLER = "FillerElement";

  private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+).*");

  /** Looks now. */
  static Footprint take() throws JMException {
    Map<String, Long> least = Map.of();
    for (int i = 0; i < LOOKS; i++) {
      Map<String, Long> now = histogram();
      if (least.isEmpty() || sum(now) < sum(least)) least = now;
    }
    long heapBytes = sum(least);
    // This is part of what is measured the next time, so it is small.
    least.values().removeIf(bytes -> bytes < COUNTED_BYTES_MIN);
    return new Footprint(
        heapBytes, least, ManagementFactory.getThreadMXBean().getThreadCount(), openFiles());
  }

  private static long sum(Map<String, Long> bytes) {
    return bytes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Collects, then counts what is left. */
  private static Map<String, Long> histogram() throws JMException {
    Object text = ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "gcClassHistogram",
            new Object[] {new String[0]},
            new String[] {String[].class.getName()});
    Map<String, Long> bytes = new HashMap<>();
    for (String line : String.valueOf(text).split("\n")) {
      Matcher row = ROW.matcher(line);
      // Classes that are made while it runs have numbers in their names.
      if (row.matches() && !row.group(2).contains(FILLER)) {
        bytes.merge(
            row.group(2).replaceAll("0x[0-9a-f]+|\\d{2,}", "#"),
            Long.parseLong(row.group(1)),
            Long::sum);
      }
    }
    return bytes;
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
  }

  /** How many bytes more than another one has the class of which there are the most more. */
  long worstGrowth(Footprint before) {
    return classBytes.entrySet().stream()
        .mapToLong(each -> each.getValue() - before.classBytes.getOrDefault(each.getKey(), 0L))
        .max()
        .orElse(0);
  }

  /** The classes that have grown most since another one, for a person. */
  String growth(Footprint before) {
    record Grown(String name, long bytes) {}
    return classBytes.entrySet().stream()
        .map(each -> new Grown(
            each.getKey(), each.getValue() - before.classBytes.getOrDefault(each.getKey(), 0L)))
        .sorted(Comparator.comparingLong(Grown::bytes).reversed())
        .limit(15)
        .map(each -> String.format(Locale.ROOT, "%+12d bytes of %s", each.bytes, each.name))
        .collect(Collectors.joining("\n"));
  }
}
