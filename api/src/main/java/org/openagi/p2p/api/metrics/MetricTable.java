package org.openagi.p2p.api.metrics;

import static org.openagi.p2p.api.metrics.Metric.counter;
import static org.openagi.p2p.api.metrics.Metric.counters;
import static org.openagi.p2p.api.metrics.Metric.gauge;
import static org.openagi.p2p.api.metrics.Metric.gauges;
import static org.openagi.p2p.api.metrics.Metric.value;

import java.util.List;
import java.util.stream.Stream;
import org.openagi.p2p.api.http.ErrorCode;
import org.openagi.p2p.messaging.transfer.TransferReason;
import org.openagi.p2p.network.NetworkStats;
import org.openagi.p2p.network.link.MessageStats;

/** Everything that is told to Prometheus. The page {@code docs/metrics.md} is made of it. */
final class MetricTable {
  /** Connections and peers. */
  private static final List<Metric> CONNECTIONS = List.of(
      gauge(
          "p2p_start_time_seconds",
          "when the node was started, since 1970",
          reading -> reading.network().startedAt().toEpochMilli() / 1e3),
      gauge("p2p_peers_connected", "peers with an open connection", reading -> reading
          .network()
          .connectedPeers()),
      gauge("p2p_peers_known", "peers of which anything is known", reading -> reading
          .network()
          .knownPeers()),
      gauge(
          "p2p_peers_hidden",
          "connected peers that are not told one by one, since they have less traffic than those that are",
          reading -> reading.peers().size() - reading.shownPeers().size()),
      gauges(
          "p2p_connections",
          "open connections, by who dialed",
          "direction",
          value("inbound", reading -> network(reading).inboundConnections()),
          value("outbound", reading -> network(reading).outboundConnections())),
      gauge("p2p_streams", "open streams", reading -> network(reading).openStreams()),
      gauge("p2p_stream_handlers", "handlers of streams that run", reading -> network(reading)
          .runningHandlers()),
      gauge("p2p_handshakes_running", "handshakes under way", reading -> network(reading)
          .handshakesInFlight()),
      counters(
          "p2p_handshakes_total",
          "handshakes that ended",
          "result",
          value("succeeded", reading -> network(reading).handshakesSucceeded()),
          value("failed", reading -> network(reading).handshakesFailed())),
      counter("p2p_dials_total", "addresses that were dialed", reading -> network(reading)
          .dialsStarted()),
      counter("p2p_dials_failed_total", "of these, failed", reading -> network(reading)
          .dialsFailed()),
      counters(
          "p2p_refusals_total",
          "connections and streams that this node refused",
          "cause",
          reading -> network(reading).refusalsByName()),
      counters(
          "p2p_transport_bytes_total",
          "bytes of all connections, encryption included",
          "direction",
          value("in", reading -> network(reading).bytesIn()),
          value("out", reading -> network(reading).bytesOut())),
      counter(
          "p2p_exchanges_failed_total",
          "exchanges of names that came to no end",
          reading -> reading.network().nodeExchangesFailed()),
      counter("p2p_events_total", "events that were published", reading -> reading
          .network()
          .events()));

