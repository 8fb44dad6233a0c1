package org.openagi.p2p.node.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.node.client.Values;

/** What is shown fits, however small the terminal is. */
class TopScreenTest {
  private static final Values STATUS = values("""
      {"name":"alice","state":"running","uptimeMillis":3600000,"connectedPeers":30,"knownPeers":31,
       "waitingMessages":12,"waitingBytes":123456,"bytesIn":1048576,"bytesOut":99}""");

  private static Values values(String json) {
    return Values.parse(json).orElseThrow();
  }

  private static List<Values> peers(int count) {
    List<Values> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      peers.add(values("""
              {"peerId":"id%d","name":"peer-%02d","state":"HEALTHY","link":{"rttMicros":1234,
               "rttP99Micros":2345,"lossPermille":12,"loadPermille":1,"bytesInPerSecond":1000,
               "bytesOutPerSecond":2000}}""".formatted(i, i)));
    }
    return peers;
  }

  private static List<String> lines(int rows, int columns, Style style) {
    TopScreen screen = new TopScreen();
    Terminal.Size size = new Terminal.Size(rows, columns);
    screen.lines(STATUS, peers(30), 0, style, size);
    return screen.lines(STATUS, peers(30), 1, style, size);
  }

  private static String plain(String line) {
    return line.replaceAll("\033\\[[0-9;]*m", "");
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,80", "2,5", "5,20", "10,40", "24,80", "50,200"})
  void everyLineFitsAndWhatIsLeftOutIsTold(int rows, int columns) {
    for (Style style : Style.values()) {
      List<String> lines = lines(rows, columns, style);
      assertTrue(lines.size() <= rows, lines::toString);
      for (String each : lines) {
        assertTrue(plain(each).length() <= columns, each);
        int coloured = each.split("\033\\[[1-9]", -1).length;
        assertEquals(coloured, each.split("\033\\[0m", -1).length, "each colour ends: " + each);
      }
      if (rows < 35 && columns >= 20) {
        assertEquals("… " + (35 - rows + 1) + " more lines", plain(lines.getLast()));
      }
    }
  }

  @Test
  void aClockThatIsOffIsTold() {
    List<Values> rows = List.of(
        values("{\"peerId\":\"a\",\"state\":\"HEALTHY\",\"clockAheadMillis\":-90000}"),
        values("{\"peerId\":\"b\",\"state\":\"HEALTHY\",\"clockAheadMillis\":4999}"));
    List<String> lines =
        new TopScreen().lines(STATUS, rows, 0, Style.PLAIN, new Terminal.Size(50, 200));
    assertTrue(lines.get(5).startsWith("a     healthy, clock 1 min 30 s behind"), lines::toString);
    assertTrue(lines.get(6).startsWith("b     healthy  "), lines::toString);
  }

  @Test
  void aNarrowTerminalShowsTheColumnsThatMatterMost() {
    assertTrue(lines(50, 200, Style.PLAIN).get(4).endsWith("TRAFFIC"));
    assertTrue(lines(50, 200, Style.PLAIN).get(5).contains("peer-00  healthy  1.23 ms"));
    String eighty = lines(50, 80, Style.PLAIN).get(4);
    assertTrue(eighty.contains("IN") && eighty.contains("OUT"), eighty);
    assertFalse(eighty.contains("TRAFFIC"), eighty);
    assertEquals("PEER     STATE", lines(50, 20, Style.PLAIN).get(4));
    assertEquals("PEER     STATE    RTT", lines(50, 30, Style.PLAIN).get(4));
  }

  @Test
  void theFirstTimeThereAreTotalsAndThenRates() {
    TopScreen screen = new TopScreen();
    Terminal.Size size = Terminal.USUAL;
    List<String> first = screen.lines(STATUS, List.of(), 0, Style.PLAIN, size);
    assertEquals("in   1.00 MiB since the start", first.get(1));
    assertEquals("no peers", first.getLast());
    List<String> second = screen.lines(STATUS, List.of(), 1, Style.PLAIN, size);
    assertTrue(second.get(1).endsWith(" 0 B/s"), second.get(1));
  }

  @Test
  void aSizeIsTakenAsItIsToldIfItCanBe() {
    assertEquals(new Terminal.Size(20, 60), Terminal.Size.parse("20 60\n"));
    assertEquals(new Terminal.Size(1000, 1000), Terminal.Size.parse("9999 100000"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0 0", "24", "24 x", "-1 5", "1 2 3", "stty: error"})
  void aSizeThatCannotBeIsTheUsualOne(String said) {
    assertEquals(Terminal.USUAL, Terminal.Size.parse(said));
  }
}
