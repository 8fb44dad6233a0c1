package org.openagi.p2p.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.benchmarks.worker.Settings;
import org.openagi.p2p.node.cli.Cli;

/**
 * Goal: every scenario can be played by both systems. Method: real processes, small counts; figures are
 * read and not judged.
 */
@EnabledOnOs(OS.LINUX)
class ScenarioTest {
  private static final List<String> JVM =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");

  private static Settings settings(String security) {
    return new Settings(64, 1000, security, 1, 1, 200, 10, "free", false, 100);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ours", "limit"})
  void sendsAsFastAsTheWindowAllows(String system) throws Exception {
    Figures figures = Scenario.S1.play(system, settings("tls"), JVM);
    assertTrue(figures.get("messages_per_s") > 0);
    assertTrue(figures.get("wire_bytes") > 64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ours", "ours_threads", "limit"})
  void playsPingPong(String system) throws Exception {
    Figures figures = Scenario.S2.play(system, settings("noise"), JVM);
    assertTrue(figures.get("p50_us") > 0);
    assertTrue(figures.get("p99_us") >= figures.get("p50_us"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ours", "limit"})
  void holdsIdleConnections(String system) throws Exception {
    Figures figures = Scenario.S3.play(system, settings("tls"), JVM);
    assertTrue(figures.get("dial_ms") > 0);
  }

  @Test
  void sendsUrgentMessagesBesideALargePayload() throws Exception {
    List<String> jvm = new java.util.ArrayList<>(JVM);
    jvm.add("-Xmx768m");
    Figures figures = Overtake.play(settings("tls"), 4 << 20, jvm);
    assertTrue(figures.get("loaded_p99_ms") > 0);
    assertTrue(figures.get("wire_bytes_per_s") > 0);
  }

  @Test
  void publishesToEveryone() throws Exception {
    Figures figures = Everyone.play(settings("tls"), 4, JVM);
    assertEquals(0, figures.get("missing"));
    assertEquals(0, figures.get("repeated"));
    assertTrue(figures.get("p50_ms") > 0);
    assertTrue(figures.get("wire_per_payload_byte") >= 3);
  }

  @Test
  void watchesANodeAtRest() throws Exception {
    Figures figures = Rest.play(settings("tls"), 2, JVM);
    assertEquals(2, figures.get("peers"));
    assertTrue(figures.get("listening_ms") > 0);
    assertTrue(figures.get("ready_ms") >= figures.get("listening_ms"));
    assertTrue(figures.get("rss_mib") > 0);
    assertTrue(figures.get("cpu_percent") >= 0);
  }

  @Test
  void refusesWhatItCannotPlay() {
    for (String wrong : List.of(
        "s9",
        "s1 extra",
        "s1 --size 0",
        "s2 --security none",
        "s3 --runs 0",
        "s2 --placement x",
        "overtake --limit",
        "broadcast --limit",
        "broadcast --nodes 1",
        "broadcast --size 8",
        "rest --limit",
        "rest --nodes 101",
        "overtake --limit-rate -1")) {
      var err = new ByteArrayOutputStream();
      var cli = new Cli(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), err);
      assertEquals(2, cli.run(("bench " + wrong).split(" ")), wrong);
      assertEquals(2, err.toString(StandardCharsets.UTF_8).lines().count(), wrong);
    }
  }
}
