package org.openagi.p2p.core.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * Values made by js-libp2p, and those of the peer-ids specification; the README beside the files says how.
 * Each line is "name value".
 */
public final class Vectors {
  private final Map<String, String> values = new LinkedHashMap<>();

  private Vectors(String resource) throws IOException {
    try (InputStream in = Vectors.class.getResourceAsStream(resource)) {
      String text =
          new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> line.split(" ", 2))
          .forEach(parts -> values.put(parts[0], parts[1].strip()));
    }
  }

  public static Vectors load() throws IOException {
    return new Vectors("/org/openagi/p2p/core/identity/js-libp2p.txt");
  }

  public String text(String name) {
    return Objects.requireNonNull(values.get(name), name);
  }

  public Bytes bytes(String name) {
    return Bytes.fromHex(text(name));
  }
}
