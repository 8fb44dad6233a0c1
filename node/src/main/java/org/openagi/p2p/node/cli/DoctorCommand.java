package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import org.openagi.p2p.node.doctor.ClockCheck;
import org.openagi.p2p.node.doctor.Finding;
import org.openagi.p2p.node.doctor.FolderCheck;
import org.openagi.p2p.node.doctor.MachineCheck;
import org.openagi.p2p.node.doctor.MulticastCheck;
import org.openagi.p2p.node.doctor.PeerCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p doctor}: why a peer is or is not reached. */
@Command(
    name = "doctor",
    description =
        "Says why this node can or cannot find, dial, secure, identify and deliver to a peer,"
            + " and what to do.",
    footer = {
      "",
      "It asks the node that runs with the data folder; if none runs, it starts one for the time it",
      "takes. Without PEER it looks at this machine only. The message at the end is a HEARTBEAT with the",
      "text 'p2p doctor', which handlers at the peer see.",
      "Exit code 0 if nothing hinders, 1 if something does."
    })
final class DoctorCommand extends NetworkCommand {
  private static final Duration CLOCK_PATIENCE = Duration.ofSeconds(6);
  private static final String NODE = "node";

  @Parameters(arity = "0..1", paramLabel = "PEER", description = "name, peer id or multiaddr")
  private String peer = "";

  @Option(names = "--no-message", description = "send no message at the end")
  private boolean noMessage;

  private final List<Finding> findings = new ArrayList<>();

  DoctorCommand(Streams streams) {
    super(streams);
  }

  @Override
  P2PConfig adjust(P2PConfig config) {
    return withTimeToFind(config);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    FolderCheck.of(config).forEach(each -> tell(each, out));
    MachineCheck.of(config).forEach(each -> tell(each, out));
    MulticastCheck.of(config).forEach(each -> tell(each, out));
    Optional<ApiClient> running = ApiClient.find(config.dataFolder());
    if (running.isPresent()) {
      try (ApiClient node = running.get()) {
        Values status = node.get("/api/v1/status").values();
        tell(
            Finding.note(
                NODE,
                "NODE_RUNS",
                status.text("name").orElse("?") + " runs and listens on "
                    + String.join(" ", status.texts("addresses")),
                ""),
            out);
        examine(node, out);
      }
    } else if (DataFolder.isHeld(config.dataFolder())) {
      tell(
          Finding.bad(
              NODE,
              "NO_API",
              "a node runs with the data folder, and has no local API to ask",
              "start it by p2p node with another setting of api than off"),
          out);
    } else {
      examineAlone(config, out);
    }
    return conclude(out);
  }

  /** A node of the same configuration, for as long as this takes. */
  private void examineAlone(P2PConfig config, Output out) throws Exception {
    try (Session session = Session.node(config.with("api", "127.0.0.1:0"), extras -> {})) {
      Shutdown.guard(FAILED, session::stop, () -> {
        try {
          session.start();
        } catch (IOException e) {
          tell(unstarted(e), out);
          return FAILED;
        }
        tell(
            Finding.note(NODE, "NODE_STARTED", "none ran; one was started for this time", ""), out);
        try (ApiClient node = ApiClient.require(config.dataFolder())) {
          examine(node, out);
        }
        return DONE;
      });
    }
  }

  private static Finding unstarted(IOException e) {
    String why = String.valueOf(e.getMessage());
    boolean isPort = why.contains("is in use:");
    return Finding.bad(
        NODE,
        isPort ? "PORT_IN_USE" : "NODE_DOES_NOT_START",
        why,
        isPort
            ? "ss -ltnp shows which program has it; stop that, or choose another port with --port"
            : "see the findings before");
  }

  private void examine(ApiClient node, Output out) throws IOException, InterruptedException {
    if (!peer.isEmpty()) {
      PeerCheck.of(node, peer, !noMessage).forEach(each -> tell(each, out));
    }
    tell(ClockCheck.of(node, peer, peer.isEmpty() ? Duration.ZERO : CLOCK_PATIENCE), out);
  }

  private void tell(Finding finding, Output out) {
    findings.add(finding);
    Style style = out.style();
    String mark =
        switch (finding.verdict()) {
          case GOOD -> style.good("ok  ");
          case NOTE -> style.note("note");
          case UNKNOWN -> style.dim("?   ");
          case BAD -> style.bad("BAD ");
        };
    out.tell(
        EventPrinter.object("finding")
            .put("step", finding.step())
            .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
            .put("code", finding.code())
            .put("text", finding.text())
            .put("remedy", finding.remedy()),
        mark + " " + finding.step() + ": " + SafeText.of(finding.text()));
    if (!finding.remedy().isEmpty()) out.say("       -> " + SafeText.of(finding.remedy()));
  }

  private int conclude(Output out) {
    List<Finding> bad = findings.stream().filter(Finding::isBad).toList();
    JsonObject end = EventPrinter.object("diagnosis")
        .put("healthy", bad.isEmpty())
        .put("causes", bad.stream().map(Finding::code).distinct().toList());
    if (bad.isEmpty()) {
      out.tell(end, out.style().good("nothing hinders"));
      return DONE;
    }
    out.tell(
        end,
        out.style().bad(bad.size() + (bad.size() == 1 ? " thing hinders: " : " things hinder: "))
            + String.join(", ", bad.stream().map(Finding::code).distinct().toList()));
    return FAILED;
  }
}
