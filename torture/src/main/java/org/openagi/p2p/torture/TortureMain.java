package org.openagi.p2p.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plays one run with the terms of the system properties; ends with 1 if a promise was broken. */
public final class TortureMain {
  private TortureMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    int status = 1;
    try {
      Path folder = Files.createTempDirectory("torture");
      Verdict verdict = TortureRun.play(Terms.ofProperties(folder), System.out);
      if (verdict.isClean()) {
        TortureRun.remove(folder);
        status = 0;
      }
    } catch (IOException e) {
      System.out.println("torture: " + e.getMessage());
    }
    System.out.flush();
    System.exit(status);
  }
}