  /** Messages, requests and what is kept of them. */
  private static final List<Metric> MESSAGES = List.of(
      counter(
          "p2p_messages_sent_total",
          "messages written to a connection, each time counted",
          reading -> messages(reading).sent().messagesSent()),
      counters(
          "p2p_messages_ended_total",
          "messages of this node that came to an end",
          "end",
          value("acknowledged", reading -> messages(reading).sent().messagesAcknowledged()),
          value("expired", reading -> messages(reading).sent().messagesExpired()),
          value("refused", reading -> messages(reading).sent().messagesRefused())),
      counter(
          "p2p_bundles_sent_total",
          "signed bundles of messages that were sent",
          reading -> messages(reading).sent().sealsSent()),
      counter(
          "p2p_payload_sent_bytes_total",
          "bytes of payloads that were sent",
          reading -> messages(reading).sent().payloadBytesSent()),
      counter(
          "p2p_frames_sent_bytes_total",
          "bytes of messages that were sent, with all that goes with them, before encryption",
          reading -> messages(reading).sent().frameBytesSent()),
      counters(
          "p2p_compression_bytes_total",
          "bytes of messages that were compressed, before and after",
          "side",
          value("before", reading -> messages(reading).sent().compressedFromBytes()),
          value("after", reading -> messages(reading).sent().compressedToBytes())),
      counter(
          "p2p_messages_handled_total",
          "messages taken by all their handlers",
          reading -> messages(reading).received().messagesHandled()),
      counter(
          "p2p_handler_failures_total",
          "handlers that failed, each attempt counted",
          reading -> messages(reading).received().handlerFailures()),
      counter(
          "p2p_bundles_verified_total",
          "bundles received with a genuine signature",
          reading -> messages(reading).received().bundlesVerified()),
      counter(
          "p2p_frames_received_bytes_total",
          "bytes of messages that were received, after decryption",
          reading -> messages(reading).received().bytesReceived()),
      counter(
          "p2p_readers_paused_total",
          "times a peer was not read for a while, since it sent more than is handled",
          reading -> messages(reading).received().throttled()),
      counters(
          "p2p_messages_dropped_total",
          "what was received and not handled",
          "cause",
          value("duplicate", reading -> messages(reading).received().duplicates()),
          value("refused", reading -> messages(reading).received().messagesRefused()),
          value("bad_signature", reading -> messages(reading).received().badSeals()),
          value("violation", reading -> messages(reading).received().violations()),
          value("disk_failed", reading -> messages(reading).received().streamsRefused())),
      counters(
          "p2p_everyone_dropped_total",
          "messages to everyone that came and were not handled",
          "cause",
          value("unreadable", reading -> messages(reading).everyone().unreadable()),
          value("expired", reading -> messages(reading).everyone().expired()),
          value("handlers_slow", reading -> messages(reading).everyone().dropped())),
      gauge("p2p_queue_messages", "messages that wait in the outboxes", reading -> messages(reading)
          .waitingMessages()),
      gauge("p2p_queue_bytes", "their bytes", reading -> messages(reading).waitingBytes()),
      gauge("p2p_queue_callers", "callers that wait for room in an outbox", reading -> messages(
              reading)
          .waitingCallers()),
      counter("p2p_requests_total", "requests this node sent", reading -> messages(reading)
          .requests()
          .asked()),
      counters(
          "p2p_requests_ended_total",
          "of these, ended",
          "end",
          value("answered", reading -> messages(reading).requests().answered()),
          value("failed", reading -> messages(reading).requests().failed()),
          value("timed_out", reading -> messages(reading).requests().timedOut()),
          value("refused", reading -> messages(reading).requests().refused())),
      gauge(
          "p2p_requests_pending",
          "requests that wait for their answers",
          reading -> messages(reading).requests().pending()),
      counters(
          "p2p_requests_served_total",
          "requests of others that were handled",
          "result",
          value("answered", reading -> messages(reading).requests().served()),
          value("failed", reading -> messages(reading).requests().servedFailed())),
      counters(
          "p2p_answers_dropped_total",
          "answers that came to nothing",
          "cause",
          value("unwanted", reading -> messages(reading).requests().answersDropped()),
          value("queue_full", reading -> messages(reading).requests().answersLost())),
      gauge(
          "p2p_dead_letters",
          "messages that expired or were refused and are kept",
          reading -> messages(reading).store().deadLetters()),
      gauge("p2p_dead_letter_bytes", "their bytes", reading -> messages(reading)
          .store()
          .deadLetterBytes()),
      counter(
          "p2p_dead_letters_dropped_total",
          "of them, forgotten for lack of room",
          reading -> messages(reading).store().deadLettersDropped()),
      gauge(
          "p2p_store_bytes",
          "bytes that the journal takes on disk, or will",
          reading -> messages(reading).store().diskBytes()),
      gauge(
          "p2p_store_max_bytes",
          "most that it may; 0 if messages are in memory only",
          reading -> messages(reading).store().maxDiskBytes()),
      counters(
          "p2p_bond_segments_total",
          "segments sent over several connections to one peer",
          "try",
          value("first", reading -> messages(reading).bonds().segmentsSent()),
          value("again", reading -> messages(reading).bonds().segmentsSentAgain())),
      counters(
          "p2p_bond_dropped_total",
          "what was not taken of them",
          "cause",
          value("duplicate", reading -> messages(reading).bonds().duplicates()),
          value("too_many_bonds", reading -> messages(reading).bonds().refusedBonds()),
          value("bad_path", reading -> messages(reading).bonds().refusedPaths())));

