package org.openagi.p2p.simulator.node;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;

/** What a node does that does not play by the rules: it changes what it passes on, repeats what it heard, floods, swallows. */
final class Misconduct {
  private static final int REMEMBERED = 64;
  private static final int ADVERTS = 0x40;
  private static final int PARCEL = 0x50;
  private static final double LIES = 0.2;
  private static final double REPLAYS = 0.3;
  private static final double FLOODS = 0.01;
  private static final int FLOOD_FRAMES = 500;

  private final RandomGenerator random;
  private final List<OverlayRunner.Frame> heard = new ArrayList<>();

  Misconduct(RandomGenerator random) {
    this.random = random;
  }

  void remember(OverlayRunner.Frame frame) {
    if (heard.size() < REMEMBERED) heard.add(frame);
    else heard.set(random.nextInt(REMEMBERED), frame);
  }

  /** What it sends instead of a frame; null for nothing. */
  OverlayRunner.@Nullable Frame instead(OverlayRunner.Frame frame) {
    if (frame.type() == PARCEL && random.nextBoolean()) return null;
    if (frame.type() != ADVERTS || random.nextDouble() > LIES) return frame;
    byte[] forged = frame.body().toArray();
    forged[random.nextInt(forged.length)] ^= (byte) (1 << random.nextInt(8));
    return new OverlayRunner.Frame(frame.type(), Bytes.wrap(forged), null);
  }

  /** What it sends without being asked. */
  List<OverlayRunner.Frame> unasked() {
    if (heard.isEmpty()) return List.of();
    if (random.nextDouble() < FLOODS) {
      List<OverlayRunner.Frame> flood = new ArrayList<>();
      for (int i = 0; i < FLOOD_FRAMES; i++) flood.add(anyHeard());
      return flood;
    }
    return random.nextDouble() < REPLAYS ? List.of(anyHeard()) : List.of();
  }

  private OverlayRunner.Frame anyHeard() {
    return heard.get(random.nextInt(heard.size()));
  }
}
