package org.openagi.p2p.simulator.node;

/** What a node does that does not play by the rules. */
public enum Offence {
  /** It changes adverts of others that it passes on. */
  FORGED_ADVERT,
  /** It sends messages to everyone in the names of others. */
  FORGED_MESSAGE,
  /** It sends frames of a kind as fast as it can. */
  FLOOD,
  /** It says that it took parcels, and drops them. */
  SWALLOWED,
  /** It announces links to nodes that it is not linked to. */
  FALSE_LINK,
  /** It sends again what it heard from others: adverts, messages, parcels, answers. */
  REPLAY
}
