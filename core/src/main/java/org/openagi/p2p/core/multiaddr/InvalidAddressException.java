package org.openagi.p2p.core.multiaddr;

/** A value does not fit its protocol. Without stack trace: peers can provoke it once per packet. */
final class InvalidAddressException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidAddressException(String message) {
    super(message);
  }

  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // nothing to guard: it does nothing
  @Override
  public Throwable fillInStackTrace() {
    return this;
  }
}
