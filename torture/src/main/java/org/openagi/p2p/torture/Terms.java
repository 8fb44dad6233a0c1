package org.openagi.p2p.torture;

import java.nio.file.Path;
import java.util.List;

/**
 * The terms of a run. Immutable.
 *
 * @param messages how many are sent by all nodes together
 * @param nodes 2 to 5
 * @param kills how many processes are killed at least
 * @param cuts how often connections are reset; wires change as often, and there is a partition for each four
 * @param minutes after which no more messages are submitted
 * @param network {@code namespaces} or {@code loopback}; the latter has kills only
 * @param store of the nodes, {@code journal} or {@code memory}
 * @param folder for the nodes' data, ledgers and logs; kept when the run fails
 * @param jvmOptions of the nodes
 */
record Terms(
    long seed,
    int messages,
    int nodes,
    int kills,
    int cuts,
    int minutes,
    String network,
    String store,
    Plant plant,
    Path folder,
    List<String> jvmOptions) {

  /** From the system properties {@code torture.seed}, {@code torture.messages} and so on. */
  static Terms ofProperties(Path folder) {
    int messages = Integer.getInteger("torture.messages", 500_000);
    return new Terms(
        Long.getLong("torture.seed", System.nanoTime() & 0xffffff),
        messages,
        Integer.getInteger("torture.nodes", 5),
        Integer.getInteger("torture.kills", 40),
        Integer.getInteger("torture.cuts", 40),
        Integer.getInteger("torture.minutes", 30),
        System.getProperty("torture.network", "namespaces"),
        System.getProperty("torture.store", "journal"),
        Plant.NONE,
        folder,
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dio.netty.machineId=00:00:00:00:00:01",
            "--enable-native-access=ALL-UNNAMED"));
  }

  /** A small run with kills only, on the loopback interface, in which something must be found. */
  Terms planted(Plant fault, String ofStore, int someMessages, int someKills) {
    return new Terms(
        seed,
        someMessages,
        2,
        someKills,
        0,
        minutes,
        "loopback",
        ofStore,
        fault,
        folder,
        jvmOptions);
  }

  /** The command that plays the same schedule again, without the other tests. */
  String command() {
    return "mvn -Ptorture -pl torture -am verify -Dtest='TortureTest#every*'"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dtorture.seed=" + seed
        + " -Dtorture.messages=" + messages + " -Dtorture.nodes=" + nodes
        + " -Dtorture.kills=" + kills + " -Dtorture.cuts=" + cuts
        + " -Dtorture.network=" + network + " -Dtorture.store=" + store;
  }
}
