package org.openagi.p2p.overlay.membership;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.overlay.Examples;
import org.openagi.p2p.testkit.TestPeers;

/** The worked examples of docs/wire/overlay-membership.md are what the codec makes. */
class MembershipDocumentTest {
  @Test
  void examplesAreWhatTheCodecMakes() throws Exception {
    Multiaddr four = Multiaddr.parse("/ip4/192.0.2.7/tcp/4001");
    Multiaddr six = Multiaddr.parse("/ip6/2001:db8::7/tcp/4001");
    PeerEntry entry = PeerEntry.of(TestPeers.filledKey(1).peerId(), List.of(four, six));
    new Examples("overlay-membership.md")
        .add("JOIN", new MembershipFrame.Join(List.of(four)))
        .add("FORWARD_JOIN", new MembershipFrame.ForwardJoin(entry, 6))
        .add("NEIGHBOR, not urgent", new MembershipFrame.Neighbor(false, 4, List.of(four, six)))
        .add("ANSWER: accepted", new MembershipFrame.Answer(true, 5, List.of()))
        .add("ANSWER: refused, with a hint", new MembershipFrame.Answer(false, 9, List.of(entry)))
        .add(
            "DISCONNECT: trimmed",
            new MembershipFrame.Disconnect(MembershipFrame.Disconnect.Why.TRIMMED))
        .add("SHUFFLE", new MembershipFrame.Shuffle(6, List.of(entry)))
        .add("SHUFFLE_REPLY", new MembershipFrame.ShuffleReply(7, List.of()))
        .check();
  }
}
