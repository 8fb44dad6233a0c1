package org.openagi.p2p.node.cli;

import io.avaje.jsonb.Jsonb;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How a command ended, and what it printed. */
record CliRun(int status, String out, String err) {
  /** Runs a command without input. */
  static CliRun of(String... arguments) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int status = new Cli(new ByteArrayInputStream(new byte[0]), out, err).run(arguments);
    return new CliRun(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command on what a node keeps in its data folder. */
  static CliRun of(Path data, String command, String... arguments) {
    return of(
        Stream.of(Stream.of(command), Stream.of(arguments), Stream.of("--data", data.toString()))
            .flatMap(part -> part)
            .toArray(String[]::new));
  }

  /** The objects it printed, one a line. */
  @SuppressWarnings("unchecked") // a JSON object has string keys
  List<Map<String, Object>> json() {
    var json = Jsonb.builder().build().type(Object.class);
    return out.lines().map(line -> (Map<String, Object>) json.fromJson(line)).toList();
  }
}
