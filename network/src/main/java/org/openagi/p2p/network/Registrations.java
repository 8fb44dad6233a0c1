package org.openagi.p2p.network;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.MessageHandler;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.messaging.RequestHandler;
import org.openagi.p2p.network.link.MessageService;

/** The handlers a user wants, whether the node runs or not. Safe for any thread. */
final class Registrations {
  private record Registration(MessageType type, MessageHandler handler) {}

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final List<Registration> handlers = new ArrayList<>();
  private final Map<MessageType, RequestHandler> requests = new EnumMap<>(MessageType.class);
  private @Nullable MessageService running;

  void add(MessageType type, MessageHandler handler) {
    Registration added = new Registration(type, handler);
    lock.lock();
    try {
      if (running != null) running.addHandler(type, handler);
      handlers.add(added);
    } finally {
      lock.unlock();
    }
  }

  void remove(MessageHandler handler) {
    lock.lock();
    try {
      if (running != null) running.removeHandler(handler);
      handlers.removeIf(each -> each.handler() == handler);
    } finally {
      lock.unlock();
    }
  }

  void setRequestHandler(MessageType type, @Nullable RequestHandler handler) {
    lock.lock();
    try {
      if (running != null) running.setRequestHandler(type, handler);
      if (handler == null) requests.remove(type);
      else requests.put(type, handler);
    } finally {
      lock.unlock();
    }
  }

  /** From now on these are the handlers of a node that starts. */
  void attachTo(MessageService messages) {
    lock.lock();
    try {
      handlers.forEach(each -> messages.addHandler(each.type(), each.handler()));
      requests.forEach(messages::setRequestHandler);
      running = messages;
    } finally {
      lock.unlock();
    }
  }

  /** The node stops. */
  void detach() {
    lock.lock();
    try {
      running = null;
    } finally {
      lock.unlock();
    }
  }
}
