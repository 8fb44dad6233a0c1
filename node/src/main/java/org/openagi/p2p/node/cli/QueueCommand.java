package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.StoppedNode;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.keystore.DataFolder;
import org.openagi.p2p.node.control.ControlClient;
import org.openagi.p2p.node.control.ControlException;
import org.openagi.p2p.node.control.ControlReply;
import org.openagi.p2p.node.control.ControlRequest;
import org.openagi.p2p.node.control.LocalControl;
import org.openagi.p2p.node.control.QueueReport;
import org.openagi.p2p.node.control.QueueService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p queue}: what waits to be delivered, and what could not be. */
@Command(
    name = "queue",
    description = "Shows and changes what a node has to deliver: messages that wait, and those that"
        + " expired or were refused.",
    footer = {
      "",
      "ls              lists them; --to PEER only those for one peer",
      "show ID         tells all about one, also about one that was delivered lately",
      "retry ID        sends one again that expired or was refused",
      "drop ID         gives up one that waits, or forgets one that expired or was refused",
      "export FILE     writes what waits for a peer, --to PEER, into a signed file to be carried there",
      "import FILE     takes in such a file; senders learn of it when they connect the next time",
      "verify          reads all files of the queue from end to end and changes nothing; ends with 1 if",
      "                something is damaged. What a crash left at the end is no damage",
      "",
      "It works on the node that runs with the data folder, or on the folder of one that does not run;",
      "only import needs a node that runs."
    })
final class QueueCommand extends NetworkCommand {
  /** What can be done. */
  private enum Action {
    LS,
    SHOW,
    RETRY,
    DROP,
    EXPORT,
    IMPORT,
    VERIFY;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Action> of(String word) {
      return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    boolean takesNothing() {
      return this == LS || this == VERIFY;
    }

    boolean takesFile() {
      return this == EXPORT || this == IMPORT;
    }
  }

  @Parameters(
      index = "0",
      paramLabel = "ACTION",
      description = "ls, show, retry, drop, export, import or verify")
  private String word = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ID|FILE",
      description = "the id of a message, or the name of a file")
  private @Nullable String argument;

  @Option(
      names = "--to",
      paramLabel = "PEER",
      description = "name, peer id or multiaddr of the recipient")
  private @Nullable String to;

  QueueCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    Action action = Action.of(word)
        .orElseThrow(() -> wrongUsage("no action '" + word
            + "'; there are ls, show, retry, drop, export, import and verify"));
    JsonObject request = request(action);
    List<ControlReply> replies = new ArrayList<>();
    try {
      ask(action, config, request, replies::add);
    } catch (ControlException e) {
      if (e.isWrongUsage()) throw wrongUsage(String.valueOf(e.getMessage()));
      throw e;
    }
    print(action, replies, out);
    boolean isDamaged =
        replies.stream().anyMatch(each -> Boolean.FALSE.equals(each.members().get("sound")));
    return isDamaged ? FAILED : DONE;
  }

  private JsonObject request(Action action) {
    JsonObject request = new JsonObject().put(ControlRequest.VERB, "queue." + action.word());
    String given = argument;
    if (action.takesNothing()) {
      if (given != null) {
        throw wrongUsage(action.word() + " takes no argument"
            + (action == Action.LS ? "; --to PEER lists those for one peer" : ""));
      }
    } else if (given == null) {
      throw wrongUsage(action.word() + " needs " + (action.takesFile() ? "a FILE" : "an ID"));
    } else if (action.takesFile()) {
      request.put("file", Path.of(given).toAbsolutePath().normalize().toString());
    } else {
      request.put("id", given);
    }
    if (action == Action.EXPORT && to == null) throw wrongUsage("export needs --to PEER");
    if (to != null) request.put("to", to);
    return request;
  }

  /** Of the node that runs, or of the folder of one that does not. */
  private static void ask(
      Action action, P2PConfig config, JsonObject request, Consumer<ControlReply> replies)
      throws Exception {
    Path folder = config.dataFolder();
    Optional<ControlClient> running = ControlClient.connect(folder);
    if (running.isPresent()) {
      try (ControlClient node = running.get()) {
        node.ask(request, replies);
      }
    } else if (DataFolder.isHeld(folder)) {
      throw new IOException(
          "the node that runs with the data folder " + folder + " has no control socket");
    } else if (action == Action.VERIFY) {
      LocalControl.ask(
          (asked, reply) -> QueueReport.tell(StoppedNode.verify(config), reply), request, replies);
    } else {
      try (StoppedNode node = StoppedNode.open(config)) {
        LocalControl.ask(new QueueService(new StoredQueue(node)), request, replies);
      }
    }
  }

  private static void print(Action action, List<ControlReply> replies, Output out) {
    if (out.isJson()) {
      replies.forEach(each -> out.tellLine(each.line()));
      return;
    }
    switch (action) {
      case LS -> table(replies, out);
      case SHOW -> replies.forEach(each -> details(each.members(), out));
      case RETRY -> replies.forEach(each -> out.say("sent again as " + shown(each, "newId")));
      case DROP -> replies.forEach(each -> out.say("dropped " + shown(each, "id")));
      case EXPORT ->
        replies.forEach(each -> out.say(shown(each, "messages") + " messages, "
            + shown(each, "bytes") + " bytes, in " + shown(each, "file") + "; "
            + shown(each, "left") + " found no room"));
      case IMPORT ->
        replies.forEach(each -> out.say("lane " + shown(each, "lane") + " of "
            + shown(each, "from") + ": " + shown(each, "settled") + " new, "
            + shown(each, "refused") + " of them refused, " + shown(each, "known")
            + " known before"));
      case VERIFY -> replies.forEach(each -> finding(each, out));
    }
  }

  private static void finding(ControlReply found, Output out) {
    String place = shown(found, "file") + " at offset " + shown(found, "offset");
    switch (found.text("event").orElse("")) {
      case "damaged" -> out.say("damaged: " + place + ": " + shown(found, "what"));
      case "torn" ->
        out.say("torn end: " + place + ", " + shown(found, "bytes")
            + " bytes. A crash left them, none had been accepted, the next start cuts them off");
      default -> {
        boolean isInUse = Boolean.TRUE.equals(found.members().get("inUse"));
        boolean isSound = Boolean.TRUE.equals(found.members().get("sound"));
        out.say(shown(found, "files") + " files, " + shown(found, "bytes") + " bytes, "
            + shown(found, "records") + " records: " + shown(found, "messages")
            + " messages wait, " + shown(found, "deadLetters") + " expired or were refused; "
            + (isSound ? "sound" : shown(found, "damages") + " damages")
            + (isInUse ? ", read up to what the node had written when it was asked" : ""));
      }
    }
  }

  private static void table(List<ControlReply> messages, Output out) {
    if (messages.isEmpty()) {
      out.say("nothing waits, and nothing expired or was refused");
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("ID", "TO", "TYPE", "BYTES", "STATE", "WAY", "AGE", "WHY"));
    for (ControlReply each : messages) {
      rows.add(List.of(
          shown(each, "id"),
          each.text("to").map(TextTable::cell).orElse(shown(each, "peerId")),
          shown(each, "type"),
          shown(each, "bytes"),
          shown(each, "state"),
          shown(each, "way"),
          age(each.members().get("created")),
          shown(each, "reason")));
    }
    TextTable.lines(rows).forEach(out::say);
  }

  private static void details(Map<String, Object> members, Output out) {
    var rows = new ArrayList<List<String>>();
    members.forEach((name, value) -> {
      boolean isTime = name.equals("created") || name.equals("ended");
      if (value == null || name.equals("event")) return;
      rows.add(List.of(name, isTime ? age(value) + " ago" : SafeText.of(text(value))));
    });
    TextTable.lines(rows).forEach(out::say);
  }

  private static String age(@Nullable Object millis) {
    if (!(millis instanceof Number time) || time.longValue() == 0) return "-";
    long seconds = Math.max(0, (System.currentTimeMillis() - time.longValue()) / 1000);
    return Duration.ofSeconds(seconds).toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static String shown(ControlReply reply, String name) {
    Object value = reply.members().get(name);
    return value == null ? "-" : TextTable.cell(text(value));
  }

  /** JSON knows one kind of number; whole ones are shown as such. */
  private static String text(Object value) {
    return value instanceof Double number && number == Math.rint(number)
        ? String.valueOf(number.longValue())
        : String.valueOf(value);
  }
}
