package org.openagi.p2p.node.cli;

import java.util.Locale;

/** Bytes and rates for people. */
final class Amounts {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Amounts() {}

  /** Three digits or so, and a unit. */
  static String bytes(double amount) {
    int unit = 0;
    double value = amount;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String form = unit == 0 ? "%.0f %s" : value < 10 ? "%.2f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, value, UNITS[unit]);
  }

  /** Minutes and seconds, or hours and minutes. */
  static String duration(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
  }

  /** How long ago, in one or two units. */
  static String span(long seconds) {
    if (seconds < 60) return seconds + " s";
    if (seconds < 3600) return seconds / 60 + " min " + seconds % 60 + " s";
    if (seconds < 86_400) return seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    return seconds / 86_400 + " d " + seconds / 3600 % 24 + " h";
  }
}
