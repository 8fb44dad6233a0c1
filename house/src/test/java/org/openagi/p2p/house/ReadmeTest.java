package org.openagi.p2p.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Repository;

/** The Java blocks of the README and of the guide are the ones that are compiled and run. */
class ReadmeTest {
  private static final String TESTS = "network/src/test/java/org/openagi/p2p/network/";

  @Test
  void showsTheSnippetsThatTheTestsRun() throws IOException {
    compare("README.md", "ComponentSnippetsTest.java");
  }

  @Test
  void theGuideShowsTheProgramThatTheTestsRun() throws IOException {
    compare("docs/guide-messages.md", "guide/MessageGuideTest.java");
  }

  private static void compare(String document, String test) throws IOException {
    Path root = Repository.root();
    Map<String, String> compiled = blocks(
        Files.readString(root.resolve(TESTS + test)),
        "(?ms)^ *// snippet: (\\w+)\\R(.*?)^ *// end$");
    Map<String, String> shown = blocks(
        Files.readString(root.resolve(document)),
        "(?ms)^<!-- snippet: (\\w+) -->\\R```java\\R(.*?)^```$");
    assertTrue(compiled.size() >= 4, compiled.keySet()::toString);
    assertEquals(compiled, shown);
  }

  /** The tests that hold a claim of docs/security.md, in the last column of its tables, are there. */
  @Test
  void theSecurityModelNamesTestsThatExist() throws IOException {
    Path root = Repository.root();
    Map<String, String> tests = sourcesOfTests(root);
    List<String> missing = new ArrayList<>();
    int found = 0;
    for (String row : Files.readAllLines(root.resolve("docs/security.md"))) {
      if (!row.startsWith("| ")) continue;
      String cell = row.substring(row.lastIndexOf('|', row.length() - 2));
      String source = "";
      Matcher name =
          Pattern.compile("`([A-Z]\\w+(?:Test|Properties))?\\.?([a-z]\\w+)?`").matcher(cell);
      while (name.find()) {
        if (name.group(1) != null) source = tests.getOrDefault(name.group(1), "");
        boolean isThere = name.group(2) == null
            ? !source.isEmpty()
            : source.contains(" void " + name.group(2) + "(");
        if (isThere) found++;
        else missing.add(name.group());
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(found >= 30, "only " + found + " tests are named");
  }

  private static Map<String, String> sourcesOfTests(Path root) throws IOException {
    Map<String, String> sources = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files
          .filter(f -> f.toString().contains("/src/test/java/"))
          .filter(f -> f.toString().matches(".*(Test|Properties)\\.java"))
          .toList()) {
        String name = file.getFileName().toString();
        sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
      }
    }
    return sources;
  }

  /** Every relative link of the documents at the root and in docs leads somewhere. */
  @Test
  void linksLeadSomewhere() throws IOException {
    Path root = Repository.root();
    Map<String, String> dead = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root, 3)) {
      for (Path file : files
          .filter(f -> f.toString().endsWith(".md"))
          .filter(f -> !f.toString().contains("node_modules"))
          .toList()) {
        Matcher link = Pattern.compile("\\]\\((?!https?:)([^)#]+)").matcher(Files.readString(file));
        while (link.find()) {
          if (!Files.exists(file.resolveSibling(link.group(1)))) {
            dead.put(root.relativize(file).toString(), link.group(1));
          }
        }
      }
    }
    assertEquals(Map.of(), dead);
  }

  private static Map<String, String> blocks(String text, String pattern) {
    Map<String, String> blocks = new TreeMap<>();
    Matcher m = Pattern.compile(pattern).matcher(text);
    while (m.find())
      blocks.put(m.group(1), m.group(2).stripTrailing().stripIndent().strip());
    return blocks;
  }
}
