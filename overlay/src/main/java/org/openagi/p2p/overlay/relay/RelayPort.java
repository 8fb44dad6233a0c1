package org.openagi.p2p.overlay.relay;

import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayPort;
import org.openagi.p2p.overlay.Route;

/** What {@link Relay} asks for. */
public interface RelayPort extends OverlayPort {
  /** The ways to a peer, a neighbour or not. */
  Route route(PeerId destination, long nowNanos);

  /** Nodes that announced to keep mail and can be reached now, this node left out; in any order, the same for the same state. */
  List<PeerId> keepers(long nowNanos);

  /** What a peer announced to seal for it with. */
  Optional<Bytes> sealKey(PeerId peer);

  /** Announces what to seal with for this node. */
  void announceSealKey(Bytes key, long nowNanos);

  /** Whether to pass on what a neighbour sends: not if it is thought little of. */
  boolean serves(PeerId neighbour);

  /** A neighbour fell silent, lost to others what it was to carry, or speaks: see {@link Relay#isSilent}, {@link Relay#isReplaced}. */
  void onDoubt(PeerId neighbour);

  /** Round trip to a neighbour in microseconds, 0 if it was not measured. */
  int rttMicros(PeerId neighbour);

  /** A neighbour gave cause to think less of it. */
  void blame(PeerId neighbour, RelayFault why);
}
