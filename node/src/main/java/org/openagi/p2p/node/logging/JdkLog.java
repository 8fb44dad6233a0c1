package org.openagi.p2p.node.logging;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** What libraries log by the JDK's own means, which would otherwise write to standard error by itself. */
public final class JdkLog {
  /** Held here, because the JDK forgets the level of a logger that nobody holds. */
  private static final Logger WEB_SERVER = Logger.getLogger("io.helidon.webserver.LoomServer");

  private JdkLog() {}

  /** From now on its lines come in our log, at the level set there but not below info. Any thread. */
  public static synchronized void join() {
    if (SLF4JBridgeHandler.isInstalled()) return;
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    // That a port is taken is told, or mended by taking another one, by who starts the server.
    WEB_SERVER.setLevel(Level.OFF);
  }
}
