package org.openagi.p2p.protocols.mdns;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A domain name: labels without the root. Immutable.
 *
 * <p>Labels keep the case they arrived in; equality ignores the case of ASCII letters (RFC 1035
 * section 2.3.3). A label is any 1 to 63 bytes; each byte is kept as one character (ISO 8859-1), so
 * nothing is lost and nothing has to be valid UTF-8.
 */
public final class DnsName {

  /** Bytes of one label, at most (RFC 1035 section 2.3.4). */
  public static final int MAX_LABEL_BYTES = 63;

  /** Bytes of a name in its wire form, at most: length bytes and the root included. */
  public static final int MAX_BYTES = 255;

  private final List<String> labels;
  private final List<String> folded;

  private DnsName(List<String> labels) {
    this.labels = labels;
    this.folded = labels.stream().map(DnsName::fold).toList();
  }

  /**
   * Makes a name of its labels.
   *
   * @throws IllegalArgumentException if a label is empty or too long, or the name is too long
   */
  public static DnsName ofLabels(List<String> labels) {
    int bytes = 1;
    for (String label : labels) {
      if (label.isEmpty() || label.length() > MAX_LABEL_BYTES) {
        throw new IllegalArgumentException(
            "DNS label has " + label.length() + " bytes, allowed are 1 to " + MAX_LABEL_BYTES);
      }
      if (label.chars().anyMatch(c -> c > 0xff)) {
        throw new IllegalArgumentException("DNS label has a character above U+00FF: " + label);
      }
      bytes += 1 + label.length();
    }
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "DNS name has " + bytes + " bytes, the limit is " + MAX_BYTES);
    }
    return new DnsName(List.copyOf(labels));
  }

  /** Parses dotted labels, such as {@code _p2p._udp.local}; one dot at the end is accepted. */
  public static DnsName parse(String dotted) {
    String name = dotted.endsWith(".") ? dotted.substring(0, dotted.length() - 1) : dotted;
    return ofLabels(Arrays.asList(name.split("\\.", -1)));
  }

  /** This name with one more label in front. */
  public DnsName prepend(String label) {
    List<String> all = new ArrayList<>(labels.size() + 1);
    all.add(label);
    all.addAll(labels);
    return ofLabels(all);
  }

  /** The labels, most specific first. */
  public List<String> labels() {
    return labels;
  }

  /** Bytes of the uncompressed wire form. */
  public int encodedBytes() {
    int bytes = 1;
    for (String label : labels) {
      bytes += 1 + label.length();
    }
    return bytes;
  }

  /** True if this name is the first label under {@code parent}, as an instance is of its service. */
  public boolean isChildOf(DnsName parent) {
    return folded.size() == parent.folded.size() + 1
        && folded.subList(1, folded.size()).equals(parent.folded);
  }

  /** The tail that starts at a label, lower-cased: the key of the compression table. */
  List<String> foldedTail(int from) {
    return folded.subList(from, folded.size());
  }

  static byte[] labelBytes(String label) {
    return label.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String fold(String label) {
    StringBuilder out = new StringBuilder(label.length());
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      out.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
    }
    return out.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DnsName name && folded.equals(name.folded);
  }

  @Override
  public int hashCode() {
    return folded.hashCode();
  }

  /** Dotted labels; bytes that are not printable ASCII, dots and backslashes are escaped. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (String label : labels) {
      if (!out.isEmpty()) {
        out.append('.');
      }
      label.chars().forEach(c -> appendEscaped(out, (char) c));
    }
    return out.isEmpty() ? "." : out.toString();
  }

  private static void appendEscaped(StringBuilder out, char c) {
    if (c == '.' || c == '\\') {
      out.append('\\').append(c);
    } else if (c > ' ' && c < 0x7f) {
      out.append(c);
    } else {
      out.append('\\').append((char) ('0' + c / 100)).append((char) ('0' + c / 10 % 10));
      out.append((char) ('0' + c % 10));
    }
  }
}
