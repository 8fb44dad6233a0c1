package org.openagi.p2p.protocols.mdns;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;

/**
 * What a response says about one instance.
 *
 * @param peer whose addresses these are: the peer of the first usable one; null if none is usable
 * @param addresses usable addresses of this peer, in the order of the response, without repetition
 * @param rejected strings that look like addresses but were not used
 */
record AnnouncedPeer(@Nullable PeerId peer, List<Multiaddr> addresses, int rejected) {

  /** Reads the TXT records of an instance. */
  static AnnouncedPeer read(
      DnsMessage response, DnsName instance, boolean foreign, int maxAddresses) {
    PeerId peer = null;
    Set<Multiaddr> addresses = new LinkedHashSet<>();
    int rejected = 0;
    for (DnsRecord item : response.records()) {
      if (!(item.data() instanceof DnsData.Txt txt)
          || item.ttlSeconds() == 0
          || !item.name().equals(instance)) {
        continue;
      }
      for (Bytes text : txt.strings()) {
        Multiaddr address =
            addresses.size() < maxAddresses ? AnnouncedAddress.read(text, foreign) : null;
        PeerId named = address == null ? null : address.peerId().orElse(null);
        if (address == null || named == null || (peer != null && !peer.equals(named))) {
          rejected++;
          continue;
        }
        peer = named;
        addresses.add(address);
      }
    }
    return new AnnouncedPeer(peer, List.copyOf(addresses), rejected);
  }
}
