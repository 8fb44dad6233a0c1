package org.openagi.p2p.node;

import org.openagi.p2p.node.cli.Cli;

/** Entry of the {@code p2p} program. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int status = new Cli(System.in, System.out, System.err).run(args);
    System.out.flush();
    System.exit(status);
  }
}
