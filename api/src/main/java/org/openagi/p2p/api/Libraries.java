package org.openagi.p2p.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Routes;

/**
 * The files of others that the dashboard uses, out of the jars that bring them: these and nothing else of the class path.
 * Stateless.
 */
final class Libraries {
  private static final List<Library> ALL = List.of(
      new Library("/lib/uplot.js", "uplot", "dist/uPlot.esm.js", "text/javascript"),
      new Library("/lib/uplot.css", "uplot", "dist/uPlot.min.css", "text/css"),
      new Library("/lib/cytoscape.js", "cytoscape", "dist/cytoscape.min.js", "text/javascript"));

  /**
   * One file.
   *
   * @param path where it is served
   * @param artifact whose jar it is in
   * @param file where it is there
   */
  private record Library(String path, String artifact, String file, String contentType) {
    void serve(Exchange exchange) throws IOException {
      String name = "/META-INF/resources/webjars/" + artifact + "/" + version() + "/" + file;
      try (InputStream in = Libraries.class.getResourceAsStream(name)) {
        if (in == null) throw new ApiException(ErrorCode.NOT_FOUND, "this build has no " + path);
        exchange.answer(200, contentType + "; charset=utf-8", in.readAllBytes());
      }
    }

    /** The jars' folders have their version in their names; the jars say which it is. */
    private String version() throws IOException {
      String name = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
      Properties properties = new Properties();
      try (InputStream in = Libraries.class.getResourceAsStream(name)) {
        if (in != null) properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    }
  }

  private Libraries() {}

  /** Adds the paths; like the rest of the page they need no token. */
  static void addTo(Routes routes) {
    for (Library each : ALL) routes.open("GET", each.path, each::serve);
  }
}
