package org.openagi.p2p.node.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.testkit.Repository;

/** What docs/doctor.md shows as printed is what the program can print. */
class DoctorDocumentTest {
  private static final List<String> SOURCES = List.of(
      "node/src/main/java/org/openagi/p2p/node/doctor",
      "node/src/main/java/org/openagi/p2p/node/cli/DoctorCommand.java",
      "api/src/main/java/org/openagi/p2p/api/resource",
      "network/src/main/java",
      "net/src/main/java");

  /** Shorter ones would be found anywhere. */
  private static final int LITERAL_MIN = 4;

  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final Pattern CODE = Pattern.compile("[A-Z]+(_[A-Z]+)+");

  /** Values of a run: numbers, addresses, ids, names of hosts, and what the system says. */
  private static final Pattern VALUE =
      Pattern.compile(".*[0-9/…].*|[ab]|'[ab]',?|[,;:.()?]*|w0|eth0|ms|GiB");

  private static List<String> literals() throws IOException {
    TreeSet<String> found = new TreeSet<>(Comparator.comparingInt(String::length)
        .reversed()
        .thenComparing(Comparator.naturalOrder()));
    found.add("No space left on device"); // says the system
    for (String source : SOURCES) {
      try (Stream<Path> files = Files.walk(Repository.file(source))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          LITERAL
              .matcher(Files.readString(file))
              .results()
              .map(each -> each.group(1))
              .flatMap(each -> Stream.of(each.split("%[^a-z]*[a-z]", -1)))
              .filter(each -> each.strip().length() >= LITERAL_MIN)
              .forEach(found::add);
        }
      }
    }
    return List.copyOf(found);
  }

  private static List<String> shown() throws IOException {
    return Pattern.compile("(?ms)^```text\\R(.*?)^```$")
        .matcher(Files.readString(Repository.file("docs/doctor.md")))
        .results()
        .flatMap((MatchResult block) -> block.group(1).lines())
        .filter(line -> !line.startsWith("$"))
        .toList();
  }

  /** What no literal of the program and no value of a run accounts for. */
  private static List<String> foreign(String line, List<String> literals) {
    String rest = line.replaceFirst("^(ok  |note|BAD |       ->) ", "");
    for (String literal : literals) rest = rest.replace(literal, " \n ");
    return Stream.of(rest.split("\n", -1))
        .map(String::strip)
        .filter(each -> !VALUE.matcher(each).matches())
        .flatMap(each -> Stream.of(each.split(" +", -1)))
        .filter(each -> !VALUE.matcher(each).matches())
        .toList();
  }

  @Test
  void theSentencesAreThoseOfTheProgram() throws IOException {
    List<String> literals = literals();
    List<String> wrong = new ArrayList<>();
    for (String line : shown()) {
      List<String> foreign = foreign(line, literals);
      if (!foreign.isEmpty()) wrong.add(foreign + " in: " + line);
    }
    assertEquals(List.of(), wrong);
  }

  @Test
  void everyCauseThatIsShownIsInTheTable() throws IOException {
    String document = Files.readString(Repository.file("docs/doctor.md"));
    List<String> causes = shown().stream()
        .filter(line -> line.contains(" hinder"))
        .flatMap(line -> CODE.matcher(line).results().map(MatchResult::group))
        .distinct()
        .toList();
    assertTrue(causes.size() >= 10, causes::toString);
    for (String cause : causes) assertTrue(document.contains("\n| " + cause + " |"), cause);
  }
}
