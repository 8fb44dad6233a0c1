package org.openagi.p2p.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openagi.p2p.api.json.JsonObject;

/** Says where a figure was measured. */
final class Machine {
  private Machine() {}

  static JsonObject describe() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return new JsonObject()
        .put("os", system.getName() + " " + system.getVersion() + " " + system.getArch())
        .put("processor", processor())
        .put("cores", system.getAvailableProcessors())
        .put("load", Math.round(system.getSystemLoadAverage() * 100) / 100.0)
        .put("java", Runtime.version().toString())
        .put("java_vendor", System.getProperty("java.vendor"));
  }

  private static String processor() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) return "unknown";
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
