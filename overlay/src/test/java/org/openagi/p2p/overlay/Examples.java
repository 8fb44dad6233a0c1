package org.openagi.p2p.overlay;

import java.io.IOException;
import org.openagi.p2p.testkit.WireExamples;

/** Worked examples of frames in a page of docs/wire. */
public final class Examples {
  private final WireExamples examples;

  public Examples(String page) {
    examples = new WireExamples(page);
  }

  public Examples add(String title, OverlayFrame frame) {
    examples.add(title, frame.encode());
    return this;
  }

  public void check() throws IOException {
    examples.check();
  }
}
