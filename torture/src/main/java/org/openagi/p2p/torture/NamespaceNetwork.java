package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Hosts in network namespaces on the wires of {@code lab/hub.py}. */
final class NamespaceNetwork implements Network {
  private static final int PORT = 4001;
  private static final int END_SECONDS = 10;

  private final String prefix;
  private final Process hub;
  private final Writer commands;
  private final BufferedReader said;

  private NamespaceNetwork(String prefix, Process hub) {
    this.prefix = prefix;
    this.hub = hub;
    this.commands = hub.outputWriter();
    this.said = hub.inputReader();
  }

  /**
   * Makes the hosts.
   *
   * @throws IOException with one line that says why they can't be made here
   */
  static NamespaceNetwork start(int nodes, long seed) throws IOException {
    String prefix = "p2pt" + Long.toString(ProcessHandle.current().pid(), 36) + "x";
    Process hub = new ProcessBuilder(
            "python3", script().toString(), prefix, String.valueOf(nodes), "--seed", "" + seed)
        .redirectErrorStream(true)
        .start();
    NamespaceNetwork network = new NamespaceNetwork(prefix, hub);
    String first = network.said.readLine();
    if (!"up".equals(first)) {
      network.close();
      throw new IOException("no network of namespaces: " + first);
    }
    return network;
  }

  private static Path script() throws IOException {
    for (String place : List.of("lab/hub.py", "torture/lab/hub.py")) {
      if (Files.exists(Path.of(place))) return Path.of(place).toAbsolutePath();
    }
    throw new IOException("no network of namespaces: lab/hub.py is not in this folder");
  }

  @Override
  public List<String> on(int node) {
    return List.of("ip", "netns", "exec", prefix + node);
  }

  @Override
  public String listenAddress(int node) {
    return "/ip4/10.77.0." + node + "/tcp/" + PORT;
  }

  @Override
  public boolean hasWires() {
    return true;
  }

  @Override
  public void weather(Fault.Weather weather) throws IOException {
    say(String.format(
        Locale.ROOT,
        "wire %d %d %d %d %.2f %.2f",
        weather.a(),
        weather.b(),
        weather.delayMillis(),
        weather.jitterMillis(),
        weather.loss(),
        weather.reorder()));
  }

  @Override
  public void cut(Fault.Cut cut) throws IOException {
    say("cut " + cut.a() + " " + cut.b());
  }

  @Override
  public void split(List<Integer> some) throws IOException {
    say("split " + some.stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  @Override
  public void heal() throws IOException {
    say("heal");
  }

  private void say(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
  }

  @Override
  public String end() throws IOException, InterruptedException {
    commands.close();
    String last = "";
    for (String line = said.readLine(); line != null; line = said.readLine()) last = line;
    hub.waitFor();
    return "frames " + last;
  }

  /** Ends the hub, which removes the hosts. */
  @Override
  public void close() {
    try {
      commands.close();
      if (!hub.waitFor(END_SECONDS, TimeUnit.SECONDS)) hub.destroy();
    } catch (IOException e) {
      hub.destroy(); // it ended before us
    } catch (InterruptedException e) {
      hub.destroy();
      Thread.currentThread().interrupt();
    }
  }
}
