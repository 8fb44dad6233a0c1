package org.openagi.p2p.protocols.mdns;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * Finds peers on the local links and lets them find us: querier and responder of the libp2p service
 * {@code _p2p._udp.local} (discovery/mdns.md, RFC 6762).
 *
 * <p>No sockets, clock or threads: confined to its caller. After every call that takes the time,
 * drain {@link #pollTransmit} and {@link #pollEvent}, then wait for a datagram or for {@link
 * #nextDeadlineNanos}, whichever comes first, and call {@link #onTimeout}. All times are of one
 * monotonic clock.
 *
 * <p>Work is bounded per link by the rates of {@link MdnsLimits}: datagrams above the rate are
 * dropped unread, responses above it are merged into one that goes out as soon as the rate allows.
 * The rate of RFC 6762 section 6 (each record once a second) is relaxed to a small bucket, so that a
 * node that starts right after another one was answered need not wait; and questions are answered
 * without delay unless many peers would answer at once.
 */
public final class Mdns {

  /** Returned by {@link #nextDeadlineNanos} if nothing is scheduled. */
  public static final long NO_DEADLINE = Long.MAX_VALUE;

  /** Datagrams that wait to be sent, at most; an owner who drains after each call never gets there. */
  public static final int MAX_TRANSMITS = 256;

  /** Instances taken from one response, at most; honest peers announce one. */
  public static final int MAX_INSTANCES_PER_RESPONSE = 16;

  /** Peers on a link from which on answers are spread over time. */
  private static final int CROWD = 10;

  /** Bytes for known answers in a query: it stays within one Ethernet frame. */
  private static final int KNOWN_ANSWER_BYTES = 1300;

  /** Fixed part of a known answer: pointer to the service, type, class, TTL, length, two pointers. */
  private static final int KNOWN_ANSWER_OVERHEAD_BYTES = 15;

  /** Nobody is believed for longer: the TTL that RFC 6762 section 10 recommends. */
  private static final long MAX_TTL_SECONDS = 4500;

  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MdnsConfig config;
  private final PeerId self;
  private final RandomGenerator random;
  private final OwnRecords own;
  private final SeenPeers peers;
  private final Map<Integer, LinkState> links = new TreeMap<>();
  private final ArrayDeque<MdnsTransmit> transmits = new ArrayDeque<>();
  private boolean stopped;

  private long queriesSent;
  private long responsesSent;
  private long queriesReceived;
  private long responsesReceived;
  private long malformed;
  private long ignored;
  private long rateLimited;
  private long answersKnown;
  private long addressesRejected;

  /**
   * Makes a machine without links; nothing is sent before the first one.
   *
   * @param self our peer id: what is said under it is not reported
   * @param random for the instance name and the jitter; need not be secure
   */
  public Mdns(MdnsConfig config, PeerId self, RandomGenerator random) {
    this.config = config;
    this.self = self;
    this.random = random;
    own = new OwnRecords(config, self, random);
    peers = new SeenPeers(config.limits());
  }

  // Commands.

  /**
   * A link is there, or what can be announced on it has changed: announces it and, on a new link,
   * asks for peers. Without a change nothing happens.
   */
  public void setLink(MdnsLink link, long nowNanos) {
    if (stopped) {
      return;
    }
    LinkState state = links.get(link.id());
    if (state == null) {
      state = new LinkState(config, link, random, nowNanos);
      links.put(link.id(), state);
    } else if (state.link().equals(link)) {
      return;
    } else {
      takeBackIfSilent(state, link);
      state.setLink(link);
    }
    state.announce(nowNanos);
    onTimeout(nowNanos);
  }

  /** A link is gone; what was heard on it is forgotten. */
  public void removeLink(int linkId) {
    if (links.remove(linkId) != null) {
      peers.onLinkDown(linkId);
    }
  }

  /** Asks for peers now, in a burst as after start. */
  public void queryNow(long nowNanos) {
    links.values().forEach(state -> state.startBurst(nowNanos));
    onTimeout(nowNanos);
  }

  /** Says good-bye on all links; from now on nothing is heard, asked or answered. */
  public void stop() {
    if (!stopped) {
      stopped = true;
      links.values().forEach(this::sayGoodbye);
    }
  }

  // What happens.

  /**
   * A datagram arrived.
   *
   * @param payload its content; anything at all
   * @param source who sent it, according to the IP header
   */
  public void onDatagram(int linkId, MdnsEndpoint source, Bytes payload, long nowNanos) {
    LinkState state = links.get(linkId);
    if (stopped || state == null) {
      ignored++;
      return;
    }
    if (!state.admitDatagram(nowNanos)) {
      rateLimited++;
      return;
    }
    try {
      onMessage(state, source, payload, DnsCodec.decode(payload), nowNanos);
    } catch (ProtocolViolationException e) {
      malformed++;
    }
    answerIfDue(state, nowNanos);
  }

  /** Time has passed; harmless if called early. */
  public void onTimeout(long nowNanos) {
    if (stopped) {
      return;
    }
    for (int linkId : peers.onTimeout(nowNanos)) {
      LinkState state = links.get(linkId);
      if (state != null) {
        state.askSoon(nowNanos);
      }
    }
    for (LinkState state : links.values()) {
      announceIfDue(state, nowNanos);
      if (state.queryDue(nowNanos)) {
        query(state, nowNanos);
      }
      answerIfDue(state, nowNanos);
    }
  }

  // What to do now.

  /** The next datagram to send, or null. */
  public @Nullable MdnsTransmit pollTransmit() {
    return transmits.poll();
  }

  /** The next event, or null. */
  public @Nullable MdnsEvent pollEvent() {
    return peers.pollEvent();
  }

  /** When to call {@link #onTimeout} at the latest, or {@link #NO_DEADLINE}. */
  public long nextDeadlineNanos() {
    if (stopped) {
      return NO_DEADLINE;
    }
    long next = peers.nextDeadlineNanos();
    for (LinkState state : links.values()) {
      next = Math.min(next, state.nextDeadlineNanos());
    }
    return next;
  }

  // Queries about the machine.

  /** All peers known now with their addresses, the one not heard of for longest first. */
  public Map<PeerId, List<Multiaddr>> peers() {
    return peers.snapshot();
  }

  /** The name under which this machine is announced: a random label under the service. */
  public DnsName instanceName() {
    return own.instance();
  }

  /** Counters. */
  public MdnsStats stats() {
    return new MdnsStats(
        peers.size(),
        queriesSent,
        responsesSent,
        queriesReceived,
        responsesReceived,
        malformed,
        ignored,
        rateLimited,
        answersKnown,
        addressesRejected,
        peers.evicted());
  }

  // Receiving.

  private void onMessage(
      LinkState state, MdnsEndpoint source, Bytes payload, DnsMessage message, long nowNanos) {
    if (!message.isPlain() || (message.isResponse() && source.port() != config.port())) {
      ignored++;
    } else if (message.isResponse()) {
      onResponse(state, source, message, nowNanos);
    } else {
      onQuery(state, source, payload, message, nowNanos);
    }
  }

  private void onQuery(
      LinkState state, MdnsEndpoint source, Bytes payload, DnsMessage query, long nowNanos) {
    int known = own.knownIn(query.answers());
    if (query.questions().isEmpty()) {
      state.onMoreKnownAnswers(known, source);
      return;
    }
    int multicast = 0;
    int unicast = 0;
    for (DnsQuestion question : query.questions()) {
      int wanted = own.wantedBy(question);
      if (question.unicastResponse() || source.port() != config.port()) {
        unicast |= wanted;
      } else {
        multicast |= wanted;
      }
    }
    if ((multicast | unicast) == 0) {
      return;
    }
    queriesReceived++;
    answersKnown += Integer.bitCount((multicast | unicast) & known);
    if (source.port() != config.port()) {
      answerLegacy(state, source, query, unicast & ~known, nowNanos);
      return;
    }
    if (state.isOwnQuery(payload, source, nowNanos)) {
      // The specification wants an answer to our own question, for others to hear; they have just
      // heard it if we announced ourselves within this second.
      multicast &= state.multicastWithin(SECOND_NANOS, nowNanos) ? ~OwnRecords.PEERS : ~0;
    } else if ((multicast & OwnRecords.PEERS) != 0 && query.answers().isEmpty()) {
      state.onSameQuestionByOther(nowNanos);
    }
    answer(state, source, query, multicast & ~known, unicast & ~known, nowNanos);
  }

  private void answer(
      LinkState state,
      MdnsEndpoint source,
      DnsMessage query,
      int multicast,
      int unicast,
      long now) {
    int toAll = multicast;
    if (unicast != 0 && !state.multicastWithin(config.ttl().toNanos() / 4, now)) {
      // Those who did not ask have not heard us for long (RFC 6762 section 5.4).
      toAll |= unicast;
    } else if (unicast != 0) {
      sendUnicast(state, source, own.responses(state.link(), unicast), now);
    }
    if (toAll == 0 || !own.canAnswer(state.link())) {
      return;
    }
    if (query.isTruncated()) {
      state.answerTruncated(toAll, source, now);
    } else {
      boolean crowd = peers.sightingsOnLink(state.link().id()) >= CROWD;
      state.answer(toAll, crowd && (toAll & OwnRecords.PEERS) != 0, now);
    }
  }

  private void answerLegacy(
      LinkState state, MdnsEndpoint source, DnsMessage query, int wanted, long nowNanos) {
    sendUnicast(state, source, own.legacyResponses(state.link(), wanted, query), nowNanos);
  }

  private void onResponse(
      LinkState state, MdnsEndpoint source, DnsMessage response, long nowNanos) {
    responsesReceived++;
    int instances = 0;
    for (DnsRecord answer : response.answers()) {
      if (answer.data() instanceof DnsData.Ptr ptr
          && answer.name().equals(own.service())
          && ptr.target().isChildOf(own.service())
          && instances++ < MAX_INSTANCES_PER_RESPONSE) {
        onInstance(state, source, response, ptr.target(), answer.ttlSeconds(), nowNanos);
      }
    }
  }

  private void onInstance(
      LinkState state,
      MdnsEndpoint source,
      DnsMessage response,
      DnsName instance,
      long ttlSeconds,
      long nowNanos) {
    if (instance.equals(own.instance())) {
      rescueIfShortened(state, ttlSeconds, nowNanos);
      return;
    }
    SeenPeers.Key key = new SeenPeers.Key(state.link().id(), source.ip(), instance);
    if (ttlSeconds == 0) {
      peers.onGoodbye(key);
      return;
    }
    boolean foreign = !state.link().loopback() && !state.link().ownIps().contains(source.ip());
    AnnouncedPeer announced =
        AnnouncedPeer.read(response, instance, foreign, config.limits().maxAddressesPerPeer());
    addressesRejected += announced.rejected();
    PeerId peer = announced.peer();
    if (peer != null && !peer.equals(self)) {
      long ttlNanos = Math.min(ttlSeconds, MAX_TTL_SECONDS) * SECOND_NANOS;
      peers.onSeen(key, foreign, peer, announced.addresses(), ttlNanos, nowNanos);
    }
  }

  /** Somebody says our name with a short life: say it again (RFC 6762 section 6.6). */
  private void rescueIfShortened(LinkState state, long ttlSeconds, long nowNanos) {
    if (ttlSeconds * 2 < config.ttl().toSeconds() && own.canAnswer(state.link())) {
      state.answer(OwnRecords.PEERS, false, nowNanos);
    }
  }

  // Sending.

  private void query(LinkState state, long nowNanos) {
    Bytes query = DnsCodec.encode(DnsMessage.query(
        List.of(DnsQuestion.multicast(own.service(), DnsType.PTR)),
        knownAnswers(state.link().id(), nowNanos)));
    queriesSent++;
    enqueue(new MdnsTransmit(state.link().id(), query, null));
    state.onQuerySent(query, nowNanos);
  }

  private List<DnsRecord> knownAnswers(int linkId, long nowNanos) {
    List<DnsRecord> known = new ArrayList<>();
    int bytes = 0;
    int max = KNOWN_ANSWER_BYTES / KNOWN_ANSWER_OVERHEAD_BYTES;
    for (Map.Entry<DnsName, Long> fresh : peers.fresh(linkId, max, nowNanos)) {
      bytes += KNOWN_ANSWER_OVERHEAD_BYTES + fresh.getKey().labels().getFirst().length();
      if (bytes > KNOWN_ANSWER_BYTES) {
        break;
      }
      long ttlSeconds = TimeUnit.NANOSECONDS.toSeconds(fresh.getValue());
      known.add(DnsRecord.shared(own.service(), ttlSeconds, new DnsData.Ptr(fresh.getKey())));
    }
    return known;
  }

  private void announceIfDue(LinkState state, long nowNanos) {
    if (state.announceDue(nowNanos)) {
      // Not refused by the rate, but counted: it is our own decision, and rare.
      state.admitResponse(nowNanos);
      sendMulticast(state, own.responses(state.link(), OwnRecords.PEERS));
      state.onAnnounced(nowNanos);
    }
  }

  private void answerIfDue(LinkState state, long nowNanos) {
    if (!state.responseDue(nowNanos)) {
      return;
    }
    if (!state.admitResponse(nowNanos)) {
      state.deferResponse(nowNanos);
      return;
    }
    int wanted = state.takePending();
    sendMulticast(state, own.responses(state.link(), wanted));
    if ((wanted & OwnRecords.PEERS) != 0) {
      state.onMulticast(nowNanos);
    }
  }

  private void sendUnicast(
      LinkState state, MdnsEndpoint to, List<DnsMessage> messages, long nowNanos) {
    for (DnsMessage message : messages) {
      if (!state.admitResponse(nowNanos)) {
        rateLimited++;
        return;
      }
      responsesSent++;
      enqueue(new MdnsTransmit(state.link().id(), DnsCodec.encode(message), to));
    }
  }

  private void sendMulticast(LinkState state, List<DnsMessage> messages) {
    for (DnsMessage message : messages) {
      responsesSent++;
      enqueue(new MdnsTransmit(state.link().id(), DnsCodec.encode(message), null));
    }
  }

  private void takeBackIfSilent(LinkState state, MdnsLink changed) {
    if (!own.canAnswer(changed)) {
      sayGoodbye(state);
    }
  }

  private void sayGoodbye(LinkState state) {
    if (own.canAnswer(state.link())) {
      sendMulticast(state, List.of(own.goodbye()));
    }
  }

  private void enqueue(MdnsTransmit transmit) {
    if (transmits.size() < MAX_TRANSMITS) {
      transmits.add(transmit);
    }
  }
}
