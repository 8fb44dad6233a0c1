package org.openagi.p2p.node.demo;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.node.Main;

/** How to start another process of this program: the same Java, class path and start-up cache. */
public final class NodeProgram {
  private static final List<String> CACHE =
      List.of("-XX:AOTCache=", "-XX:SharedArchiveFile=", "-Xlog:aot", "-Xlog:cds=");

  /** As the launchers have it. */
  private static final String HEAP_AT_FIRST = "16m";

  private NodeProgram() {}

  /**
   * The command line.
   *
   * @param heapMegabytes most heap of the other process
   * @param arguments of the program
   */
  public static List<String> command(int heapMegabytes, List<String> arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(startUpCache());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:-UsePerfData");
    command.add("-Xms" + HEAP_AT_FIRST);
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dio.netty.machineId=00:00:00:00:00:01");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    return command;
  }

  /** The options that give another process the start-up cache of this one; none if this has none. */
  public static List<String> startUpCache() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(NodeProgram::isStartUpCache)
        .toList();
  }

  /** Whether an option of a Java virtual machine is one of {@link #startUpCache}. */
  public static boolean isStartUpCache(String option) {
    return CACHE.stream().anyMatch(option::startsWith);
  }
}
