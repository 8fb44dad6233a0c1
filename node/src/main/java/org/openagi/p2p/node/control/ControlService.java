package org.openagi.p2p.node.control;

import java.util.function.Consumer;
import org.openagi.p2p.api.json.JsonObject;

/** Does what clients ask for. Called on one virtual thread for each client. */
@FunctionalInterface
public interface ControlService {
  /**
   * Does it.
   *
   * @param reply takes the objects that answer, in order
   * @throws ControlException for a failure that is not the program's
   */
  void serve(ControlRequest request, Consumer<JsonObject> reply) throws Exception;
}
