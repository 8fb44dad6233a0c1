package org.openagi.p2p.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** The description of the API, and whether answers keep to it. */
final class OpenApi {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonSchemaFactory SCHEMAS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private final JsonNode root;

  OpenApi() throws IOException {
    try (InputStream in = ApiServer.class.getResourceAsStream("openapi.json")) {
      root = MAPPER.readTree(in);
    }
  }

  /** All there is, as {@code GET /api/v1/…}. */
  Set<String> operations() {
    Set<String> all = new TreeSet<>();
    root.get("paths").fields().forEachRemaining(path -> path.getValue()
        .fieldNames()
        .forEachRemaining(
            method -> all.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    return all;
  }

  /** Fails unless an answer is one that is described. */
  void check(String method, String path, ApiNode.Answer answer) {
    JsonNode operation = root.at("/paths/" + path.replace("~", "~0").replace("/", "~1") + "/"
        + method.toLowerCase(Locale.ROOT));
    JsonNode response = operation.path("responses").path(String.valueOf(answer.status()));
    String what = method + " " + path + " " + answer.status();
    if (response.isMissingNode()) throw new AssertionError(what + " is not described");
    String type = answer.response().headers().firstValue("content-type").orElse("");
    if (response.at("/content/text~1plain").isObject()) {
      if (!type.startsWith("text/plain")) throw new AssertionError(what + " is " + type);
      return;
    }
    JsonNode schema = response.at("/content/application~1json/schema");
    String body = answer.response().body();
    if (schema.isMissingNode()) {
      if (!body.isEmpty()) throw new AssertionError(what + " is to have no body, but has " + body);
      return;
    }
    ObjectNode whole = MAPPER.createObjectNode();
    whole.setAll((ObjectNode) schema);
    whole.set("components", root.get("components"));
    try {
      Set<ValidationMessage> problems = SCHEMAS.getSchema(whole).validate(MAPPER.readTree(body));
      if (!problems.isEmpty()) throw new AssertionError(what + ": " + problems + " in " + body);
    } catch (IOException e) {
      throw new AssertionError(what + ": " + body, e);
    }
  }
}
