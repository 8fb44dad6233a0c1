package org.openagi.p2p.node.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.openagi.p2p.node.CommandExtension;
import picocli.CommandLine;

/**
 * Parses arguments, runs the command they name and returns the exit code.
 *
 * <p>Reading the annotations of a command takes milliseconds, so only the one that is named is
 * loaded; all of them when help or completion asks.
 */
public final class Cli {
  private final Streams streams;
  private final Map<String, Supplier<Object>> commands = new LinkedHashMap<>();

  public Cli(InputStream in, OutputStream out, OutputStream err) {
    streams = new Streams(in, writer(out), writer(err));
    commands.put("completion", CompletionCommand::new);
  }

  /** Runs one command line. */
  public int run(String... args) {
    var line = new CommandLine(new RootCommand()).setOut(streams.out()).setErr(streams.err());
    Supplier<Object> only = args.length == 0 ? null : commands.get(args[0]);
    if (only != null && !args[0].equals("completion")) line.addSubcommand(args[0], only.get());
    else addAll(line);
    return line.execute(args);
  }

  private void addAll(CommandLine line) {
    commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
    for (CommandExtension extension : ServiceLoader.load(CommandExtension.class)) {
      line.addSubcommand(extension.name(), extension.command());
    }
  }

  private static PrintWriter writer(OutputStream out) {
    return new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
  }
}
