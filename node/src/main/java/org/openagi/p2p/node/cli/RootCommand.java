package org.openagi.p2p.node.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** The program itself, without a command. */
@Command(
    name = "p2p",
    description = "Finds peers, connects over libp2p and exchanges signed messages.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = VersionProvider.class,
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 ended by Ctrl-C.",
      "Try: p2p demo, or p2p node --name alice in one terminal and p2p send alice hello in another."
    })
final class RootCommand {}
