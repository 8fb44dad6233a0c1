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

  /** The path of {@link #operations} that a request was for, such as {@code /api/v1/peers/{peer}}. */
  String pathOf(String method, String asked) {
    return operations().stream()
        .filter(each -> each.startsWith(method + " "))
        .map(each -> each.substring(method.length() + 1))
        .filter(path -> asked.matches(path.replaceAll("\\{\\w+}", "[^/]+")))
        .findFirst()
        .orElseThrow(() -> new AssertionError(method + " " + asked + " is not described"));
  }

  /** Fails unless an answer is one that is described. */
  void check(String method, String path, ApiNode.Answer answer) {
    String what = method + " " + path + " " + answer.status();
    if (described(method, path, answer.status()).at("/content/text~1plain").isObject()) {
      String type = answer.response().headers().firstValue("content-type").orElse("");
      if (!type.startsWith("text/plain")) throw new AssertionError(what + " is " + type);
      return;
    }
    check(method, path, answer.status(), answer.response().body());
  }

  private JsonNode described(String method, String path, int status) {
    JsonNode operation = root.at("/paths/" + path.replace("~", "~0").replace("/", "~1") + "/"
        + method.toLowerCase(Locale.ROOT));
    JsonNode response = operation.path("responses").path(String.valueOf(status));
    if (response.isMissingNode()) {
      throw new AssertionError(method + " " + path + " " + status + " is not described");
    }
    return response;
  }

  /** Fails unless a status and a body of JSON, or none, are described. */
  void check(String method, String path, int status, String body) {
    String what = method + " " + path + " " + status;
    JsonNode schema = described(method, path, status).at("/content/application~1json/schema");
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
