package org.openagi.p2p.node.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.messaging.Delivery;
import org.openagi.p2p.messaging.NetworkMessage;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.node.logging.LogFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code p2p node}: a node that runs until it is stopped. */
@Command(
    name = "node",
    description =
        "Runs a node: prints who comes and goes and what is received, sends what is typed.",
    footer = {
      "",
      "Type  bob: hello  to send to bob,  *: hello  to send to everyone,",
      "/peers, /stats or /quit. The node also runs without a terminal. SIGTERM and Ctrl-C stop it",
      "in good order, with exit code 0."
    })
final class NodeCommand extends NetworkCommand {
  @Option(
      names = "--echo",
      description = "also serve " + EchoProtocol.ID + ", which sends back every byte")
  private boolean echo;

  @Option(names = "--until-eof", description = "stop when standard input ends")
  private boolean untilEof;

  @Mixin
  private ReceiveOption receive = new ReceiveOption();

  NodeCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    Optional<Path> file = config.get(ConfigKeys.LOG_FILE);
    if (file.isEmpty()) return runNode(config, out);
    long bytes = config.get(ConfigKeys.LOG_FILE_BYTES);
    int files = Math.toIntExact(config.get(ConfigKeys.LOG_FILES));
    LogFile log = LogFile.open(file.get(), bytes, files);
    try {
      return runNode(config, out);
    } finally {
      log.close();
    }
  }

  private int runNode(P2PConfig config, Output out) throws Exception {
    try (Session session = Session.node(config, this::addProtocols)) {
      var console = new Console(session.manager(), out);
      console.watch();
      receive.attach(session.manager(), out, () -> {});
      List<Multiaddr> addresses = session.start();
      Runnable stop = () -> console.stopped(session::stop);
      return Shutdown.guard(DONE, stop, () -> {
        console.started(addresses, session);
        console.readLines(streams, untilEof);
        console.awaitQuit();
        stop.run();
        return DONE;
      });
    }
  }

  private void addProtocols(P2PNetworkManager.Builder builder) {
    if (echo) builder.protocol(EchoProtocol.ID, EchoProtocol::serve);
  }

  /** The two ways between a running node and whoever sits before it. */
  private static final class Console {
    private final P2PNetworkManager manager;
    private final Output out;
    private final EventPrinter printer;
    private final Deliveries deliveries;

    /** Open once the first line, that of the addresses, is printed: nothing comes before it. */
    private final CountDownLatch started = new CountDownLatch(1);

    private final CountDownLatch quit = new CountDownLatch(1);

    Console(P2PNetworkManager manager, Output out) {
      this.manager = manager;
      this.out = out;
      this.printer = new EventPrinter(out);
      this.deliveries = new Deliveries(out);
    }

    void watch() {
      manager.events().subscribe(this::onEvent);
      manager.registerMessageHandler(message -> {
        started.await();
        printer.print(message);
      });
    }

    void started(List<Multiaddr> addresses, Session session) {
      List<String> texts = EventPrinter.texts(addresses);
      String id = manager.identity().peerId().toString();
      String name = manager.nodeId();
      Optional<String> api = session.apiUrl();
      List<String> daemon = EventPrinter.texts(session.daemonAddresses());
      out.tell(new JsonObject()
          .put("event", "listening")
          .put("peerId", id)
          .put("name", name)
          .put("addresses", texts)
          .put("api", api.orElse(null))
          .put("p2pd", daemon));
      out.say(out.style().bold(name) + " is up, peer id " + id);
      texts.forEach(address -> out.say("  listens on " + address));
      api.ifPresent(url -> out.say("  dashboard on " + url));
      daemon.forEach(address -> out.say("  p2pd on " + address));
      started.countDown();
    }

    void stopped(Runnable stop) {
      stop.run();
      out.tell(new JsonObject().put("event", "stopped"), out.style().dim("stopped"));
    }

    void awaitQuit() throws InterruptedException {
      quit.await();
    }

    /** Reads on a thread that does not keep the process alive. */
    void readLines(Streams streams, boolean quitAtEnd) {
      Thread.ofPlatform().daemon().name("p2p-input").start(() -> {
        try {
          var reader =
              new BufferedReader(new InputStreamReader(streams.in(), StandardCharsets.UTF_8));
          for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            onLine(line);
          }
        } catch (IOException e) {
          // Standard input is closed: the node runs on without it.
        }
        if (quitAtEnd) quit.countDown();
      });
    }

    private void onEvent(NetworkEvent event) {
      // The first addresses are in the first line.
      if (event instanceof NetworkEvent.Listening && started.getCount() > 0) return;
      try {
        started.await();
        printer.print(event);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void onLine(String line) {
      switch (InputLine.parse(line)) {
        case InputLine.Blank blank -> {}
        case InputLine.Say say -> send(say);
        case InputLine.Ask ask -> answer(ask.word());
        case InputLine.Unclear unclear ->
          out.remark("not understood; write NAME: TEXT, /peers, /stats or /quit");
      }
    }

    private void send(InputLine.Say say) {
      try {
        long start = System.nanoTime();
        Delivery delivery = manager.submit(NetworkMessage.text(say.peer(), say.text()));
        delivery
            .outcome()
            .thenAccept(outcome -> deliveries.print(
                say.peer(), delivery, outcome, (System.nanoTime() - start) / 1000));
      } catch (IllegalArgumentException | IllegalStateException e) {
        out.remark(SafeText.of(String.valueOf(e.getMessage())));
      }
    }

    private void answer(String word) {
      var table = new PeerTablePrinter(out);
      switch (word) {
        case "peers" -> table.print(manager.connectedPeers());
        case "stats" -> table.print(manager.getNetworkStats());
        case "quit" -> quit.countDown();
        default -> out.remark("there is /peers, /stats and /quit");
      }
    }
  }
}
