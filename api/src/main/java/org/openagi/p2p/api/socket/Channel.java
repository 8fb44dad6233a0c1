package org.openagi.p2p.api.socket;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a client can subscribe to. */
public enum Channel {
  /** Peers come and go, links become better or worse. */
  NETWORK_EVENTS,
  /** Faults, and what was refused for security's sake. */
  SECURITY_EVENTS,
  /** Once a second the figures of the node and its peers. */
  MONITORING_EVENTS,
  /** Messages that arrive, and the ends of those that were sent by way of the API. */
  MESSAGES;

  /** The name that clients use. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The channel of a name. */
  public static Optional<Channel> of(String label) {
    return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
  }

  /** The names of all. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Channel::label).toList();
  }
}
