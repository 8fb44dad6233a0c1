package org.openagi.p2p.network.config;

/**
 * One key with the value in force and where it came from; a list of them is what {@code
 * --print-config} shows.
 *
 * @param key name in the configuration file
 * @param value as one would write it in the file
 * @param origin where it was written
 */
public record Setting(String key, String value, Origin origin) {
  @Override
  public String toString() {
    return key + " = " + value + "  # " + origin;
  }
}
