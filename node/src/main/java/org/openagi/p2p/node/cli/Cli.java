package org.openagi.p2p.node.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.openagi.p2p.network.config.ConfigException;
import org.openagi.p2p.node.CommandExtension;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Parses arguments, runs the command they name and returns the exit code.
 *
 * <p>Reading the annotations of a command takes milliseconds, so only the one that is named is
 * loaded; all of them when help or completion asks.
 */
public final class Cli {
  private static final String COMPLETION = "completion";
  private static final String HELP = "help";
  private static final Map<String, String> EXIT_CODES = exitCodes();
  private final Streams streams;
  private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

  public Cli(InputStream in, OutputStream out, OutputStream err) {
    streams = new Streams(in, writer(out), writer(err));
    commands.put("id", () -> new IdCommand(streams));
    commands.put("node", () -> new NodeCommand(streams));
    commands.put("status", () -> new StatusCommand(streams));
    commands.put("peers", () -> new PeersCommand(streams));
    commands.put("send", () -> new SendCommand(streams));
    commands.put("copy", () -> new CopyCommand(streams));
    commands.put("listen", () -> new ListenCommand(streams));
    commands.put("ping", () -> new PingCommand(streams));
    commands.put("queue", () -> new QueueCommand(streams));
    commands.put("stats", () -> new StatsCommand(streams));
    commands.put("top", () -> new TopCommand(streams));
    commands.put("tail", () -> new TailCommand(streams));
    commands.put("config", () -> new ShowConfigCommand(streams));
    commands.put("doctor", () -> new DoctorCommand(streams));
    commands.put("topology", () -> new TopologyCommand(streams));
    commands.put("trace", () -> new TraceCommand(streams));
    commands.put("demo", () -> new DemoCommand(streams));
    commands.put("warm-up", WarmUpCommand::new);
    commands.put(COMPLETION, CompletionCommand::new);
  }

  /** Runs one command line. */
  public int run(String... args) {
    if (args.length > 0 && args[0].equals(HELP)) return help(args);
    var root = new CommandLine(new RootCommand());
    String first = args.length == 0 ? "" : args[0];
    Supplier<Object> only = commands.get(first);
    if (only != null && !first.equals(COMPLETION)) add(root, first, only.get());
    else addAll(root);
    root.setOut(streams.out())
        .setErr(streams.err())
        .setParameterExceptionHandler(this::explain)
        .setExecutionExceptionHandler((failure, line, parsed) -> explain(failure))
        .setUsageHelpAutoWidth(false)
        .setExpandAtFiles(false) // @FILE is the content of a message, not more arguments
        .setCaseInsensitiveEnumValuesAllowed(true);
    if (args.length == 0) {
      root.usage(streams.err());
      return NetworkCommand.WRONG_USAGE;
    }
    return root.execute(args);
  }

  /** {@code p2p help COMMAND}, for those who are used to it. */
  private int help(String[] args) {
    if (args.length == 1) return run("--help");
    var root = new CommandLine(new RootCommand());
    addAll(root);
    boolean isKnown = root.getSubcommands().containsKey(args[1]);
    return isKnown ? run(args[1], "--help") : run(args[1]); // which tells that there is none
  }

  private void addAll(CommandLine root) {
    commands.forEach((name, command) -> add(root, name, command.get()));
    for (CommandExtension extension : ServiceLoader.load(CommandExtension.class)) {
      add(root, extension.name(), extension.command());
    }
  }

  private static void add(CommandLine root, String name, Object command) {
    var line = new CommandLine(command);
    if (command instanceof NetworkCommand) ConfigOptions.addTo(line.getCommandSpec());
    line.getCommandSpec()
        .usageMessage()
        .abbreviateSynopsis(true)
        .sortOptions(false)
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(EXIT_CODES);
    root.addSubcommand(name, line);
  }

  /**
   * One line for what is wrong with the arguments, and what else is wrong with the configuration, so
   * that one run tells everything.
   */
  private int explain(ParameterException wrong, String[] args) {
    CommandLine line = wrong.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    streams.err().println("p2p: " + SafeText.of(describe(wrong)));
    if (line.getCommand() instanceof NetworkCommand) {
      ParseResult parsed = line.getParseResult();
      try {
        ConfigOptions.loader(parsed, System.getenv()).load();
      } catch (ConfigException e) {
        e.problems().forEach(problem -> streams.err().println("p2p: " + problem));
      }
    }
    streams.err().println("p2p: see " + name + " --help");
    return NetworkCommand.WRONG_USAGE;
  }

  private int explain(Exception failure) {
    String message = failure.getMessage();
    streams.err().println("p2p: " + (message == null ? failure.toString() : message));
    return NetworkCommand.FAILED;
  }

  private static String describe(ParameterException wrong) {
    boolean isRoot = wrong.getCommandLine().getParent() == null;
    if (!isRoot || !(wrong instanceof UnmatchedArgumentException unmatched))
      return String.valueOf(wrong.getMessage());
    String given = unmatched.getUnmatched().getFirst();
    if (given.startsWith("-")) return "the command comes first, then options such as " + given;
    List<String> near = Spelling.near(given, visible(wrong.getCommandLine()));
    return "no command '" + given + "'"
        + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?");
  }

  private static List<String> visible(CommandLine root) {
    return root.getSubcommands().entrySet().stream()
        .filter(each -> !each.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "done");
    codes.put("1", "failed; why is told on standard error");
    codes.put("2", "wrong usage or configuration");
    codes.put("130", "ended by Ctrl-C, as 143 by SIGTERM, if there was no node to stop");
    return codes;
  }

  private static PrintWriter writer(OutputStream out) {
    // Made of the stream itself: a writer in between would hide that nobody reads any more.
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }
}
