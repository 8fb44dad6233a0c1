package org.openagi.p2p.api.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written about the metrics is true. */
class MetricsPageTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final Pattern NAME = Pattern.compile("\\b(?:p2p|process|jvm)_[a-z0-9_]+\\b");
  private static final Pattern EXPRESSION = Pattern.compile("(?m)^\\s*expr: (.+)$");

  /** Run with {@code -Dtest.jvm.extra=-Dmetrics.page.write=true} to write the table anew. */
  @Test
  void theTableIsTheOneMadeFromTheProgram() throws IOException {
    Path page = DOCS.resolve("metrics.md");
    String text = Files.readString(page);
    int begin = text.indexOf(MetricsPage.BEGIN);
    int end = text.indexOf(MetricsPage.END) + MetricsPage.END.length();
    assertTrue(begin >= 0 && end > begin, "the page has no place for the table");
    if (Boolean.getBoolean("metrics.page.write")) {
      Files.writeString(page, text.substring(0, begin) + MetricsPage.table() + text.substring(end));
      return;
    }
    assertEquals(MetricsPage.table(), text.substring(begin, end));
  }

  @Test
  void alarmsLookAtNamesThatThereAre() throws IOException {
    String rules = Files.readString(DOCS.resolve("prometheus-rules.yml"));
    List<String> expressions =
        EXPRESSION.matcher(rules).results().map(found -> found.group(1)).toList();
    assertTrue(expressions.size() > 8, "expressions: " + expressions);
    expressions.forEach(MetricsPageTest::checkNames);
  }

  @Test
  void theGrafanaDashboardAsksForNamesThatThereAre() throws IOException {
    JsonNode board =
        new ObjectMapper().readTree(DOCS.resolve("grafana/p2p-node.json").toFile());
    Set<Integer> ids = new TreeSet<>();
    int expressions = 0;
    for (JsonNode panel : board.get("panels")) {
      assertTrue(ids.add(panel.get("id").asInt()), "two panels have the id " + panel.get("id"));
      for (JsonNode target : panel.path("targets")) {
        checkNames(target.get("expr").asText());
        expressions++;
      }
    }
    assertTrue(expressions > 15, "expressions: " + expressions);
    assertEquals("p2p-node", board.get("uid").asText());
  }

  private static void checkNames(String expression) {
    Set<String> known = MetricTable.ALL.stream().map(Metric::name).collect(Collectors.toSet());
    List<String> used =
        NAME.matcher(expression).results().map(MatchResult::group).toList();
    assertTrue(!used.isEmpty() && known.containsAll(used), expression + " uses " + used);
  }
}
