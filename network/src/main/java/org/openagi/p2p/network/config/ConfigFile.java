package org.openagi.p2p.network.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the configuration file: UTF-8, one {@code key = value} a line, {@code #} starts a comment
 * line, blank lines are skipped, each key at most once. There is no quoting, nesting or escaping.
 */
final class ConfigFile {
  /** A hundred times the size of a file with every key in it. */
  static final int BYTES_MAX = 256 * 1024;

  /** What is wrong with the form of the file ends here; the rest would say the same again. */
  static final int PROBLEMS_MAX = 50;

  /** A value and the line it stands on, counted from 1. */
  record Line(int number, String value) {}

  private ConfigFile() {}

  /**
   * @param problems receives what is wrong with the form; the names of keys are not checked here
   */
  static Map<String, Line> read(Path file, List<ConfigProblem> problems) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    } catch (IOException e) {
      problems.add(unreadable(file, "cannot be read: " + e));
      return Map.of();
    }
    if (bytes.length > BYTES_MAX) {
      problems.add(unreadable(file, "is longer than " + BYTES_MAX + " bytes"));
      return Map.of();
    }
    return parse(file.toString(), bytes, problems);
  }

  static Map<String, Line> parse(String name, byte[] bytes, List<ConfigProblem> problems) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      problems.add(new ConfigProblem(name, "", Origin.file(name, 1), "is not UTF-8 text"));
      return Map.of();
    }
    Map<String, Line> lines = new LinkedHashMap<>();
    List<ConfigProblem> found = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (found.size() < PROBLEMS_MAX) parseLine(name, number, line.strip(), lines, found);
    }
    problems.addAll(found);
    return lines;
  }

  private static void parseLine(
      String name, int number, String line, Map<String, Line> lines, List<ConfigProblem> problems) {
    if (line.isEmpty() || line.startsWith("#")) return;
    int equals = line.indexOf('=');
    String key = equals < 0 ? line : line.substring(0, equals).strip();
    Origin origin = Origin.file(name, number);
    if (equals < 0 || key.isEmpty()) {
      problems.add(new ConfigProblem(line, "", origin, "must have the form key = value"));
      return;
    }
    String value = line.substring(equals + 1).strip();
    Line earlier = lines.putIfAbsent(key, new Line(number, value));
    if (earlier != null)
      problems.add(
          new ConfigProblem(key, value, origin, "is already set in line " + earlier.number()));
  }

  private static ConfigProblem unreadable(Path file, String what) {
    return new ConfigProblem(
        "config", file.toString(), new Origin(Origin.Kind.FILE, file.toString()), what);
  }
}
