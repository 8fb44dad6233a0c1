package org.openagi.p2p.network.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Collects values from flags, environment and file, and makes a {@link P2PConfig} of them. A flag
 * overrides the environment, the environment overrides the file. Not safe for several threads.
 */
public final class ConfigLoader {
  /** Names the file to read if no {@link #file} was given. */
  public static final String FILE_VARIABLE = "P2P_CONFIG";

  /** Variables of the launcher script and of this loader itself, which are no keys. */
  static final List<String> OTHER_VARIABLES =
      List.of(FILE_VARIABLE, "P2P_JAVA", "P2P_JAVA_OPTS", "P2P_JAVA_PLACES", "P2P_NO_BUILD");

  private static final String PREFIX = "P2P_";

  private final Map<String, String> flags = new LinkedHashMap<>();
  private final Map<String, String> environment = new TreeMap<>();
  private final Set<String> otherVariables = new LinkedHashSet<>(OTHER_VARIABLES);
  private final List<ConfigProblem> problems = new ArrayList<>();
  private Optional<Path> file = Optional.empty();

  ConfigLoader() {}

  /**
   * Adds what was given on the command line. Several values for one flag are joined if its key
   * takes a list, else the last counts.
   *
   * @param flag as in {@link ConfigKey#flag()}, for example {@code --peer}
   */
  public ConfigLoader flag(String flag, String value) {
    Optional<ConfigKey<?>> key =
        ConfigKeys.ALL.stream().filter(each -> each.flag().equals(flag)).findFirst();
    if (key.isEmpty()) {
      List<String> known = ConfigKeys.ALL.stream().map(each -> each.flag()).toList();
      problems.add(unknown(flag, value, Origin.flag(flag), "no flag sets such a key", known));
    } else if (key.get().isList()) {
      flags.merge(flag, value, (earlier, later) -> earlier + "," + later);
    } else {
      flags.put(flag, value);
    }
    return this;
  }

  /** Adds the process's environment; variables that don't start with {@code P2P_} don't count. */
  public ConfigLoader environment(Map<String, String> variables) {
    variables.forEach((name, value) -> {
      if (name.startsWith(PREFIX)) environment.put(name, value);
    });
    return this;
  }

  /** Allows a variable that starts with {@code P2P_} and means something to someone else. */
  public ConfigLoader ignoreVariable(String name) {
    otherVariables.add(name);
    return this;
  }

  /** Sets the file to read; it must exist. */
  public ConfigLoader file(Path path) {
    file = Optional.of(path);
    return this;
  }

  /**
   * Parses everything.
   *
   * @throws ConfigException with all problems
   */
  public P2PConfig load() {
    List<P2PConfig.Written> written = new ArrayList<>();
    List<ConfigProblem> all = new ArrayList<>(problems);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      String value = flags.get(key.flag());
      if (value != null) written.add(new P2PConfig.Written(key, value, Origin.flag(key.flag())));
    }
    addEnvironment(written, all);
    addFile(written, all);
    return P2PConfig.of(written, all);
  }

  private void addEnvironment(List<P2PConfig.Written> written, List<ConfigProblem> all) {
    List<String> known =
        ConfigKeys.ALL.stream().map(key -> key.environmentVariable()).toList();
    environment.forEach((name, value) -> {
      if (otherVariables.contains(name)) return;
      Origin origin = Origin.environment(name);
      ConfigKeys.ALL.stream()
          .filter(key -> key.environmentVariable().equals(name))
          .findFirst()
          .ifPresentOrElse(
              key -> written.add(new P2PConfig.Written(key, value.strip(), origin)),
              () -> all.add(unknown(name, value, origin, "there is no such variable", known)));
    });
  }

  private void addFile(List<P2PConfig.Written> written, List<ConfigProblem> all) {
    String fromEnvironment = environment.getOrDefault(FILE_VARIABLE, "");
    Optional<Path> path = file.or(
        () -> fromEnvironment.isEmpty() ? Optional.empty() : Optional.of(Path.of(fromEnvironment)));
    if (path.isEmpty()) return;
    ConfigFile.read(path.get(), all).forEach((name, line) -> {
      Origin origin = Origin.file(path.get().toString(), line.number());
      ConfigKeys.byName(name)
          .ifPresentOrElse(
              key -> written.add(new P2PConfig.Written(key, line.value(), origin)),
              () -> all.add(unknownKey(name, line.value(), origin)));
    });
  }

  static ConfigProblem unknownKey(String name, String value, Origin origin) {
    List<String> known = ConfigKeys.ALL.stream().map(key -> key.name()).toList();
    return unknown(name, value, origin, "there is no such key", known);
  }

  private static ConfigProblem unknown(
      String name, String value, Origin origin, String what, List<String> known) {
    return new ConfigProblem(name, value, origin, what + Suggestion.didYouMean(name, known));
  }
}
