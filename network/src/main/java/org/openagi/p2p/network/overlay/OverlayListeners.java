package org.openagi.p2p.network.overlay;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.health.HealthEvent;
import org.openagi.p2p.overlay.node.OverlayListener;
import org.openagi.p2p.overlay.reputation.Explanation;
import org.openagi.p2p.overlay.reputation.Standing;

/** Passes on what the overlay notices to any number of listeners, in the order in which they were added. */
public final class OverlayListeners implements OverlayListener {
  private final List<OverlayListener> all = new CopyOnWriteArrayList<>();

  /** Adds one, which hears what happens from now on. Any thread. */
  public void add(OverlayListener listener) {
    all.add(listener);
  }

  @Override
  public void onHealth(HealthEvent event) {
    for (OverlayListener each : all) each.onHealth(event);
  }

  @Override
  public void onViolation(PeerId peer, String what, boolean cut) {
    for (OverlayListener each : all) each.onViolation(peer, what, cut);
  }

  @Override
  public void onStanding(PeerId peer, Standing from, Standing to, Explanation why) {
    for (OverlayListener each : all) each.onStanding(peer, from, to, why);
  }

  @Override
  public void onBroadcast(BroadcastMessage message, PeerId by, int hops) {
    for (OverlayListener each : all) each.onBroadcast(message, by, hops);
  }

  @Override
  public void onBroadcastTaken(long number, int neighbours) {
    for (OverlayListener each : all) each.onBroadcastTaken(number, neighbours);
  }

  @Override
  public void onNamed(PeerId node, String name) {
    for (OverlayListener each : all) each.onNamed(node, name);
  }

  @Override
  public void onRoutesChanged() {
    for (OverlayListener each : all) each.onRoutesChanged();
  }
}
