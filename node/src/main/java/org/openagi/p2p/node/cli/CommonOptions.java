package org.openagi.p2p.node.cli;

import picocli.CommandLine.Option;

/** The options of every command that prints results. */
final class CommonOptions {
  @Option(names = "--json", description = "print one JSON object a line, for scripts")
  boolean json;

  @Option(names = "--debug", description = "show where in the program an error comes from")
  boolean debug;

  @Option(
      names = "--print-config",
      description = "print every setting with its value and where it was set, and exit")
  boolean printConfig;
}
