package org.openagi.p2p.simulator;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.node.MessageConfig;
import org.openagi.p2p.simulator.node.Ports;

/**
 * What is simulated. Immutable.
 *
 * @param nodes how many
 * @param seed decides everything else
 * @param length of virtual time in which there are faults and traffic; after it everything is repaired and settles
 * @param faults what goes wrong
 * @param messages how message layers are set up
 * @param meanPause between two messages of a node
 * @param heartbeat silence after which a neighbour is probed
 * @param bytesPerSecond of the line of each node
 * @param ports what is put between the parts of nodes
 * @param live where to print what happens, null for nowhere
 */
public record SimulationConfig(
    int nodes,
    long seed,
    Duration length,
    Set<FaultKind> faults,
    MessageConfig messages,
    Duration meanPause,
    Duration heartbeat,
    long bytesPerSecond,
    Ports ports,
    @Nullable PrintWriter live) {
  /** Most nodes. */
  public static final int MAX_NODES = 20_000;

  /** Checks the ranges. */
  public SimulationConfig {
    if (nodes < 2 || nodes > MAX_NODES) {
      throw new IllegalArgumentException(nodes + " nodes, allowed are 2 to " + MAX_NODES);
    }
    if (length.isNegative() || length.isZero() || length.compareTo(Duration.ofDays(2)) > 0) {
      throw new IllegalArgumentException("length " + length + ", allowed is up to 2 days");
    }
    faults = Set.copyOf(faults);
  }

  /** A network of so many nodes with all faults. */
  public static SimulationConfig of(int nodes, long seed, Duration length) {
    return new SimulationConfig(
        nodes,
        seed,
        length,
        Set.of(FaultKind.values()),
        MessageConfig.defaults(),
        Duration.ofSeconds(4),
        Duration.ofSeconds(30),
        12_500_000,
        Ports.NONE,
        null);
  }

  /** This with other faults. */
  public SimulationConfig withFaults(Set<FaultKind> value) {
    return new SimulationConfig(
        nodes, seed, length, value, messages, meanPause, heartbeat, bytesPerSecond, ports, live);
  }

  /** This with another seed. */
  public SimulationConfig withSeed(long value) {
    return new SimulationConfig(
        nodes, value, length, faults, messages, meanPause, heartbeat, bytesPerSecond, ports, live);
  }

  /** This with something put between the parts of nodes. */
  public SimulationConfig withPorts(Ports value) {
    return new SimulationConfig(
        nodes, seed, length, faults, messages, meanPause, heartbeat, bytesPerSecond, value, live);
  }

  /** This with what happens printed at once. */
  public SimulationConfig withLive(@Nullable PrintWriter value) {
    return new SimulationConfig(
        nodes, seed, length, faults, messages, meanPause, heartbeat, bytesPerSecond, ports, value);
  }
}
