package org.openagi.p2p.overlay.health;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.overlay.Examples;
import org.openagi.p2p.overlay.health.HealthFrame.Doubted;
import org.openagi.p2p.overlay.health.HealthFrame.Finding;
import org.openagi.p2p.overlay.health.HealthFrame.Probe;
import org.openagi.p2p.overlay.health.HealthFrame.ProbeAnswer;
import org.openagi.p2p.overlay.health.HealthFrame.Question;
import org.openagi.p2p.overlay.health.HealthFrame.Testimony;
import org.openagi.p2p.testkit.TestPeers;

/** The worked examples of docs/wire/overlay-health.md are what the codec makes. */
class HealthDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws IOException {
    new Examples("overlay-health.md")
        .add("PROBE: number 7 of a node that is idle", new Probe(7, 0))
        .add("PROBE_ANSWER: to it, of a node that is a quarter busy", new ProbeAnswer(7, 250))
        .add(
            "QUESTION: number 300, about the peer whose id is a digest that ends in 2a",
            new Question(300, TestPeers.hashed(42)))
        .add("TESTIMONY: heard of it 120 ms ago", new Testimony(300, Finding.HEARD, 120))
        .add("TESTIMONY: got no answer either", new Testimony(300, Finding.SILENT, 0))
        .add("DOUBTED: the same peer hears nothing of you", new Doubted(TestPeers.hashed(42)))
        .check();
  }
}
