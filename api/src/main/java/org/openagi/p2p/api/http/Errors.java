package org.openagi.p2p.api.http;

import org.openagi.p2p.api.json.JsonObject;

/** How refusals look. */
public final class Errors {
  private Errors() {}

  /** {@code {"error":{"code":…,"message":…,"details":…}}}. */
  public static JsonObject json(ApiException why) {
    return new JsonObject()
        .put(
            "error",
            new JsonObject()
                .put("code", why.code().name())
                .put("message", why.text())
                .put("details", why.details()));
  }
}
