package org.openagi.p2p.net.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.net.swarm.TestHosts.await;
import static org.openagi.p2p.net.swarm.TestHosts.failure;
import static org.openagi.p2p.net.swarm.TestHosts.get;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openagi.p2p.net.CloseReason;
import org.openagi.p2p.net.Connection;
import org.openagi.p2p.net.DialException;
import org.openagi.p2p.net.Host;
import org.openagi.p2p.net.HostConfig;
import org.openagi.p2p.net.HostConfig.Limits;
import org.openagi.p2p.net.Refusal;
import org.openagi.p2p.net.RefusalCause;
import org.openagi.p2p.net.swarm.TestHosts.Events;

class HostRefusalTest {
  private final TestHosts hosts = new TestHosts();

  @AfterEach
  void stop() {
    hosts.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {HostConfig.NOISE, HostConfig.TLS})
  void theThirdPeerIsToldWhyItIsRefused(String security) {
    HostConfig config = TestHosts.config().withSecurity(List.of(security));
    Host full = hosts.start(config.withLimits(Limits.of(2)));
    Events events = Events.of(full);
    Host first = hosts.start(config);
    Host second = hosts.start(config);
    Host third = hosts.start(config);
    Events eventsOfThird = Events.of(third);
    Connection kept = get(first.connect(full.listenAddresses().getFirst()));
    get(second.connect(full.listenAddresses().getFirst()));
    await("both accepted", () -> full.connections().size() == 2);

    DialException refused =
        failure(DialException.class, third.connect(full.listenAddresses().getFirst()));

    assertEquals(DialException.Kind.REFUSED, refused.kind());
    assertTrue(
        refused
            .getMessage()
            .contains("peer " + full.peerId()
                + " refused: at its limit of 2 connections (max_connections)"),
        refused.getMessage());
    assertEquals(List.of(), eventsOfThird.log, "never announced as connected");
    await("reported", () -> events.refusals.size() == 1);
    Refusal refusal = events.refusals.getFirst();
    assertEquals(RefusalCause.MAX_CONNECTIONS, refusal.cause());
    assertEquals(Optional.of(third.peerId()), refusal.peer());
    assertTrue(
        refusal.detail().contains("at its limit of 2 connections (max_connections)"),
        refusal.detail());
    assertEquals(1, full.stats().refusals().get(RefusalCause.MAX_CONNECTIONS));

    get(kept.close(CloseReason.localRequest()));
    await("a place is free", () -> full.stats().connections() == 1);
    get(third.connect(full.peerId(), full.listenAddresses()));
    await("accepted now", () -> full.connections().size() == 2);
  }

  @Test
  void withoutBudgetForReasonsTheSocketIsJustClosed() {
    Limits limits = Limits.of(1).withHandshakes(8, 8, 0);
    Host full = hosts.start(c -> c.withLimits(limits));
    Host first = hosts.start();
    Host second = hosts.start();
    get(first.connect(full.listenAddresses().getFirst()));

    DialException closed =
        failure(DialException.class, second.connect(full.listenAddresses().getFirst()));

    assertTrue(
        closed.getMessage().contains("closed by remote during security negotiation")
            || closed.getMessage().contains("reset by peer"),
        closed.getMessage());
    assertEquals(1, full.stats().refusals().get(RefusalCause.MAX_CONNECTIONS));
    assertEquals(0, full.stats().handshakesInFlight());
  }

  @Test
  void aHostAtItsOwnLimitDoesNotDial() {
    Host full = hosts.start(c -> c.withLimits(Limits.of(1)));
    Host first = hosts.start();
    Host second = hosts.start();
    get(full.connect(first.listenAddresses().getFirst()));
    DialException limit =
        failure(DialException.class, full.connect(second.listenAddresses().getFirst()));
    assertEquals(DialException.Kind.LOCAL_LIMIT, limit.kind());
    assertTrue(
        limit.getMessage().contains("at its limit of 1 connections (max_connections)"),
        limit.getMessage());
  }

  @Test
  void everyCauseHasItsOwnCodeAndFitsTheFrame() {
    assertEquals(
        RefusalCause.values().length,
        List.of(RefusalCause.values()).stream()
            .map(RefusalCause::code)
            .distinct()
            .count());
    byte[] frame = RefusalCode.frame(RefusalCause.MAX_CONNECTIONS, 2);
    assertEquals(
        "00030000" + "00000000" + "4f010002",
        org.openagi.p2p.core.bytes.Bytes.copyOf(frame).toHex());
    assertEquals(
        Optional.of("at its limit of 2 connections (max_connections)"),
        RefusalCode.describe(0x4f010002L));
    assertEquals(
        Optional.of("at its limit of 65535 connections (max_connections)"),
        RefusalCode.describe(
            Integer.toUnsignedLong(RefusalCode.encode(RefusalCause.MAX_CONNECTIONS, 1 << 20))));
    assertEquals(
        Optional.of("for a reason of its own (code 200)"), RefusalCode.describe(0x4fc80000L));
    assertEquals(Optional.empty(), RefusalCode.describe(1));
  }
}
