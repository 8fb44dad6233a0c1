package org.openagi.p2p.overlay.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.analysis.TopologyGraph.Link;
import org.openagi.p2p.testkit.SeededRandom;
import org.openagi.p2p.testkit.TestPeers;

class TopologyAnalysisTest {
  private static final List<PeerId> IDS =
      IntStream.range(0, 10_000).mapToObj(TestPeers::keyless).toList();

  private static Link link(int a, int b, long cost) {
    return Link.between(IDS.get(a), IDS.get(b), cost);
  }

  private static TopologyGraph graph(int nodes, Link... links) {
    return TopologyGraph.of(IDS.subList(0, nodes), List.of(links));
  }

  private static TopologyGraph path(int nodes) {
    List<Link> links = new ArrayList<>();
    for (int i = 1; i < nodes; i++) links.add(link(i - 1, i, 1));
    return TopologyGraph.of(List.of(), links);
  }

  @Test
  void aChainHasADiameterAndEveryLinkOfItIsCritical() {
    TopologyReport report = new TopologyAnalysis(path(4)).report();
    assertEquals(4, report.nodes());
    assertEquals(3, report.links());
    assertEquals(List.of(4), report.components());
    assertEquals(3, report.diameter());
    assertEquals((3 * 1 + 2 * 2 + 1 * 3) / 6.0, report.averagePathLength(), 1e-9);
    assertEquals(0, report.clustering());
    TopologyReport.Critical critical = report.critical().orElseThrow();
    assertEquals(Set.of(IDS.get(1), IDS.get(2)), new HashSet<>(critical.nodes()));
    assertEquals(3, critical.links().size());
    assertFalse(report.sampled());
  }

  @Test
  void twoTrianglesThatShareANode() {
    TopologyReport report = new TopologyAnalysis(graph(
            6,
            link(0, 1, 1),
            link(1, 2, 1),
            link(0, 2, 1),
            link(2, 3, 1),
            link(3, 4, 1),
            link(2, 4, 1)))
        .report();
    assertEquals(List.of(5, 1), report.components());
    assertEquals(2, report.diameter());
    assertEquals(4, report.maxDegree());
    assertEquals((4 * 1.0 + 2 / 6.0) / 5, report.clustering(), 1e-9);
    TopologyReport.Critical critical = report.critical().orElseThrow();
    assertEquals(List.of(IDS.get(2)), critical.nodes());
    assertEquals(List.of(), critical.links());
  }

  @Test
  void theCheapestWayIsTakenAndNotTheShortest() {
    TopologyAnalysis analysis =
        new TopologyAnalysis(graph(5, link(0, 1, 100), link(0, 2, 30), link(2, 1, 30)));
    assertEquals(
        List.of(IDS.get(0), IDS.get(2), IDS.get(1)), analysis.route(IDS.get(0), IDS.get(1)));
    assertEquals(60, analysis.costs(IDS.get(0)).get(IDS.get(1)));
    assertEquals(List.of(), analysis.route(IDS.get(0), IDS.get(3)));
    assertEquals(List.of(), analysis.route(IDS.get(0), IDS.get(99)));
    assertFalse(analysis.costs(IDS.get(0)).containsKey(IDS.get(4)));
  }

  @Test
  void nothingAndOneNode() {
    TopologyReport nothing = new TopologyAnalysis(TopologyGraph.EMPTY).report();
    assertEquals(List.of(), nothing.components());
    TopologyReport one = new TopologyAnalysis(graph(1)).report();
    assertEquals(List.of(1), one.components());
    assertEquals(0, one.averagePathLength());
  }

  @Test
  void whatEachEndSaysOfALinkIsOneLinkOfTheHigherCost() {
    TopologyGraph graph = graph(2, link(0, 1, 5), link(1, 0, 9));
    assertEquals(List.of(link(0, 1, 9)), graph.links());
    Link foreign = link(0, 5, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> new TopologyGraph(IDS.subList(0, 2).stream().sorted().toList(), List.of(foreign)));
  }

  /** As deep as it gets: a chain is the worst case of a search that goes down before it goes on. */
  @Test
  void theLargestGraphThatIsSearchedForCriticalNodes() {
    int nodes = TopologyAnalysis.CRITICAL_NODES_MAX;
    TopologyReport report = new TopologyAnalysis(path(nodes)).report();
    assertEquals(nodes - 2, report.critical().orElseThrow().nodes().size());
    assertTrue(report.sampled());
    assertTrue(new TopologyAnalysis(path(nodes + 1)).report().critical().isEmpty());
  }

  @Test
  void aLargeGraphIsSampled() {
    RandomGenerator random = SeededRandom.of(7);
    List<Link> links = new ArrayList<>();
    for (int i = 1; i < 10_000; i++) {
      for (int k = 0; k < 3; k++) links.add(link(i, random.nextInt(i), 1 + random.nextInt(1000)));
    }
    TopologyReport report = new TopologyAnalysis(TopologyGraph.of(List.of(), links)).report();
    assertTrue(report.sampled());
    assertEquals(List.of(10_000), report.components());
    assertTrue(report.diameter() >= 5 && report.diameter() <= 20, "diameter " + report.diameter());
    assertTrue(report.averagePathLength() > 3 && report.averagePathLength() < 8);
  }
}
