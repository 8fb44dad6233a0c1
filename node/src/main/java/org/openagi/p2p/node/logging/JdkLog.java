package org.openagi.p2p.node.logging;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** What libraries log by the JDK's own means, which would otherwise write to standard error by itself. */
public final class JdkLog {
  private JdkLog() {}

  /** From now on its lines come in our log, at the level set there but not below info. Any thread. */
  public static synchronized void join() {
    if (SLF4JBridgeHandler.isInstalled()) return;
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
