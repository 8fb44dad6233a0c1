package org.openagi.p2p.benchmarks;

import org.openagi.p2p.node.CommandExtension;

/** Adds {@code p2p bench} to the program when this module is on the class path. */
public final class BenchExtension implements CommandExtension {
  @Override
  public String name() {
    return "bench";
  }

  @Override
  public Object command() {
    return new BenchCommand();
  }
}
