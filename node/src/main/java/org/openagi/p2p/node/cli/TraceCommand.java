package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.node.control.ControlClient;
import org.openagi.p2p.node.control.ControlException;
import org.openagi.p2p.node.control.ControlReply;
import org.openagi.p2p.node.control.ControlRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code p2p trace}: which way a message went. */
@Command(
    name = "trace",
    description =
        "Shows which way a message went: when it was queued, sent, taken over by other nodes,"
            + " received and settled.",
    footer = {
      "",
      "It asks the node that runs with the data folder, about a message that this node sent. What is",
      "said of hops they noted themselves; it comes back in the receipt: how long they held the",
      "message, and the link by which it left: how long lately, by the hop's own clock, from sending",
      "a message until it knew that the next node had taken it over, to and fro.",
      "Of messages that ended only the last are remembered, in memory."
    })
final class TraceCommand extends NetworkCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "the id of a message")
  private String id = "";

  TraceCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    Optional<ControlClient> running = ControlClient.connect(config.dataFolder());
    if (running.isEmpty()) {
      throw new IOException("no node runs with the data folder " + config.dataFolder()
          + "; what it knew of the ways of messages ended with it");
    }
    List<ControlReply> replies = new ArrayList<>();
    try (ControlClient node = running.get()) {
      node.ask(new JsonObject().put(ControlRequest.VERB, "trace.show").put("id", id), replies::add);
    } catch (ControlException e) {
      if (e.isWrongUsage()) throw wrongUsage(String.valueOf(e.getMessage()));
      throw e;
    }
    if (out.isJson()) replies.forEach(each -> out.tellLine(each.line()));
    else print(replies, out);
    return DONE;
  }

  private static void print(List<ControlReply> replies, Output out) {
    for (ControlReply each : replies) {
      if (each.text("event").orElse("").equals("trace")) {
        out.say(shown(each, "id") + " to " + peer(each, "to", "peerId") + ": "
            + shown(each, "state") + ", sent " + shown(each, "attempts") + " times");
      } else {
        out.say(line(each));
      }
    }
  }

  private static String line(ControlReply step) {
    StringBuilder line = new StringBuilder();
    line.append("  +").append(shown(step, "afterMillis")).append(" ms  ");
    line.append(shown(step, "stage"));
    if (step.text("nodeId").isPresent()) line.append("  ").append(peer(step, "node", "nodeId"));
    times(step, line);
    step.text("text").filter(text -> !text.isEmpty()).ifPresent(text -> {
      line.append("  ").append(SafeText.of(text));
    });
    return line.toString();
  }

  private static void times(ControlReply step, StringBuilder line) {
    String took = shown(step, "tookMicros");
    if (!step.text("stage").orElse("").equals("HOP")) {
      if (!took.equals("0")) line.append("  after ").append(took).append(" us");
      return;
    }
    line.append("  held ").append(took).append(" us");
    String link = shown(step, "linkMicros");
    if (!link.equals("0")) line.append(", link to the next ").append(link).append(" us");
  }

  private static String peer(ControlReply reply, String name, String id) {
    return SafeText.of(reply.text(name).or(() -> reply.text(id)).orElse("?"));
  }

  private static String shown(ControlReply reply, String member) {
    Object value = reply.members().get(member);
    return switch (value) {
      case null -> "";
      case Number number -> String.valueOf(number.longValue());
      default -> SafeText.of(String.valueOf(value));
    };
  }
}
