package org.openagi.p2p.node.control;

import java.util.function.Consumer;
import org.openagi.p2p.api.json.JsonObject;

/** Asks a service in this process as if it were that of another one, so that both answer alike. */
public final class LocalControl {
  private LocalControl() {}

  /**
   * Makes a request.
   *
   * @param reply takes the objects of the answer
   * @throws ControlException if the request fails
   */
  public static void ask(ControlService service, JsonObject request, Consumer<ControlReply> reply)
      throws Exception {
    service.serve(ControlRequest.parse(request.toString()), object -> {
      String line = object.toString();
      reply.accept(new ControlReply(line, ControlRequest.members(line).orElseThrow()));
    });
  }
}
