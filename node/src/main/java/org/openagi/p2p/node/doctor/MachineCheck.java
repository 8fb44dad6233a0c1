package org.openagi.p2p.node.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;

/** What this machine allows: open files, and signs of a packet filter. */
public final class MachineCheck {
  /** Files that a node has open beside its connections: jars, journal, sockets of discovery. */
  static final long OTHER_FILES = 256;

  private static final String LIMITS = "limits";
  private static final String FIREWALL = "firewall";
  private static final int OUTPUT_MAX = 1 << 20;
  private static final long PATIENCE_SECONDS = 3;

  private MachineCheck() {}

  /** Looks at the limits of a process of this user, and at the packet filter as far as it can be read. */
  public static List<Finding> of(P2PConfig config) {
    List<Finding> findings = new ArrayList<>();
    long wanted = config.get(ConfigKeys.MAX_CONNECTIONS);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      findings.add(files(unix.getMaxFileDescriptorCount(), wanted));
    }
    findings.add(filter(read("nft", "list", "ruleset"), read("iptables", "-S")));
    return findings;
  }

  /**
   * Judges the limit of open files.
   *
   * @param limit of a process
   * @param connections that a node may have
   */
  static Finding files(long limit, long connections) {
    long needed = connections + OTHER_FILES;
    return limit < needed
        ? Finding.bad(
            LIMITS,
            "TOO_FEW_FILES",
            "a process may open " + limit + " files, and a node with max_connections " + connections
                + " needs about " + needed,
            "ulimit -n " + 2 * needed
                + " (LimitNOFILE= in a systemd unit), or lower max_connections")
        : Finding.good(
            LIMITS,
            "a process may open " + limit + " files, enough for " + connections + " connections");
  }

  /** Judges the rules of packet filters: empty texts if they cannot be read. */
  static Finding filter(String nft, String iptables) {
    if (nft.isEmpty() && iptables.isEmpty()) {
      return Finding.unknown(FIREWALL, "no packet filter can be read by this user");
    }
    long rules = (nft + "\n" + iptables)
        .lines()
        .filter(line -> line.matches("(?i).*\\b(drop|reject)\\b.*"))
        .count();
    return rules == 0
        ? Finding.good(FIREWALL, "no rule of a packet filter here drops or rejects")
        : Finding.note(
            FIREWALL,
            "PACKET_FILTER",
            rules == 1
                ? "one rule of a packet filter here drops or rejects something"
                : rules + " rules of a packet filter here drop or reject something",
            "let UDP port 5353 and the TCP port of the node pass: nft list ruleset, iptables -S");
  }

  private static String read(String... command) {
    try {
      Process process = new ProcessBuilder(command)
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      process.getOutputStream().close();
      byte[] said = process.getInputStream().readNBytes(OUTPUT_MAX);
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (!ended) process.destroyForcibly();
      // No rules at all is an answer as well.
      return ended && process.exitValue() == 0
          ? new String(said, StandardCharsets.UTF_8) + "\n"
          : "";
    } catch (IOException e) {
      return ""; // there is no such program
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
