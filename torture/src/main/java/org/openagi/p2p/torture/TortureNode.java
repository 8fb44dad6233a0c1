package org.openagi.p2p.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.openagi.p2p.messaging.MessageType;
import org.openagi.p2p.network.P2PNetworkManager;

/**
 * The process of one node of a run: sends its part of the plan, handles what arrives, and keeps its ledger.
 * Started again on the same folder and ledger it goes on where the last process was killed.
 *
 * <p>Prints {@code ready}, then its counts several times a second. Understands {@code hush} (submit nothing
 * more) and {@code stop} (end in order); at the end of its input it ends at once.
 */
public final class TortureNode {
  private static final int START_SECONDS = 120;
  private static final long TELL_MILLIS = 50;

  private final Ledger ledger;
  private final P2PNetworkManager manager;
  private final PrintStream out = System.out;
  private final LongAdder handled = new LongAdder();
  private final LongAdder settled = new LongAdder();
  private final AtomicInteger busy = new AtomicInteger();
  private final List<SendFlow> flows = new ArrayList<>();

  private TortureNode(NodeSettings settings) throws IOException {
    Plan plan = new Plan(settings.seed(), settings.nodes(), settings.messages());
    Past past = Past.read(settings.ledger(), settings.nodes());
    this.ledger = new Ledger(settings.ledger());
    ledger.add("boot", System.currentTimeMillis());
    handled.add(past.handled());
    settled.add(past.settled());
    this.manager = manager(settings);
    Taker taker = new Taker(plan, settings, ledger, handled);
    for (MessageType type : MessageType.values()) {
      // Handlers of ERROR are told of this node's own refused messages too; the ledger has those.
      if (type != MessageType.ERROR) manager.registerMessageHandler(type, taker);
    }
    for (int to = 1; to <= settings.nodes(); to++) {
      if (to == settings.node()) continue;
      flows.add(new SendFlow(plan, settings, to, past, ledger, manager, settled));
    }
  }

  public static void main(String[] arguments) throws Exception {
    new TortureNode(NodeSettings.parse(arguments)).run();
    Runtime.getRuntime().halt(0);
  }

  private static P2PNetworkManager manager(NodeSettings settings) {
    List<String> others = new ArrayList<>(settings.addresses());
    others.remove(settings.node() - 1);
    var builder = P2PNetworkManager.builder()
        .nodeId("t" + settings.node())
        .dataFolder(settings.folder())
        .set("listen", settings.listen())
        .set("discovery", "manual")
        .set("peers", String.join(",", others))
        .set("heartbeat_interval", "2")
        .set("bandwidth_limit", "0")
        .set("message_timeout", String.valueOf(Duration.ofHours(2).toSeconds()));
    builder.set("store", settings.store());
    return builder.build();
  }

  private void run() throws Exception {
    manager.startServer().get(START_SECONDS, TimeUnit.SECONDS);
    ledger.add("ready", System.currentTimeMillis());
    out.println("ready");
    for (SendFlow flow : flows) {
      busy.incrementAndGet();
      Thread.ofVirtual().name("flow").start(() -> {
        flow.run();
        busy.decrementAndGet();
      });
    }
    Thread.ofPlatform().daemon().name("counts").start(this::tell);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.equals("hush")) flows.forEach(SendFlow::hush);
      if (line.equals("stop")) {
        manager.close();
        ledger.add("end", System.currentTimeMillis());
        return;
      }
    }
  }

  private void tell() {
    try {
      while (true) {
        int open = flows.stream().mapToInt(SendFlow::open).sum();
        out.println(
            "counts " + handled.sum() + " " + settled.sum() + " " + open + " " + busy.get());
        Thread.sleep(TELL_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
