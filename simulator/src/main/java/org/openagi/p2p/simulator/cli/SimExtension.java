package org.openagi.p2p.simulator.cli;

import org.openagi.p2p.node.CommandExtension;

/** Adds {@code p2p sim} to the program when this module is on the class path. */
public final class SimExtension implements CommandExtension {
  @Override
  public String name() {
    return "sim";
  }

  @Override
  public Object command() {
    return new SimCommand();
  }
}
