package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what a {@link Ledger} holds. */
final class LedgerFile {
  /** Takes the whole lines of a ledger, in order. */
  @FunctionalInterface
  interface Reader {
    /**
     * One line.
     *
     * @param line its number in the file, from 1
     */
    void onLine(int line, String[] words);
  }

  private LedgerFile() {}

  /** Reads a ledger; one that does not exist is empty. Lines that a kill cut off are left out. */
  static void read(Path path, Reader reader) throws IOException {
    if (!Files.exists(path)) return;
    try (BufferedReader in = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
      int number = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        if (!line.endsWith(Ledger.MARK)) continue;
        reader.onLine(
            number, line.substring(0, line.length() - Ledger.MARK.length()).split(" ", -1));
      }
    }
  }
}
