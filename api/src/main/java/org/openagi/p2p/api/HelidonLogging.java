package org.openagi.p2p.api;

import io.helidon.logging.common.spi.LoggingProvider;

/**
 * Found by Helidon itself, which writes to standard error if there is none. It configures nothing: Helidon logs by
 * {@link System.Logger}, and where that goes is up to the program.
 */
public final class HelidonLogging implements LoggingProvider {
  @Override
  public void initialization() {}

  @Override
  public void runTime() {}
}
