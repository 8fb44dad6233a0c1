package org.openagi.p2p.network;

import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.network.link.MessageService;

/** A handler that a user wants for a type, whether the node runs or not. */
record HandlerRegistration(MessageType type, MessageHandler handler) {
  void addTo(MessageService messages) {
    messages.addHandler(type, handler);
  }
}
