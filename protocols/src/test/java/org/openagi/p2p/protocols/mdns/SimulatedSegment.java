package org.openagi.p2p.protocols.mdns;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.testkit.TestPeers;

/**
 * A multicast segment in virtual time: every multicast reaches every host, the sender included,
 * after 200 µs to 2 ms; some are lost or come twice. Same seed, same run.
 */
final class SimulatedSegment {

  static final int LINK = 1;
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;

  /** A machine and what became of it. */
  final class Host {
    final int number;
    final PeerId peer;
    final MdnsEndpoint endpoint;
    final Mdns machine;
    final Map<PeerId, List<Multiaddr>> found = new LinkedHashMap<>();
    final Map<PeerId, Long> foundAt = new LinkedHashMap<>();
    final List<MdnsEvent> events = new ArrayList<>();
    boolean connected = true;

    Host(int number, MdnsConfig config) {
      this.number = number;
      peer = TestPeers.keyless(number);
      endpoint = new MdnsEndpoint(
          Bytes.wrap(new byte[] {10, 0, (byte) (number >> 8), (byte) number}), config.port());
      machine = new Mdns(config, peer, new Random(seed * 1000 + number));
    }

    Host up() {
      return up("/ip4/10.0." + (number >> 8) + "." + (number & 0xff) + "/tcp/4001");
    }

    Host up(String... addresses) {
      List<Multiaddr> parsed = List.of(addresses).stream().map(Multiaddr::parse).toList();
      machine.setLink(new MdnsLink(LINK, false, List.of(endpoint.ip()), parsed), now);
      drain(this);
      return this;
    }

    void stop() {
      machine.stop();
      drain(this);
    }

    boolean knows(Host other) {
      return found.containsKey(other.peer);
    }
  }

  private record Flight(long at, long order, Host to, MdnsEndpoint from, Bytes payload) {}

  final long seed;
  final List<Host> hosts = new ArrayList<>();
  final List<DnsMessage> multicasts = new ArrayList<>();
  final Map<MdnsEndpoint, List<DnsMessage>> unicasts = new LinkedHashMap<>();
  double loss;
  double duplication;
  long now = 5 * SECOND;
  private final Random random;
  private final PriorityQueue<Flight> flights =
      new PriorityQueue<>(Comparator.comparingLong(Flight::at).thenComparingLong(Flight::order));
  private long order;

  SimulatedSegment(long seed) {
    this.seed = seed;
    random = new Random(seed);
  }

  Host host() {
    return host(MdnsConfig.defaults());
  }

  Host host(MdnsConfig config) {
    Host host = new Host(hosts.size() + 1, config);
    hosts.add(host);
    return host;
  }

  /** Lets time pass, event by event. */
  void run(long nanos) {
    long end = now + nanos;
    while (true) {
      long next = flights.isEmpty() ? Mdns.NO_DEADLINE : flights.peek().at;
      for (Host host : hosts) {
        next = Math.min(next, host.machine.nextDeadlineNanos());
      }
      if (next > end) {
        now = end;
        return;
      }
      now = Math.max(now, next);
      step();
    }
  }

  private void step() {
    while (!flights.isEmpty() && flights.peek().at <= now) {
      Flight flight = flights.remove();
      if (flight.to.connected) {
        flight.to.machine.onDatagram(LINK, flight.from, flight.payload, now);
        drain(flight.to);
      }
    }
    for (Host host : hosts) {
      host.machine.onTimeout(now);
      drain(host);
    }
  }

  /** Delivers at once, as somebody outside of the simulation would send it. */
  void inject(Host to, MdnsEndpoint from, DnsMessage message) {
    inject(to, from, DnsCodec.encode(message));
  }

  void inject(Host to, MdnsEndpoint from, Bytes payload) {
    to.machine.onDatagram(LINK, from, payload, now);
    drain(to);
  }

  void drain(Host host) {
    MdnsTransmit out = host.machine.pollTransmit();
    while (out != null) {
      carry(host, out);
      out = host.machine.pollTransmit();
    }
    MdnsEvent event = host.machine.pollEvent();
    while (event != null) {
      host.events.add(event);
      if (event instanceof MdnsEvent.PeerFound f) {
        host.found.put(f.peer(), f.addresses());
        host.foundAt.putIfAbsent(f.peer(), now);
      } else {
        host.found.remove(event.peer());
      }
      event = host.machine.pollEvent();
    }
  }

  private void carry(Host from, MdnsTransmit out) {
    DnsMessage message = decode(out.payload());
    if (out.destination() != null) {
      unicasts.computeIfAbsent(out.destination(), d -> new ArrayList<>()).add(message);
    } else {
      multicasts.add(message);
    }
    for (Host to : hosts) {
      boolean meant = out.destination() == null || out.destination().equals(to.endpoint);
      if (meant && from.connected && (from == to || random.nextDouble() >= loss)) {
        fly(from, to, out.payload());
        if (random.nextDouble() < duplication) {
          fly(from, to, out.payload());
        }
      }
    }
  }

  private void fly(Host from, Host to, Bytes payload) {
    long at = now + random.nextLong(MILLI / 5, 2 * MILLI);
    flights.add(new Flight(at, order++, to, from.endpoint, payload));
  }

  static DnsMessage decode(Bytes payload) {
    try {
      return DnsCodec.decode(payload);
    } catch (org.openagi.p2p.core.error.ProtocolViolationException e) {
      throw new AssertionError("we sent what we refuse", e);
    }
  }

  /** Counts multicast messages by kind since the last call. */
  Map<String, Integer> takeCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    multicasts.forEach(m -> counts.merge(m.isResponse() ? "response" : "query", 1, Integer::sum));
    multicasts.clear();
    return counts;
  }
}
