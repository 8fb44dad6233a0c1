package org.openagi.p2p.node.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which build this is, and what it runs on. */
final class VersionProvider implements IVersionProvider {
  private static final String UNPACKAGED = "development";

  @Override
  public String[] getVersion() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return new String[] {
      "p2p " + (version == null ? UNPACKAGED : version),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      System.getProperty("os.name") + " " + System.getProperty("os.arch")
    };
  }
}
