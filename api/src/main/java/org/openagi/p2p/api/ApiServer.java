package org.openagi.p2p.api;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.staticcontent.ClasspathHandlerConfig;
import io.helidon.webserver.staticcontent.StaticContentFeature;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.openagi.p2p.api.feed.EarlyEvents;
import org.openagi.p2p.api.feed.Inbox;
import org.openagi.p2p.api.feed.RecentLog;
import org.openagi.p2p.api.http.ApiException;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.api.http.Exchange;
import org.openagi.p2p.api.http.Guard;
import org.openagi.p2p.api.http.Refusals;
import org.openagi.p2p.api.http.Routes;
import org.openagi.p2p.api.http.Secrets;
import org.openagi.p2p.api.http.TimedConnections;
import org.openagi.p2p.api.http.Unrouted;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.api.metrics.Metrics;
import org.openagi.p2p.api.resource.Events;
import org.openagi.p2p.api.resource.Messages;
import org.openagi.p2p.api.resource.Node;
import org.openagi.p2p.api.resource.Peers;
import org.openagi.p2p.api.resource.Queue;
import org.openagi.p2p.api.resource.Session;
import org.openagi.p2p.api.socket.Channel;
import org.openagi.p2p.api.socket.SocketHub;
import org.openagi.p2p.api.socket.SocketListener;
import org.openagi.p2p.api.view.EventJson;
import org.openagi.p2p.api.view.PeerJson;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.P2PNetworkManager;
import org.openagi.p2p.network.event.NetworkEvent;
import org.openagi.p2p.network.keystore.OwnerOnly;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local API of one node, over HTTP and WebSocket. Requests run on virtual threads; safe for any thread.
 *
 * @see "docs/api.md"
 */
public final class ApiServer implements AutoCloseable {
  /** Name of the file in the data folder that tells where the API is; gone when the node has stopped. */
  public static final String ADDRESS_FILE = "api.address";

  /** Folder of the dashboard's files on the class path. */
  private static final String DASHBOARD = "org/openagi/p2p/api/dashboard";

  private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
  private static final Duration SAMPLE = Duration.ofSeconds(1);

  /** How long a connection may be silent, or busy with one request; a request waits for at most a minute. */
  private static final Duration IDLE_MAX = Duration.ofMinutes(2);

  private static final Duration IDLE_CHECK = Duration.ofSeconds(30);

  /** What the operating system keeps for a client that does not read is bounded as well. */
  private static final SocketOptions SOCKETS =
      SocketOptions.builder().tcpNoDelay(true).socketSendBufferSize(256 << 10).build();

  /** Gives messages of refusals to those who answer them: {@link Unrouted}. */
  private static final ErrorHandling ERRORS =
      ErrorHandling.builder().includeEntity(true).build();

