package org.openagi.p2p.overlay.linkstate;

/** What was left undone for a bound, adverts that were refused apart ({@link AdvertRefusal}). Each is counted. */
public enum LinkStateDrop {
  /** A neighbour told what is new more often than it may; not looked at. */
  NEWS_TOO_OFTEN,
  /** A neighbour asked to compare more often than it may; not answered. */
  SUMMARY_TOO_OFTEN,
  /** A listing that this node had not asked for; not looked at. */
  LISTING_UNASKED,
  /** A neighbour wished for more adverts than it may get; left to a later comparison. */
  SERVED_TOO_MUCH,
  /** A neighbour has so much to be told of already that an advert was left to a later comparison. */
  TOO_MUCH_UNTOLD,
  /** A neighbour was asked for so many adverts already that one more was not asked for. */
  TOO_MUCH_ASKED,
  /** A way was sought to a node that is not known, while the table is nearly full: it may be one that has no room in it. */
  BEYOND_HORIZON
}
