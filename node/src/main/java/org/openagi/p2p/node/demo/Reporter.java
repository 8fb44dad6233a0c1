package org.openagi.p2p.node.demo;

import java.util.List;
import org.openagi.p2p.api.json.JsonObject;

/** Where the demo tells what happens, as text for a person and as an object for a script. */
public interface Reporter {
  /** Something that happened. */
  enum Kind {
    STEP,
    NEWS,
    GOOD,
    BAD
  }

  /** Tells one piece of news, now. */
  void tell(Kind kind, String text, JsonObject object);

  /** Shows a table to a person. */
  void table(List<String> lines);
}
