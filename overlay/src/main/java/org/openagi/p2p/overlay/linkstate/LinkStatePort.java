package org.openagi.p2p.overlay.linkstate;

import java.util.List;
import java.util.function.Consumer;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.LinkQuality;
import org.openagi.p2p.overlay.OverlayPort;

/** What {@link LinkStates} asks for. */
public interface LinkStatePort extends OverlayPort {
  /** Signs as this node; {@link LinkAdvert#isSigned} holds for the result. */
  Bytes sign(Bytes signedBytes);

  /**
   * Checks the signature of an advert, as {@link LinkAdvert#isSigned} does.
   *
   * @param verdict to be called once with the result, on the owner: from within this call or later. At most {@link
   *     LinkStateConfig#maxUnchecked} wait at a time
   */
  void verify(LinkAdvert advert, Consumer<Boolean> verdict);

  /** How well the link to a neighbour does. */
  LinkQuality quality(PeerId neighbour);

  /** The neighbours that new adverts are passed to: enough to reach all, as few as possible. */
  List<PeerId> gossipTargets();

  /** Whether to send over a neighbour only if there is no other way. */
  boolean avoid(PeerId neighbour);

  /**
   * Whether a neighbour says nothing although it should, so that it may be gone: ways over it are taken only if there is no
   * other. Changes are told by {@link LinkStates#onJudged}.
   */
  boolean isSilent(PeerId neighbour);

  /** Whether a neighbour that is silent lost to others what it was to carry: nobody needs to come this way for it. */
  boolean isReplaced(PeerId neighbour);

  /** A neighbour sent what it could have known to be bad: cause to think less of it. */
  void blame(PeerId neighbour, AdvertRefusal why);

  /** A node says, signed, that it is linked to this one long after it was: it is not. */
  default void onFalseClaim(PeerId origin) {}

  /** Ways may be other ones than before, or seal keys; told at most once per call of the machine. */
  void onRoutesChanged();

  /** A node says, signed, what people call it; told when it is heard first and when it changes. */
  default void onNamed(PeerId node, String name) {}
}
