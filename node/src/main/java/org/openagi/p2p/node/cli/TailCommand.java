package org.openagi.p2p.node.cli;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.api.socket.Channel;
import org.openagi.p2p.network.config.P2PConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code p2p tail}: what happens at a node that runs, as it happens. */
@Command(
    name = "tail",
    description = "Prints events and messages of the node that runs with the data folder, live.",
    footer = {
      "",
      "It waits for the node when that is restarted, and goes on; Ctrl-C ends it, and so does the next",
      "event if nobody reads the output any more. What happened before or in between is not shown. With --json each line is as the WebSocket of the local API sends it."
    })
final class TailCommand extends NetworkCommand {
  @Option(
      names = "--channel",
      paramLabel = "CHANNEL",
      description =
          "network_events, security_events, messages or monitoring_events; may be repeated"
              + " (default: the first three)")
  private List<String> channels = new ArrayList<>();

  @Option(names = "--count", paramLabel = "N", description = "end after so many (default: never)")
  private long count = Long.MAX_VALUE;

  TailCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (count < 1) throw wrongUsage("--count " + count + ": at least 1");
    List<String> wanted = wanted();
    new LiveNews(config, wanted, out).follow(count);
    return DONE;
  }

  private List<String> wanted() {
    List<String> known = Channel.labels();
    for (String each : channels) {
      if (!known.contains(each)) {
        throw wrongUsage("--channel " + each + ": there are " + String.join(", ", known));
      }
    }
    return channels.isEmpty()
        ? known.stream()
            .filter(each -> !each.equals(Channel.MONITORING_EVENTS.label()))
            .toList()
        : channels;
  }
}
