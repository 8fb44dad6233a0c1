package org.openagi.p2p.node.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which build this is, and what it runs on. */
final class VersionProvider implements IVersionProvider {
  private static final String UNPACKAGED = "development";

  /** Of this program. */
  static String version() {
    String version = VersionProvider.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKAGED : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "p2p " + version(),
      "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      System.getProperty("os.name") + " " + System.getProperty("os.arch")
    };
  }
}
