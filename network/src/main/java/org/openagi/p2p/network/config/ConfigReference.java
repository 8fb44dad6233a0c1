package org.openagi.p2p.network.config;

import java.util.List;

/** Writes the reference of all keys as a Markdown page. Pure function of the table of keys. */
public final class ConfigReference {
  private static final String INTRODUCTION = """
      # Configuration reference

      Written from the table of keys (`ConfigKeys`); a test keeps the two equal.

      A value comes from a flag, else from an environment variable, else from the file, else it is
      the default. All problems are reported together. A key, or a variable that starts with `P2P_`,
      that is not in this list is a problem too; only the launcher's own variables (`P2P_JAVA`,
      `P2P_JAVA_OPTS`, `P2P_JAVA_PLACES`, `P2P_NO_BUILD`) are left alone. `p2p node --print-config` shows every value and
      where it came from.

      The file is UTF-8 text with one `key = value` a line. A line that starts with `#` is a comment.
      Items of a list are separated by commas. The file is the one named by `--config` or else by
      `P2P_CONFIG`; none is read unless named.

      | Key | Default | Variable | Flag | Allowed |
      |---|---|---|---|---|
      """;

  private ConfigReference() {}

  /** The whole page, ending in a line break. */
  public static String markdown() {
    StringBuilder page = new StringBuilder(INTRODUCTION);
    for (ConfigKey<?> key : ConfigKeys.ALL) page.append(row(key));
    page.append("\n## What each key does\n");
    for (ConfigKey<?> key : ConfigKeys.ALL)
      page.append("\n### ")
          .append(key.name())
          .append("\n\n")
          .append(key.description())
          .append("\n");
    return page.toString();
  }

  private static String row(ConfigKey<?> key) {
    String always = key.defaultText().isEmpty() ? "(see below)" : "`" + key.defaultText() + "`";
    String shownDefault = key.otherDefault()
        .map(other -> always + ", `" + other.defaultText() + "` with `"
            + other.key().name() + "` `" + other.valueText() + "`")
        .orElse(always);
    List<String> cells = List.of(
        "`" + key.name() + "`",
        shownDefault,
        "`" + key.environmentVariable() + "`",
        "`" + key.flag() + "`",
        key.allowed());
    return "| " + String.join(" | ", cells) + " |\n";
  }
}
