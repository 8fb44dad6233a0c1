package org.openagi.p2p.network.transfer;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/**
 * Names of files made from names of peers: never a path, never hidden, never reserved, and the same on
 * every system.
 */
final class SafeNames {
  /** Leaves room for a number and for {@code .part.state} in the 255 bytes of file systems. */
  static final int MAX_BYTES = 200;

  private static final String FORBIDDEN = "\"*:<>?|/\\";
  private static final Set<String> RESERVED = Set.of(
      "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
      "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8",
      "lpt9");

  private SafeNames() {}

  /** A name that can be resolved against a folder. */
  static String of(String given) {
    String last = given.substring(Math.max(given.lastIndexOf('/'), given.lastIndexOf('\\')) + 1);
    StringBuilder out = new StringBuilder();
    Normalizer.normalize(last, Normalizer.Form.NFC)
        .codePoints()
        .filter(SafeNames::isVisible)
        .map(c -> FORBIDDEN.indexOf(c) >= 0 ? '_' : c)
        .forEach(out::appendCodePoint);
    String name = cut(out.toString().strip(), MAX_BYTES);
    if (isReserved(name) || isOurs(name)) {
      name = cut(name, MAX_BYTES - 2);
      if (isOurs(name)) name = name + "_";
      if (isReserved(name)) name = "_" + name;
    }
    return name.isEmpty() ? "file" : name;
  }

  /** No controls, no invisible signs that change the direction of text, no half characters. */
  private static boolean isVisible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.PRIVATE_USE -> false;
      default -> true;
    };
  }

  private static boolean isReserved(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    int dot = lower.indexOf('.');
    return lower.startsWith(".")
        || RESERVED.contains(dot < 0 ? lower : lower.substring(0, dot).strip());
  }

  /** Whether a file of this name could be mistaken for one that keeps an unfinished transfer. */
  private static boolean isOurs(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(FileStore.PART) || lower.endsWith(FileStore.STATE);
  }

  /** Cut at a character, keeping a short extension, without dots and spaces at its end. */
  private static String cut(String name, int maxBytes) {
    String cut = bytes(name) <= maxBytes ? name : shortened(name, maxBytes);
    while (cut.endsWith(".") || cut.endsWith(" ")) cut = cut.substring(0, cut.length() - 1);
    return cut;
  }

  private static String shortened(String name, int maxBytes) {
    int dot = name.lastIndexOf('.');
    String extension = dot > 0 && bytes(name.substring(dot)) <= 16 ? name.substring(dot) : "";
    StringBuilder head = new StringBuilder(name.substring(0, name.length() - extension.length()));
    while (bytes(head.toString()) + bytes(extension) > maxBytes) {
      head.setLength(head.offsetByCodePoints(head.length(), -1));
    }
    return head.append(extension).toString();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The same name with a number before its extension. */
  static String numbered(String name, int number) {
    int dot = name.lastIndexOf('.');
    return dot > 0
        ? name.substring(0, dot) + " (" + number + ")" + name.substring(dot)
        : name + " (" + number + ")";
  }
}