  /** What is sent through others, and received so. */
  private static final List<Metric> PARCELS = List.of(
      counters(
          "p2p_parcels_sent_total",
          "sealed parcels given to others to carry",
          "content",
          value("messages", reading -> messages(reading).parcels().sent().sent()),
          value("none", reading -> messages(reading).parcels().sent().greetings())),
      counters(
          "p2p_parcels_lost_total",
          "parcels of this node that did not arrive; all were sent again, refused ones among them",
          "cause",
          value("refused", reading -> messages(reading).parcels().sent().refused()),
          value("all", reading -> messages(reading).parcels().sent().lost())),
      counters(
          "p2p_parcel_receipts_total",
          "receipts of parcels, as told by senders' and recipients' sides of this node",
          "side",
          value("sender", reading -> messages(reading).parcels().sent().receipts()),
          value(
              "recipient_sent",
              reading -> messages(reading).parcels().received().receiptsSent()),
          value(
              "recipient_received",
              reading -> messages(reading).parcels().received().receiptsReceived())),
      counter(
          "p2p_parcel_keys_unusable_total",
          "times an announced key of a recipient could not be used",
          reading -> messages(reading).parcels().sent().unusableKeys()),
      counter(
          "p2p_parcels_opened_total",
          "parcels opened whose signature is right",
          reading -> messages(reading).parcels().received().opened()),
      counter(
          "p2p_parcels_early_total",
          "of these, such as had to wait for others",
          reading -> messages(reading).parcels().received().early()),
      counters(
          "p2p_parcels_dropped_total",
          "parcels for this node that were dropped",
          "cause",
          value("duplicate", reading -> messages(reading).parcels().received().duplicates()),
          value("not_for_us", reading -> messages(reading).parcels().received().notForUs()),
          value("unknown_key", reading -> messages(reading).parcels().received().unknownKeys()),
          value("forged", reading -> messages(reading).parcels().received().forged()),
          value("malformed", reading -> messages(reading).parcels().received().malformed()),
          value("no_room", reading -> messages(reading).parcels().received().noRoom()),
          value("too_fast", reading -> messages(reading).parcels().received().tooFast()),
          value("receiver_busy", reading -> messages(reading).parcels().dropped())),
      counter(
          "p2p_parcel_senders_forgotten_total",
          "states of senders that gave way to others",
          reading -> messages(reading).parcels().received().sendersForgotten()));

  /** Files and streams. */
  private static final List<Metric> TRANSFERS = List.of(
      gauges(
          "p2p_transfers",
          "transfers of files and streams under way",
          "direction",
          value("in", reading -> reading.transfers().receiving()),
          value("out", reading -> reading.transfers().sending())),
      counters(
          "p2p_transfers_completed_total",
          "transfers that were completed",
          "direction",
          value("in", reading -> reading.transfers().received()),
          value("out", reading -> reading.transfers().sent())),
      counters(
          "p2p_transfer_bytes_total",
          "bytes of their content",
          "direction",
          value("in", reading -> reading.transfers().bytesReceived()),
          value("out", reading -> reading.transfers().bytesSent())),
      counters(
          "p2p_transfers_failed_total",
          "transfers that failed or were refused, by either side",
          "cause",
          TransferReason.class,
          reading -> reading.transfers().ended()),
      counter(
          "p2p_transfer_streams_refused_total",
          "streams for transfers that got no answer, since too many asked at a time",
          reading -> reading.transfers().refusedStreams()));

