package org.openagi.p2p.overlay.reputation;

import java.time.Duration;

/**
 * Why a peer's score is what it is. Each cause adds points that halve with time and end at a cap, so that nothing is
 * forgiven at once, nothing is held against a peer for ever, and no single kind of merit outweighs bad behaviour: all
 * merits together reach {@value #MERIT_MAX} points.
 */
public enum Cause {
  /** It told who it is, signed, and its name is its own. */
  VERIFIED_IDENTITY(10, 10, Duration.ofDays(7), "told who it is, signed"),
  /** It was linked: points for each hour. */
  UPTIME(2, 10, Duration.ofDays(1), "hours linked"),
  /** How quick it is: from 5 points for 20 ms round trip down to -5 for a second. */
  LATENCY(1, 5, Duration.ofHours(1), "round trip"),
  /** A parcel of ours that it took arrived: the recipient's receipt says so, signed. */
  USEFUL_PARCEL(0.1, 10, Duration.ofHours(1), "parcels that it got to their recipients"),
  /** It could not be reached, its link broke, or it did not answer. */
  FAILURE(-1, 15, Duration.ofMinutes(10), "links that broke, dials that failed"),
  /** It did not take a parcel of ours: it is full, or does not pass on for us. */
  REFUSED_PARCEL(-0.2, 5, Duration.ofMinutes(5), "parcels refused"),
  /**
   * It took parcels of ours that never arrived, while what went another way or later did. A recipient that lies could say the
   * same of an honest neighbour: so all of it takes no more than a verified identity brings.
   */
  LOST_PARCEL(-0.5, 10, Duration.ofMinutes(10), "parcels taken and lost"),
  /** It brought a parcel that it knew to be of no use: out of time or hops, or to where it had been. */
  USELESS_PARCEL(-0.5, 30, Duration.ofMinutes(10), "useless parcels"),
  /** It sent more than it may, or so much of no use that it is no accident. */
  LIMIT_VIOLATION(-10, 100, Duration.ofMinutes(10), "limits exceeded"),
  /** It broke a rule of a protocol. */
  PROTOCOL_VIOLATION(-15, 150, Duration.ofHours(1), "protocol violations"),
  /** It announced a link to this node, and there was none. */
  FALSE_ADVERT(-25, 150, Duration.ofHours(6), "false adverts"),
  /** It passed on or made something whose signature is wrong. */
  INVALID_SIGNATURE(-40, 200, Duration.ofHours(12), "invalid signatures");

  /** Most points that good behaviour can bring together. */
  public static final int MERIT_MAX = 35;

  private final double weight;
  private final double cap;
  private final Duration halfLife;
  private final String words;

  Cause(double weight, double cap, Duration halfLife, String words) {
    this.weight = weight;
    this.cap = cap;
    this.halfLife = halfLife;
    this.words = words;
  }

  /** Points for one occurrence, hour or unit; below 0 if it speaks against the peer. */
  public double weight() {
    return weight;
  }

  /** Most points it can add or take, in either direction. */
  public double cap() {
    return cap;
  }

  /** The time after which half of the points are left. */
  public Duration halfLife() {
    return halfLife;
  }

  /** What it counts, in words. */
  public String words() {
    return words;
  }

  /** Whether it is a level that is measured anew, instead of occurrences that add up. */
  boolean isLevel() {
    return this == VERIFIED_IDENTITY || this == LATENCY;
  }
}
