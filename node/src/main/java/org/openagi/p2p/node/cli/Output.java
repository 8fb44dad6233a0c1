package org.openagi.p2p.node.cli;

import java.io.PrintWriter;
import java.util.concurrent.locks.ReentrantLock;
import org.openagi.p2p.api.json.JsonObject;

/**
 * What a command tells: for a person, lines of text; for a script, one JSON object a line. Every
 * piece of news is given in both forms and printed in the one that was asked for. Safe for any thread;
 * lines come out whole.
 */
final class Output {
  private final ReentrantLock lock = new ReentrantLock();
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final Style style;

  /** Guarded by lock: something is shown that has to go before a line is printed. */
  private boolean shown;

  Output(Streams streams, boolean json, Style style) {
    this.out = streams.out();
    this.err = streams.err();
    this.json = json;
    this.style = json ? Style.PLAIN : style;
  }

  boolean isJson() {
    return json;
  }

  Style style() {
    return style;
  }

  /** Prints one piece of news. The text is ours but for what went through {@link SafeText}. */
  void tell(JsonObject object, String text) {
    print(out, json ? object.toString() : text);
  }

  /** Prints for people only. */
  void say(String text) {
    if (!json) print(out, text);
  }

  /** Prints for scripts only. */
  void tell(JsonObject object) {
    if (json) print(out, object.toString());
  }

  /** Prints for scripts only, an object that is a line already. */
  void tellLine(String line) {
    if (json) print(out, line);
  }

  /** Prints a remark beside the result. */
  void remark(String text) {
    print(err, "p2p: " + text);
  }

  /**
   * Shows for people on a terminal how far something is, in place of what was shown before; elsewhere
   * nothing. Anything else that is printed comes on a line of its own.
   */
  void show(String text) {
    if (json || !Style.isTerminal()) return;
    lock.lock();
    try {
      err.print("\r" + text + "\033[K");
      err.flush();
      shown = !text.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Prints why the command fails, one line a problem. */
  void fail(String problems) {
    problems.lines().forEach(line -> print(err, "p2p: " + SafeText.of(line)));
    if (json) {
      print(out, new JsonObject().put("event", "error").put("message", problems).toString());
    }
  }

  /** True if nobody reads the output any more. */
  boolean isClosed() {
    return out.checkError();
  }

  private void print(PrintWriter writer, String line) {
    lock.lock();
    try {
      if (shown) err.print("\r\033[K");
      if (shown) err.flush();
      shown = false;
      writer.println(line);
      writer.flush();
    } finally {
      lock.unlock();
    }
  }
}
