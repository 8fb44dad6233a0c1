package org.openagi.p2p.messaging;

/** A handler that promises not to block. */
record QuickHandler(MessageHandler handler) implements MessageHandler {
  @Override
  public void onMessage(NetworkMessage message) throws Exception {
    handler.onMessage(message);
  }

  @Override
  public boolean isQuick() {
    return true;
  }
}
