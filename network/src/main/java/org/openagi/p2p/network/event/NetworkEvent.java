package org.openagi.p2p.network.event;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.record.NodeType;
import org.openagi.p2p.overlay.health.HealthState;

/** Something that happened, with the local wall-clock time at which this node noticed it. */
public sealed interface NetworkEvent {
  /** When this node noticed. */
  Instant at();

  /**
   * The addresses this node listens on are known or have changed.
   *
   * @param addresses full addresses, each ending in {@code /p2p/ID}
   */
  record Listening(Instant at, List<Multiaddr> addresses) implements NetworkEvent {
    /** Copies the list. */
    public Listening {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A peer was heard of; it is not connected yet, and nothing is proved about it.
   *
   * @param addresses where it says that it listens
   */
  record PeerDiscovered(Instant at, PeerId peer, List<Multiaddr> addresses)
      implements NetworkEvent {
    /** Copies the list. */
    public PeerDiscovered {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * The first connection to a peer is open, and the peer has proved its key.
   *
   * @param address remote address of the connection
   * @param inbound whether the peer dialed us
   * @param security protocol id of the secure channel
   */
  record PeerConnected(Instant at, PeerId peer, Multiaddr address, boolean inbound, String security)
      implements NetworkEvent {}

  /**
   * A peer has told, signed, what it is called and what it is for, and its name is not taken.
   *
   * @param alias its name
   * @param nodeType what it is for
   */
  record PeerIdentified(Instant at, PeerId peer, String alias, NodeType nodeType)
      implements NetworkEvent {}

  /**
   * A link became better or worse.
   *
   * @param from the state before
   * @param to the state now
   * @param why what was measured, and the limit
   */
  record HealthChanged(Instant at, PeerId peer, HealthState from, HealthState to, String why)
      implements NetworkEvent {}

  /**
   * The last connection to a peer is gone.
   *
   * @param alias its name, if it had told it
   * @param reason why, in words
   */
  record PeerDisconnected(Instant at, PeerId peer, Optional<String> alias, String reason)
      implements NetworkEvent {}

  /**
   * Something failed.
   *
   * @param what kind of failure
   * @param who the peer it is about, if any
   * @param cause why it happened, in words
   * @param consequence what no longer works, or what the node does about it
   */
  record FaultEvent(Instant at, Fault what, Optional<PeerId> who, String cause, String consequence)
      implements NetworkEvent {}

  /**
   * Something that looks like an attack or a mix-up of identities was refused.
   *
   * @param what kind of refusal
   * @param who the peer that was refused, by the key it proved
   * @param cause what was wrong
   * @param remedy what a person can do if it was no attack
   */
  record SecurityEvent(Instant at, Threat what, PeerId who, String cause, String remedy)
      implements NetworkEvent {}

  /** Kinds of failure. */
  enum Fault {
    /** No address of a peer could be reached. */
    DIAL_FAILED,
    /** A peer was refused because of a limit of this node. */
    CONNECTION_REFUSED,
    /** Discovery on the local network does not work, or only in part. */
    DISCOVERY_FAILED,
    /** A message was given up. */
    MESSAGE_LOST,
    /** A peer takes no messages for now, for example because its disk failed. */
    MESSAGES_REFUSED,
    /** Messages that had expired or been refused are forgotten, since more of them are not kept. */
    DEAD_LETTERS_DROPPED,
    /** A message handler of this node threw. */
    HANDLER_FAILED,
    /** A handler that promised to be quick held up an event loop. */
    HANDLER_SLOW,
    /** A file of the node could not be written. */
    STORAGE_FAILED,
    /** A peer did not keep to a protocol. */
    PROTOCOL_VIOLATED,
    /** A peer does not answer, and nobody who was asked hears of it; it is avoided until it does. */
    PEER_SUSPECT,
    /** A peer did not refute the suspicion in time; its connections are cut. */
    PEER_DEAD,
    /** A link is dead, while others hear of the peer; its connections are cut. */
    LINK_DEAD,
    /** A peer that was suspected or dead is heard of again. */
    PEER_RECOVERED,
    /** Several peers were lost at once, while others are still there. */
    PARTITION_NOTICED,
    /** More than half of the peers that were lost at once can be reached again. */
    PARTITION_HEALED,
    /** No neighbour is heard of at all: it is the network of this machine, and nobody is accused. */
    OWN_NETWORK_DOWN,
    /** A neighbour is heard of again after {@link #OWN_NETWORK_DOWN}. */
    OWN_NETWORK_BACK,
    /** This machine did not let the node run when it was due; nobody is accused for that time. */
    OWN_MACHINE_SLOW,
    /** A peer misbehaved so often that it is cut off and refused for a while. */
    PEER_REFUSED,
    /** A peer that was refused is let in again. */
    PEER_ACCEPTED_AGAIN
  }

  /** Kinds of refusal for security's sake. */
  enum Threat {
    /** A peer claims a name that is pinned to another key. */
    NAME_TAKEN,
    /** A peer claims the name of this node itself. */
    OWN_NAME_CLAIMED,
    /** A peer's record is not signed by its key, or is malformed. */
    RECORD_INVALID,
    /** This node's name was refused by a peer. */
    NAME_REFUSED_BY_PEER,
    /** A known key has taken another name. */
    NAME_CHANGED,
    /** No more names can be pinned. */
    PINS_FULL
  }
}
