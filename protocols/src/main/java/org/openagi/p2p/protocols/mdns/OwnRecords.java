package org.openagi.p2p.protocols.mdns;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * What we say about ourselves, and to which questions (libp2p discovery/mdns.md, "Response" and
 * "DNS Service Discovery").
 *
 * <p>The answer to the question for peers carries one PTR record as answer and TXT, SRV and address
 * records as additionals: js-libp2p takes the TXT from either section but only next to the PTR, and
 * reads the last PTR of a message, so the answer to the meta query travels on its own.
 */
final class OwnRecords {

  /** Bits of what is asked. */
  static final int PEERS = 1;

  static final int META = 2;
  static final int SRV = 4;
  static final int TXT = 8;
  static final int HOST = 16;

  /** Length of the random instance name; the specification wants 32 to 63. */
  static final int NAME_CHARS = 32;

  /** Bytes of all texts: with the other records a response stays within one Ethernet frame. */
  static final int MAX_TXT_BYTES = 1000;

  /** Addresses in A and AAAA records, at most. */
  private static final int MAX_HOST_ADDRESSES = 8;

  /** Old resolvers shall not keep our records for longer (RFC 6762 section 6.7). */
  private static final long LEGACY_TTL_SECONDS = 10;

  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final DnsName META_QUERY = DnsName.parse("_services._dns-sd._udp.local");

  private final DnsName service;
  private final DnsName instance;
  private final DnsName host;
  private final PeerId self;
  private final MdnsConfig config;

  OwnRecords(MdnsConfig config, PeerId self, RandomGenerator random) {
    this.config = config;
    this.self = self;
    String peerName = randomName(random);
    service = DnsName.parse(config.serviceName());
    instance = service.prepend(peerName);
    host = DnsName.parse("p2p.local").prepend(peerName);
  }

  DnsName service() {
    return service;
  }

  DnsName instance() {
    return instance;
  }

  /** Which of our records a question is for: bits, 0 for none. */
  int wantedBy(DnsQuestion question) {
    DnsName name = question.name();
    if (name.equals(service)) {
      return question.asksFor(DnsType.PTR) ? PEERS : 0;
    }
    if (name.equals(META_QUERY)) {
      return question.asksFor(DnsType.PTR) ? META : 0;
    }
    if (name.equals(instance)) {
      return (question.asksFor(DnsType.SRV) ? SRV : 0) | (question.asksFor(DnsType.TXT) ? TXT : 0);
    }
    if (name.equals(host)) {
      return question.asksFor(DnsType.A) || question.asksFor(DnsType.AAAA) ? HOST : 0;
    }
    return 0;
  }

  /** Which of our records the asker has already, with at least half of their life left: bits. */
  int knownIn(List<DnsRecord> knownAnswers) {
    int known = 0;
    for (DnsRecord answer : knownAnswers) {
      if (answer.data() instanceof DnsData.Ptr ptr && answer.ttlSeconds() * 2 >= ttlSeconds()) {
        known |= answer.name().equals(service) && ptr.target().equals(instance) ? PEERS : 0;
        known |= answer.name().equals(META_QUERY) && ptr.target().equals(service) ? META : 0;
      }
    }
    return known;
  }

  /** True if there is something to say on this link. */
  boolean canAnswer(MdnsLink link) {
    return !texts(link).isEmpty();
  }

  /** The multicast responses with the wanted records; empty if the link has no address of ours. */
  List<DnsMessage> responses(MdnsLink link, int wanted) {
    if (wanted == 0 || !canAnswer(link)) {
      return List.of();
    }
    List<DnsMessage> responses = new ArrayList<>(2);
    if ((wanted & ~META) != 0) {
      responses.add(response(link, wanted));
    }
    if ((wanted & META) != 0) {
      responses.add(DnsMessage.response(
          List.of(DnsRecord.shared(META_QUERY, ttlSeconds(), new DnsData.Ptr(service))),
          List.of()));
    }
    return responses;
  }

  /** The same for an asker that is no mDNS querier but an ordinary resolver. */
  List<DnsMessage> legacyResponses(MdnsLink link, int wanted, DnsMessage query) {
    return responses(link, wanted).stream()
        .map(response -> new DnsMessage(
            query.id(),
            response.flags(),
            query.questions(),
            legacy(response.answers()),
            List.of(),
            legacy(response.additionals())))
        .toList();
  }

  /** Takes back the PTR record. No TXT goes along: js-libp2p would discover us by it. */
  DnsMessage goodbye() {
    return DnsMessage.response(
        List.of(DnsRecord.shared(service, 0, new DnsData.Ptr(instance))), List.of());
  }

  private DnsMessage response(MdnsLink link, int wanted) {
    List<DnsRecord> answers = new ArrayList<>();
    List<DnsRecord> additionals = new ArrayList<>();
    boolean peers = (wanted & PEERS) != 0;
    if (peers) {
      answers.add(DnsRecord.shared(service, ttlSeconds(), new DnsData.Ptr(instance)));
    }
    if (peers || (wanted & TXT) != 0) {
      (peers ? additionals : answers).add(unique(instance, new DnsData.Txt(texts(link))));
    }
    if (peers || (wanted & SRV) != 0) {
      srv(link).ifPresent(port -> (peers ? additionals : answers)
          .add(unique(instance, new DnsData.Srv(0, 0, port, host))));
    }
    List<DnsRecord> hostRecords = (wanted & HOST) != 0 ? answers : additionals;
    if (peers || (wanted & (SRV | HOST)) != 0) {
      hostIps(link).forEach(ip -> hostRecords.add(unique(host, new DnsData.Address(ip))));
    }
    return DnsMessage.response(answers, additionals);
  }

  private List<Bytes> texts(MdnsLink link) {
    List<Bytes> texts = new ArrayList<>();
    int bytes = 0;
    for (Multiaddr address : link.addresses()) {
      Bytes text =
          Bytes.ofUtf8(AnnouncedAddress.ATTRIBUTE + address.withoutPeerId().withPeerId(self));
      bytes += 1 + text.length();
      if (text.length() > DnsData.Txt.MAX_STRING_BYTES
          || bytes > MAX_TXT_BYTES
          || texts.size() == config.limits().maxAddressesPerPeer()) {
        break;
      }
      texts.add(text);
    }
    return texts;
  }

  private static OptionalInt srv(MdnsLink link) {
    return link.addresses().stream()
        .mapToInt(AnnouncedAddress::port)
        .filter(p -> p > 0)
        .findFirst();
  }

  private static Set<Bytes> hostIps(MdnsLink link) {
    Set<Bytes> ips = new LinkedHashSet<>();
    link.addresses().stream()
        .flatMap(address -> AnnouncedAddress.ip(address).stream())
        .limit(MAX_HOST_ADDRESSES)
        .forEach(ips::add);
    return ips;
  }

  private DnsRecord unique(DnsName name, DnsData data) {
    return DnsRecord.unique(name, ttlSeconds(), data);
  }

  private static List<DnsRecord> legacy(List<DnsRecord> records) {
    return records.stream()
        .map(
            r -> DnsRecord.shared(r.name(), Math.min(r.ttlSeconds(), LEGACY_TTL_SECONDS), r.data()))
        .toList();
  }

  private long ttlSeconds() {
    return config.ttl().toSeconds();
  }

  private static String randomName(RandomGenerator random) {
    StringBuilder name = new StringBuilder(NAME_CHARS);
    for (int i = 0; i < NAME_CHARS; i++) {
      name.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return name.toString();
  }
}
