package org.openagi.p2p.simulator.node;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.overlay.broadcast.BroadcastFrame;
import org.openagi.p2p.overlay.broadcast.BroadcastMessage;
import org.openagi.p2p.overlay.node.OverlayFrames;

/** What a node does that does not play by the rules: it changes what it passes on, repeats what it heard, floods, swallows. */
final class Misconduct {
  private static final int REMEMBERED = 128;
  private static final int MESSAGE = 0x30;
  private static final int ADVERTS = 0x40;
  private static final int PARCEL = 0x50;
  private static final double LIES = 0.3;
  private static final double FORGERIES = 0.1;
  private static final double REPLAYS = 0.3;
  private static final double FLOODS = 0.02;
  private static final double FALSE_LINKS = 0.05;
  private static final int FLOOD_FRAMES = 1_500;
  private static final int FLOOD_ROUNDS = 40;

  private final RandomGenerator random;
  private final Set<Offence> offences;
  private final List<OverlayRunner.Frame> heard = new ArrayList<>();
  private List<OverlayRunner.Frame> flood = List.of();
  private int floodRounds;

  Misconduct(RandomGenerator random, Set<Offence> offences) {
    this.random = random;
    this.offences = EnumSet.copyOf(offences);
  }

  void remember(OverlayRunner.Frame frame) {
    if (heard.size() < REMEMBERED) heard.add(frame);
    else heard.set(random.nextInt(REMEMBERED), frame);
  }

  private boolean does(Offence what, double chance) {
    return offences.contains(what) && random.nextDouble() < chance;
  }

  /** What it sends instead of a frame; null for nothing. */
  OverlayRunner.@Nullable Frame instead(OverlayRunner.Frame frame) {
    if (frame.type() == PARCEL && does(Offence.SWALLOWED, 1)) return null;
    if (frame.type() != ADVERTS || !does(Offence.FORGED_ADVERT, LIES)) return frame;
    byte[] forged = frame.body().toArray();
    forged[random.nextInt(forged.length)] ^= (byte) (1 << random.nextInt(8));
    return new OverlayRunner.Frame(frame.type(), Bytes.wrap(forged), null, Offence.FORGED_ADVERT);
  }

  /** Begins another round; says whether to claim a link that is not there. */
  boolean nextRound() {
    if (floodRounds > 0) floodRounds--;
    else if (!heard.isEmpty() && does(Offence.FLOOD, FLOODS)) beginFlood();
    return does(Offence.FALSE_LINK, FALSE_LINKS);
  }

  private void beginFlood() {
    floodRounds = FLOOD_ROUNDS;
    int type = anyHeard().type();
    flood = heard.stream().filter(each -> each.type() == type).toList();
  }

  /** What it sends a neighbour in this round without being asked. */
  List<OverlayRunner.Frame> unasked() {
    if (heard.isEmpty()) return List.of();
    List<OverlayRunner.Frame> sent = new ArrayList<>();
    if (floodRounds > 0) {
      for (int i = 0; i < FLOOD_FRAMES; i++) {
        sent.add(flood.get(i % flood.size()).sentAs(Offence.FLOOD));
      }
    }
    if (does(Offence.REPLAY, REPLAYS)) sent.add(anyHeard().sentAs(Offence.REPLAY));
    if (does(Offence.FORGED_MESSAGE, FORGERIES)) {
      OverlayRunner.Frame forged = forgedMessage();
      if (forged != null) sent.add(forged);
    }
    return sent;
  }

  /** A message that somebody is said to have made later than one that it made. */
  private OverlayRunner.@Nullable Frame forgedMessage() {
    for (OverlayRunner.Frame each : heard) {
      if (each.type() != MESSAGE) continue;
      try {
        byte[] body = each.body().toArray();
        var read = OverlayFrames.read(MESSAGE, new WireReader(body, 0, body.length));
        if (read instanceof BroadcastFrame.Gossip gossip) return forged(gossip);
      } catch (ProtocolViolationException e) {
        return null; // somebody else forged it
      }
    }
    return null;
  }

  private OverlayRunner.Frame forged(BroadcastFrame.Gossip gossip) {
    BroadcastMessage real = gossip.message();
    BroadcastMessage made = new BroadcastMessage(
        real.origin(),
        real.epoch(),
        real.number() + 1 + random.nextInt(1_000),
        real.createdMillis(),
        real.payload(),
        real.signature());
    WireWriter out = new WireWriter(256);
    new BroadcastFrame.Gossip(gossip.hops(), made).write(out);
    return new OverlayRunner.Frame(
        MESSAGE, Bytes.wrap(out.toArray()), null, Offence.FORGED_MESSAGE);
  }

  private OverlayRunner.Frame anyHeard() {
    return heard.get(random.nextInt(heard.size()));
  }
}
