package org.openagi.p2p.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Repository;

/** Reads the repository as a careful reviewer would. Every finding names file and line. */
class TidyTest {
  private static final int MAX_FILE_BYTES = 600_000;
  private static final int MAX_JAVA_LINES = 900;
  private static final Set<String> TEXT =
      Set.of("java", "md", "xml", "mjs", "json", "sh", "properties", "yml", "txt", "");

  private static Path root;
  private static final Map<String, List<String>> FILES = new TreeMap<>();

  @BeforeAll
  static void readTheRepository() throws Exception {
    root = Repository.root();
    for (String name : tracked()) {
      Path file = root.resolve(name);
      if (!Files.isRegularFile(file) || !TEXT.contains(extension(name))) continue;
      FILES.put(
          name, Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList());
    }
    assertTrue(FILES.size() > 20, "the repository was not found at " + root);
  }

  private static List<String> tracked() throws Exception {
    if (!Files.exists(root.resolve(".git"))) {
      try (var walk = Files.walk(root)) {
        return walk.map(p -> root.relativize(p).toString())
            .filter(n -> !n.contains("target/") && !n.contains("node_modules/"))
            .toList();
      }
    }
    Process git = new ProcessBuilder(
            "git", "ls-files", "--cached", "--others", "--exclude-standard")
        .directory(root.toFile())
        .start();
    List<String> names = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
    assertEquals(0, git.waitFor());
    return names;
  }

  @Test
  void noFileNamesARegistryHostOrAPathOfSomeMachine() {
    expectNone(
        name -> !name.endsWith("TidyTest.java"),
        Pattern.compile(
            "//(registry|repo[0-9]*|deb)\\.[a-z.]+\\.org|(^|[^a-z.$}])/(work|farm)/[a-z]"),
        "a registry's host or a machine's path");
  }

  @Test
  void nothingIsLeftForLater() {
    expectNone(
        name -> isJava(name) && !name.endsWith("TidyTest.java"),
        Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b|@Disabled\\b(?!On|If)|printStackTrace\\(\\)"),
        "a leftover");
  }

  @Test
  void testsAwaitConditionsAndNeverSleep() {
    expectNone(
        name -> isJava(name) && name.contains("/src/test/") && !name.endsWith("TidyTest.java"),
        Pattern.compile("Thread\\.sleep\\(|TimeUnit\\.[A-Z]+\\.sleep\\("),
        "a sleep; await a condition or use virtual time");
  }

  @Test
  void everyPackageHasAPackageInfoThatIsNullMarked() {
    Set<String> missing = new TreeSet<>();
    for (String name : FILES.keySet()) {
      if (!isJava(name) || !name.contains("/src/main/")) continue;
      List<String> info =
          FILES.get(name.substring(0, name.lastIndexOf('/')) + "/package-info.java");
      if (info == null || info.stream().noneMatch(l -> l.startsWith("@NullMarked"))) {
        missing.add(name.substring(0, name.lastIndexOf('/')));
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void noFileIsTooBigToReadOrToCarry() throws IOException {
    List<String> big = new ArrayList<>();
    for (var entry : FILES.entrySet()) {
      if (isJava(entry.getKey()) && entry.getValue().size() > MAX_JAVA_LINES) {
        big.add(entry.getKey() + ": " + entry.getValue().size() + " lines");
      }
      long bytes = Files.size(root.resolve(entry.getKey()));
      if (bytes > MAX_FILE_BYTES) big.add(entry.getKey() + ": " + bytes + " bytes");
    }
    assertEquals(List.of(), big);
  }

  /**
   * A decoder is a method of the pure modules that turns foreign bytes into a value and may refuse
   * them: it must be named in some fuzz test.
   */
  @Test
  void everyDecoderHasAFuzzTarget() {
    Pattern decoder = Pattern.compile(
        "^\\s+(?:public )?static [\\w<>?, .]+ (decode|fromBytes|fromProtobuf|open|read)\\([^)]*(?:Bytes|ByteBuf|ByteBuffer)\\b");
    String fuzzers = FILES.entrySet().stream()
        .filter(e -> e.getKey().endsWith("FuzzTest.java"))
        .flatMap(e -> e.getValue().stream())
        .collect(Collectors.joining("\n"));
    Set<String> without = new TreeSet<>();
    for (var entry : FILES.entrySet()) {
      String name = entry.getKey();
      if (!isJava(name) || !name.matches("(core|wire|protocols|messaging)/src/main/.*")) continue;
      for (String line : entry.getValue()) {
        Matcher m = decoder.matcher(line);
        String type = name.substring(name.lastIndexOf('/') + 1, name.length() - ".java".length());
        if (m.find() && !fuzzers.contains(type)) without.add(type + "." + m.group(1));
      }
    }
    assertEquals(Set.of(), without);
  }

  @Test
  void theChangelogStartsWithTheVersionThatIsBuilt() {
    List<String> log = FILES.get("CHANGELOG.md");
    String version = FILES.get("pom.xml").stream()
        .map(String::strip)
        .filter(l -> l.startsWith("<version>"))
        .findFirst()
        .orElseThrow()
        .replaceAll("</?version>|-SNAPSHOT", "");
    String first = log.stream().filter(l -> l.startsWith("## ")).findFirst().orElse("nothing");
    assertTrue(first.contains(version), "CHANGELOG.md starts with " + first + ", not " + version);
  }

  private static void expectNone(Predicate<String> files, Pattern pattern, String what) {
    List<String> found = new ArrayList<>();
    FILES.forEach((name, lines) -> {
      if (!files.test(name)) return;
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          found.add(name + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    });
    assertEquals(List.of(), found, what);
  }

  private static boolean isJava(String name) {
    return name.endsWith(".java");
  }

  private static String extension(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    return file.contains(".") ? file.substring(file.lastIndexOf('.') + 1) : "";
  }
}
