package org.openagi.p2p.node.cli;

import java.util.concurrent.CountDownLatch;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.config.P2PConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code p2p listen}: messages and nothing else. */
@Command(
    name = "listen",
    description = "Prints the messages that come in, and acknowledges them.",
    footer = {"", "Ctrl-C and SIGTERM end it in good order, with exit code 0."})
final class ListenCommand extends NetworkCommand {
  @Option(names = "--count", paramLabel = "N", description = "end after so many messages and files")
  private int count;

  @Mixin
  private ReceiveOption receive = new ReceiveOption();

  ListenCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run(P2PConfig config, Output out) throws Exception {
    if (count < 0) throw wrongUsage("--count " + count + ": at least 1");
    var printer = new EventPrinter(out);
    var left = new CountDownLatch(count == 0 ? Integer.MAX_VALUE : count);
    try (Session session = Session.client(config, out)) {
      session.manager().registerMessageHandler(message -> {
        printer.print(message);
        left.countDown();
      });
      receive.attach(session.manager(), out, left::countDown);
      var addresses = session.start();
      String name = session.manager().nodeId();
      JsonObject object = EventPrinter.object("listening")
          .put("peerId", session.manager().identity().peerId().toString())
          .put("name", name)
          .put("addresses", EventPrinter.texts(addresses));
      out.tell(object);
      if (!out.isJson()) {
        out.remark(
            name + " listens on " + addresses.stream().map(Multiaddr::toString).toList());
      }
      return Shutdown.guard(DONE, session::stop, () -> {
        left.await();
        return DONE;
      });
    }
  }
}
