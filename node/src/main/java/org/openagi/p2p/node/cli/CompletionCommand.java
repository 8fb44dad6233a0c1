package org.openagi.p2p.node.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code p2p completion}: prints a script for the shell. */
@Command(
    name = "completion",
    description = "Prints a script that completes commands and options in a shell.",
    footer = {
      "",
      "bash:  source <(p2p completion bash)",
      "zsh:   source <(p2p completion zsh)",
      "Put the line into ~/.bashrc or ~/.zshrc to keep it."
    })
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
  private Shell shell = Shell.bash;

  @Spec
  private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec injected = spec;
    if (injected == null) throw new IllegalStateException("run by picocli only");
    CommandLine root = injected.root().commandLine();
    // Both shells take the same script: it turns on zsh's support for bash completion by itself.
    injected.commandLine().getOut().println("# completion of p2p for " + shell);
    injected.commandLine().getOut().print(AutoComplete.bash("p2p", root));
    injected.commandLine().getOut().flush();
    return 0;
  }
}
