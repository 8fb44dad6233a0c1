package org.openagi.p2p.node.cli;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.config.Setting;
import org.openagi.p2p.node.client.ApiClient;
import org.openagi.p2p.node.client.Values;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code p2p config}: the settings in force. */
@Command(
    name = "config",
    description =
        "Shows the settings of the node that runs with the data folder, and where each was set.",
    footer = {
      "",
      "If none runs, those that a node would start with. --print-config of any command shows what that",
      "command itself would use."
    })
final class ShowConfigCommand extends NetworkCommand {
  private record Shown(String key, String value, String origin) {
    static Shown of(Values of) {
      return new Shown(
          of.text("key").orElse(""),
          of.text("value").orElse(""),
          of.text("origin").orElse(""));
    }

    static Shown of(Setting setting) {
      return new Shown(setting.key(), setting.value(), setting.origin().toString());
    }

    boolean isChanged() {
      return !origin.startsWith("default");
    }
  }

  @Parameters(
      arity = "0..1",
      paramLabel = "KEY",
      description = "only settings whose name begins so")
  private String prefix = "";

  @Option(names = "--changed", description = "only settings that are not the default")
  private boolean changed;

  ShowConfigCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    List<Shown> settings = settings(config, out).stream()
        .filter(each -> each.key().startsWith(prefix.replace('-', '_')))
        .filter(each -> !changed || each.isChanged())
        .toList();
    settings.forEach(each -> print(each, out));
    if (!settings.isEmpty() || changed) return DONE;
    out.fail("no setting '" + prefix + "'; p2p config shows all");
    return FAILED;
  }

  private static List<Shown> settings(P2PConfig config, Output out) throws Exception {
    Optional<ApiClient> running = ApiClient.find(config.dataFolder());
    if (running.isEmpty()) {
      out.remark("no node runs with the data folder " + config.dataFolder()
          + "; a node would start with these settings");
      return config.effective().stream().map(Shown::of).toList();
    }
    try (ApiClient node = running.get()) {
      return node.get("/api/v1/config").values().objects("keys").stream()
          .map(Shown::of)
          .toList();
    }
  }

  private static void print(Shown each, Output out) {
    out.tell(
        new JsonObject()
            .put("key", each.key())
            .put("value", each.value())
            .put("origin", each.origin()),
        SafeText.of(each.key() + " = " + each.value() + "  # " + each.origin()));
  }
}
