package org.openagi.p2p.node.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.openagi.p2p.api.ApiServer;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.keystore.DataFolder;

/**
 * Asks the node that runs with a data folder, by its local API. The token goes to nobody else: only a folder that a process
 * holds is asked for its address, since the port of a node that died may be another program's by now.
 *
 * <p>Safe for any thread; requests wait for their answers.
 */
public final class ApiClient implements AutoCloseable {
  /** Longest wait for an answer that the node has at hand. */
  static final Duration TIMEOUT = Duration.ofSeconds(15);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Path folder;
  private final String url;
  private final String token;
  private final HttpClient http;

  private ApiClient(Path folder, String url, String token) {
    this.folder = folder;
    this.url = url;
    this.token = token;
    this.http = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(HttpClient.Builder.NO_PROXY)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(CONNECT_TIMEOUT)
        .build();
  }

  /**
   * The node of a data folder; empty if none with an API runs there.
   *
   * @throws IOException if one runs and its token cannot be read
   */
  public static Optional<ApiClient> find(Path folder) throws IOException {
    if (!DataFolder.isHeld(folder)) return Optional.empty();
    Optional<String> url = ApiServer.addressIn(folder);
    if (url.isEmpty()) return Optional.empty();
    String token = Secrets.read(folder.resolve(Secrets.TOKEN_FILE));
    ApiClient client = new ApiClient(folder, url.get(), token);
    try {
      client.get("/api/v1/identity");
      return Optional.of(client);
    } catch (NobodyThereException e) {
      client.close(); // the file is of a node that was killed, the folder held by a command
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /**
   * The node of a data folder.
   *
   * @throws IOException if none runs there, with a sentence that says what to do
   */
  public static ApiClient require(Path folder) throws IOException {
    Optional<ApiClient> found = find(folder);
    if (found.isPresent()) return found.get();
    throw new IOException(
        DataFolder.isHeld(folder)
            ? "the data folder " + folder + " is in use by a node without a local API; start p2p"
                + " node with it, and with another setting of api than off"
            : "no node runs with the data folder " + folder + "; start one with p2p node");
  }

  /** Where the API is. */
  public String url() {
    return url;
  }

  Path folder() {
    return folder;
  }

  String token() {
    return token;
  }

  HttpClient http() {
    return http;
  }

  /** A part of a path, encoded. */
  public static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Reads.
   *
   * @param path with its query, such as {@code /api/v1/status}
   * @throws ApiRefusedException if the node answers with an error
   * @throws IOException if it does not answer
   */
  public ApiAnswer get(String path) throws IOException {
    return ask("GET", path, BodyPublishers.noBody(), TIMEOUT);
  }

  /** {@link #get} with a body. */
  public ApiAnswer post(String path, JsonObject body) throws IOException {
    return post(path, body, TIMEOUT);
  }

  /**
   * {@link #get} with a body, of something that takes its time.
   *
   * @param wait how long the node may take
   */
  public ApiAnswer post(String path, JsonObject body, Duration wait) throws IOException {
    return ask("POST", path, BodyPublishers.ofString(body.toString()), wait);
  }

  private ApiAnswer ask(String method, String path, BodyPublisher body, Duration wait)
      throws IOException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
        .timeout(wait)
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/json")
        .method(method, body)
        .build();
    return answer(send(request, path, wait));
  }

  private HttpResponse<String> send(HttpRequest request, String path, Duration wait)
      throws IOException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw new NobodyThereException("the node at " + url + " is gone");
    } catch (HttpTimeoutException e) {
      throw new IOException(
          "the node at " + url + " did not answer " + path + " within " + wait.toSeconds() + " s",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    } catch (IOException e) {
      throw new NobodyThereException(
          "the node at " + url + " ended before it had answered: " + e.getMessage());
    }
  }

  private static ApiAnswer answer(HttpResponse<String> response) throws IOException {
    Optional<Values> values = Values.parse(response.body());
    int status = response.statusCode();
    if (status == 204) return new ApiAnswer("{}", Values.NONE);
    if (status / 100 == 2) {
      return new ApiAnswer(
          response.body(),
          values.orElseThrow(() -> new IOException("the node answered something else than JSON")));
    }
    Values error = values.orElse(Values.NONE).object("error");
    throw new ApiRefusedException(
        status,
        error.text("code").orElse(""),
        error.text("message").orElse("the node answered with status " + status),
        error.text("details").orElse(""));
  }

  /** Gives up what is under way. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
