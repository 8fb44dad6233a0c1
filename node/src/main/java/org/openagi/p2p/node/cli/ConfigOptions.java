package org.openagi.p2p.node.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openagi.p2p.network.config.ConfigKey;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.ConfigLoader;
import org.openagi.p2p.network.config.P2PConfig;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options that set the configuration, one for each key of the table of keys. Their values are
 * handed over as they were written: the loader parses them together with environment and file, so that
 * all problems are reported at once.
 */
final class ConfigOptions {
  /** Names the configuration file. */
  static final String FILE_OPTION = "--config";

  private static final Map<ConfigKey<?>, String> LABELS = Map.of(
      ConfigKeys.NAME, "ALIAS",
      ConfigKeys.DATA, "DIR",
      ConfigKeys.LISTEN, "MULTIADDR",
      ConfigKeys.PEERS, "MULTIADDR",
      ConfigKeys.INTERFACES, "NAME",
      ConfigKeys.SECURITY, "tls,noise",
      ConfigKeys.DISCOVERY, "zeroconf|manual",
      ConfigKeys.LOG_LEVEL, "LEVEL");

  /** These come first in the help, in this order. */
  private static final List<ConfigKey<?>> COMMON = List.of(
      ConfigKeys.NAME,
      ConfigKeys.DATA,
      ConfigKeys.LISTEN,
      ConfigKeys.INTERFACES,
      ConfigKeys.DISCOVERY,
      ConfigKeys.PEERS,
      ConfigKeys.SECURITY,
      ConfigKeys.LOG_LEVEL);

  private ConfigOptions() {}

  /** Adds all of them to a command. */
  static void addTo(CommandSpec spec) {
    ArgGroupSpec.Builder common =
        ArgGroupSpec.builder().validate(false).order(1).heading("%nNode and network:%n");
    common.addArg(OptionSpec.builder(FILE_OPTION)
        .paramLabel("FILE")
        .type(Path.class)
        .description("configuration file, key = value lines")
        .build());
    COMMON.forEach(key -> common.addArg(option(key)));
    ArgGroupSpec.Builder more =
        ArgGroupSpec.builder().validate(false).order(2).heading("%nMore settings:%n");
    ConfigKeys.ALL.stream()
        .filter(key -> !COMMON.contains(key))
        .forEach(key -> more.addArg(option(key)));
    spec.addArgGroup(common.build()).addArgGroup(more.build());
  }

  /** The configuration by what was parsed, the environment and the file. */
  static ConfigLoader loader(ParseResult parsed, Map<String, String> environment) {
    ConfigLoader loader = P2PConfig.loader().environment(environment);
    Path file = parsed.matchedOptionValue(FILE_OPTION, null);
    if (file != null) loader.file(file);
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      if (!parsed.hasMatchedOption(key.flag())) continue;
      List<String> values = parsed.matchedOption(key.flag()).originalStringValues();
      values.forEach(value -> loader.flag(key.flag(), value));
    }
    return loader;
  }

  private static OptionSpec option(ConfigKey<?> key) {
    String label = LABELS.getOrDefault(key, key.name().toUpperCase(Locale.ROOT));
    OptionSpec.Builder option =
        OptionSpec.builder(key.flag()).paramLabel(label).description(description(key));
    return key.isList()
        ? option.type(List.class).auxiliaryTypes(String.class).arity("1").build()
        : option.type(String.class).build();
  }

  private static String description(ConfigKey<?> key) {
    String text = key.description().replace("%", "%%");
    String repeat = key.isList() ? " May be repeated." : "";
    String fallback = key.defaultText().isEmpty() ? "" : " Default: " + key.defaultText();
    return text + repeat + fallback;
  }
}