  private final P2PNetworkManager node;
  private final ApiConfig config;
  private final TimeSource time;
  private final SocketHub hub;
  private final Guard guard;
  private final Refusals refusals = new Refusals();
  private final RecentLog events = new RecentLog(Events.MAX_EVENTS, Events.MAX_CHARACTERS);
  private final Inbox inbox;
  private final Node figures;
  private final WebServer server;
  private final EarlyEvents early;
  private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("api-sampler").factory());

  private ApiServer(
      P2PNetworkManager node, ApiConfig config, boolean holds, EarlyEvents early, TimeSource time)
      throws IOException {
    this.node = node;
    this.config = config;
    this.time = time;
    this.hub = new SocketHub(time);
    this.guard = new Guard(config.hosts(), Secrets.open(config.folder(), time), time, refusals);
    this.inbox = new Inbox(holds, message -> hub.tell(Channel.MESSAGES, "message", message));
    this.figures = new Node(node, config.version(), this::stats);
    this.server = listen(routing(), sockets());
    this.early = early;
    early.readBy(this::onEvent);
    node.registerMessageHandler(inbox);
  }

  /**
   * Opens the API of a node, which may not have started yet.
   *
   * @param holds whether messages that arrive wait until a client has handled them
   * @throws IOException if the address cannot be listened on, or the token neither be read nor written
   */
  public static ApiServer open(P2PNetworkManager node, ApiConfig config, boolean holds)
      throws IOException {
    return open(node, config, holds, new EarlyEvents(node.events()));
  }

  /**
   * Opens the API of a node that has run before.
   *
   * @param holds whether messages that arrive wait until a client has handled them
   * @param early what happened at the node before; closed with the API, or if it cannot be opened
   * @throws IOException if the address cannot be listened on, or the token neither be read nor written
   */
  public static ApiServer open(
      P2PNetworkManager node, ApiConfig config, boolean holds, EarlyEvents early)
      throws IOException {
    ApiServer made;
    try {
      made = made(node, config, holds, early, TimeSource.system());
    } catch (IOException | RuntimeException e) {
      early.close();
      throw e;
    }
    made.sampler.scheduleAtFixedRate(
        made::sample, SAMPLE.toMillis(), SAMPLE.toMillis(), TimeUnit.MILLISECONDS);
    return made;
  }

  /** Opens it by another clock; who moves that calls {@link #sample} for each of its seconds. */
  static ApiServer open(P2PNetworkManager node, ApiConfig config, boolean holds, TimeSource time)
      throws IOException {
    return made(node, config, holds, new EarlyEvents(node.events()), time);
  }

  private static ApiServer made(
      P2PNetworkManager node, ApiConfig config, boolean holds, EarlyEvents early, TimeSource time)
      throws IOException {
    OwnerOnly.createFolders(config.folder());
    ApiServer made = new ApiServer(node, config, holds, early, time);
    OwnerOnly.replace(
        config.folder().resolve(ADDRESS_FILE),
        (made.url() + "\n").getBytes(StandardCharsets.US_ASCII));
    return made;
  }

  /** Where it is, such as {@code http://127.0.0.1:8480}. */
  public String url() {
    InetSocketAddress address = config.address();
    String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : address.getHostString();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port();
  }

  /** Figures of the API itself. */
  public ApiStats stats() {
    return new ApiStats(
        refusals.snapshot(), hub.stats(), inbox.waitingCount(), guard.sessionCount());
  }

  private HttpRouting.Builder routing() {
    Routes routes = new Routes(guard);
    new Session(guard).addTo(routes);
    figures.addTo(routes);
    new Peers(node).addTo(routes);
    new Messages(node, inbox, end -> hub.tell(Channel.MESSAGES, "delivery", end)).addTo(routes);
    new Queue(node).addTo(routes);
    new Events(events).addTo(routes);
    new Metrics(node, this::stats).addTo(routes);
    routes.open("GET", "/api/v1/openapi.json", ApiServer::openApi);
    Libraries.addTo(routes);
    HttpRouting.Builder routing = HttpRouting.builder();
    routes.addTo(routing);
    routing.register(
        "/",
        StaticContentFeature.createService(ClasspathHandlerConfig.builder()
            .location(DASHBOARD)
            .welcome("index.html")
            .build()));
    return routing;
  }

  private WsRouting.Builder sockets() {
    return WsRouting.builder()
        .endpoint(SocketListener.PATH, () -> new SocketListener(guard, hub, inbox));
  }

  private static void openApi(Exchange exchange) throws IOException {
    try (InputStream in = ApiServer.class.getResourceAsStream("openapi.json")) {
      if (in == null) throw new ApiException(ErrorCode.NOT_FOUND, "this build has no description");
      exchange.answer(200, "application/json", in.readAllBytes());
    }
  }

  private WebServer listen(HttpRouting.Builder routing, WsRouting.Builder sockets)
      throws IOException {
    int wanted = config.address().getPort();
    try {
      return start(routing, sockets, wanted);
    } catch (IOException e) {
      if (config.otherPort() && wanted != 0) return start(routing, sockets, 0);
      throw new IOException(
          "cannot open the local API on " + config.address() + ": " + e.getMessage(), e);
    }
  }

  private WebServer start(HttpRouting.Builder routing, WsRouting.Builder sockets, int port)
      throws IOException {
    WsConfig webSocket = WsConfig.create();
    WebServer made = WebServer.builder()
        .address(config.address().getAddress())
        .port(port)
        .maxTcpConnections(ApiConfig.MAX_CONNECTIONS)
        .maxPayloadSize(ApiConfig.MAX_BODY_BYTES + 1024L)
        .idleConnectionTimeout(IDLE_MAX)
        .idleConnectionPeriod(IDLE_CHECK)
        .protocolsDiscoverServices(false)
        .addProtocol(webSocket)
        .addConnectionSelector(new TimedConnections(webSocket, IDLE_MAX, refusals))
        .connectionOptions(SOCKETS)
        .errorHandling(ERRORS)
        .directHandlers(Unrouted.handlers(refusals))
        .shutdownHook(false)
        .addRouting(routing)
        .addRouting(sockets)
        .build();
    tryPort(port);
    made.start();
    if (made.isRunning() && made.port() > 0) return made;
    made.stop();
    throw new BindException("another program took the port at this moment");
  }

  /** The server itself does not throw when it cannot listen, but logs it with a stack trace: so the reason is asked for before. */
  private void tryPort(int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(config.address().getAddress(), port));
    }
  }

  private void onEvent(NetworkEvent event) {
    String type = EventJson.type(event);
    JsonObject data = EventJson.data(event, node::nameOf);
    long number = events.nextNumber();
    events.add(new JsonObject()
        .put("number", number)
        .put("type", type)
        .put("data", data)
        .put("timestamp", event.at().toEpochMilli())
        .toString());
    boolean isSecurity =
        event instanceof NetworkEvent.FaultEvent || event instanceof NetworkEvent.SecurityEvent;
    hub.tell(isSecurity ? Channel.SECURITY_EVENTS : Channel.NETWORK_EVENTS, type, data);
  }

  /** Of each second; for one thread. Nothing is counted while nobody listens. */
  void sample() {
    try {
      hub.upkeep(time.nanoTime());
      if (!hub.isWanted(Channel.MONITORING_EVENTS) || !node.isRunning()) return;
      List<JsonObject> peers = node.connectedPeers().stream().map(PeerJson::row).toList();
      hub.tell(
          Channel.MONITORING_EVENTS,
          "sample",
          new JsonObject()
              .put("status", figures.status())
              .put("stats", figures.stats())
              .put("peers", peers));
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("the figures of this second are not told");
    }
  }

  /** Ends all connections. Messages that are held are not acknowledged. */
  @Override
  public void close() throws IOException {
    sampler.shutdownNow();
    node.removeMessageHandler(inbox);
    early.close();
    hub.close();
    server.stop();
    Files.deleteIfExists(config.folder().resolve(ADDRESS_FILE));
  }

  /** Where the API of a node with this data folder is, if it runs. */
  public static Optional<String> addressIn(Path folder) throws IOException {
    Path file = folder.resolve(ADDRESS_FILE);
    return Files.exists(file)
        ? Optional.of(Files.readString(file, StandardCharsets.US_ASCII).strip())
        : Optional.empty();
  }
}
