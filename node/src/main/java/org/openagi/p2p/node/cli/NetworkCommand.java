package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.network.config.ConfigException;
import org.openagi.p2p.network.config.ConfigKey;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.ConfigLoader;
import org.openagi.p2p.network.config.Origin;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.config.Setting;
import org.openagi.p2p.node.logging.LogLevel;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * What all commands that work with a node's configuration share: they load it, run, and turn what goes
 * wrong into one line and an exit code.
 */
abstract class NetworkCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;
  private static final String SECONDS_TO_FIND = "10";

  @Mixin
  private CommonOptions common = new CommonOptions();

  @Spec
  private @Nullable CommandSpec spec;

  final Streams streams;

  NetworkCommand(Streams streams) {
    this.streams = streams;
  }

  /**
   * Does the work.
   *
   * @return the exit code
   */
  abstract int run(P2PConfig config, Output out) throws Exception;

  /** What this command sets when the user does not; any value the user gives wins. */
  P2PConfig adjust(P2PConfig config) {
    return config;
  }

  /**
   * More time to find a peer by its name: who names one wants to wait for it, and the wait ends when it
   * is found.
   */
  static P2PConfig withTimeToFind(P2PConfig config) {
    ConfigKey<?> key = ConfigKeys.DISCOVERY_TIMEOUT;
    boolean chosen = config.origin(key).kind() != Origin.Kind.DEFAULT;
    return chosen ? config : config.with(key.name(), SECONDS_TO_FIND);
  }

  @Override
  public final Integer call() {
    var out = new Output(streams, common.json, Style.detected());
    try {
      P2PConfig config = adjust(loader().load());
      LogLevel.set(config.logLevel());
      if (common.printConfig) return print(config, out);
      return run(config, out);
    } catch (ConfigException e) {
      e.problems().forEach(problem -> out.fail(problem.toString()));
      return WRONG_USAGE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      out.fail("interrupted");
      return FAILED;
    } catch (Exception e) {
      explain(e, out);
      return FAILED;
    }
  }

  /** The configuration as flags, environment and file give it. */
  final ConfigLoader loader() {
    CommandSpec injected = spec;
    if (injected == null) throw new IllegalStateException("run by picocli only");
    return ConfigOptions.loader(injected.commandLine().getParseResult(), System.getenv());
  }

  /** Ends the command because what the user wrote cannot be right. */
  final CommandLine.ParameterException wrongUsage(String message) {
    CommandSpec injected = spec;
    if (injected == null) throw new IllegalStateException("run by picocli only");
    return new CommandLine.ParameterException(injected.commandLine(), message);
  }

  /** The reason inside what futures wrap around it. */
  static Throwable reason(Throwable failure) {
    Throwable reason = failure;
    while (reason.getCause() != null
        && (reason instanceof CompletionException || reason instanceof ExecutionException)) {
      reason = reason.getCause();
    }
    return reason;
  }

  private int print(P2PConfig config, Output out) {
    for (Setting setting : config.effective()) {
      out.tell(
          new JsonObject()
              .put("key", setting.key())
              .put("value", setting.value())
              .put("origin", setting.origin().toString()),
          SafeText.of(setting.toString()));
    }
    return DONE;
  }

  private void explain(Exception failure, Output out) {
    Throwable reason = reason(failure);
    if (reason instanceof CommandLine.ParameterException wrong) throw wrong;
    String message = reason.getMessage();
    boolean expected = reason instanceof IOException || reason instanceof CommandFailedException;
    if (expected && message != null) {
      out.fail(message.lines().findFirst().orElse(message));
    } else {
      out.fail("internal error: " + reason + "; run again with --debug to see where");
    }
    if (common.debug) reason.printStackTrace(streams.err());
  }
}
