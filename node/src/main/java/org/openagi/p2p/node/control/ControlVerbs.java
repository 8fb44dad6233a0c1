package org.openagi.p2p.node.control;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.openagi.p2p.api.json.JsonObject;

/** Gives a request to the service that its verb belongs to: the one named by what is before the first dot. */
public final class ControlVerbs implements ControlService {
  private final Map<String, ControlService> services;

  /** A service of services, by the first words of their verbs. */
  public ControlVerbs(Map<String, ControlService> services) {
    this.services = new TreeMap<>(services);
  }

  @Override
  public void serve(ControlRequest request, Consumer<JsonObject> reply) throws Exception {
    String verb = request.verb();
    int dot = verb.indexOf('.');
    ControlService service = services.get(dot < 0 ? verb : verb.substring(0, dot));
    if (service == null) {
      throw new ControlException(
          "no '" + verb + "' here; there is what begins with "
              + String.join(", ", services.keySet()),
          true);
    }
    service.serve(request, reply);
  }
}