  /** The local API. */
  private static final List<Metric> API = List.of(
      counters(
          "p2p_api_refusals_total",
          "requests to the local API that were refused",
          "cause",
          ErrorCode.class,
          reading -> reading.api().refusals()),
      gauge(
          "p2p_api_subscribers",
          "clients of the WebSocket",
          reading -> reading.api().sockets().subscribers()),
      gauge(
          "p2p_api_news_waiting",
          "news that wait for them",
          reading -> reading.api().sockets().waiting()),
      gauge(
          "p2p_api_news_waiting_characters",
          "length of these news",
          reading -> reading.api().sockets().waitingCharacters()),
      counter(
          "p2p_api_news_missed_total",
          "news dropped for clients that did not keep up",
          reading -> reading.api().sockets().missed()),
      counters(
          "p2p_api_subscribers_refused_total",
          "clients of the WebSocket that were refused or cut off",
          "cause",
          value("too_many", reading -> reading.api().sockets().refused()),
          value("stalled", reading -> reading.api().sockets().cut())),
      gauge(
          "p2p_api_messages_held",
          "messages that wait for a client to handle them",
          reading -> reading.api().heldMessages()),
      gauge("p2p_api_sessions", "browsers that are logged in", reading -> reading
          .api()
          .sessions()));

  /** The process, by the names that Prometheus' own libraries use where there are some. */
  private static final List<Metric> PROCESS = List.of(
      gauge("process_start_time_seconds", "when the process started, since 1970", reading -> reading
          .process()
          .startSeconds()),
      counter("process_cpu_seconds_total", "time of processors that it used", reading -> reading
          .process()
          .cpuSeconds()),
      gauge(
          "process_resident_memory_bytes",
          "memory of the machine that it takes",
          reading -> reading.process().residentBytes()),
      gauge("process_open_fds", "files and sockets that are open", reading -> reading
          .process()
          .openFiles()),
      gauge("process_max_fds", "most that may be", reading -> reading.process().maxFiles()),
      gauges(
          "jvm_memory_used_bytes",
          "memory of the Java virtual machine in use",
          "area",
          value("heap", reading -> reading.process().heapUsedBytes()),
          value("nonheap", reading -> reading.process().nonHeapUsedBytes())),
      gauge("jvm_heap_committed_bytes", "heap that it has from the system", reading -> reading
          .process()
          .heapCommittedBytes()),
      gauge("jvm_heap_max_bytes", "most heap that it may have", reading -> reading
          .process()
          .heapMaxBytes()),
      gauge("jvm_threads", "threads; virtual ones are not counted", reading -> reading
          .process()
          .threads()),
      counter("jvm_gc_collections_total", "garbage collections", reading -> reading
          .process()
          .collections()),
      counter("jvm_gc_seconds_total", "time they took", reading -> reading
          .process()
          .collectionSeconds()));

  /** All, in the order of the page. */
  static final List<Metric> ALL = Stream.of(
          CONNECTIONS,
          MESSAGES,
          PARCELS,
          TRANSFERS,
          OverlayMetrics.ALL,
          PeerMetrics.ALL,
          API,
          PROCESS)
      .flatMap(List::stream)
      .toList();

  private MetricTable() {}

  private static NetworkStats network(Reading reading) {
    return reading.network();
  }

  private static MessageStats messages(Reading reading) {
    return reading.network().messages();
  }
}
