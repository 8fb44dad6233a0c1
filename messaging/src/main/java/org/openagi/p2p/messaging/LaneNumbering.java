package org.openagi.p2p.messaging;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names the messages of a lane and epoch.
 *
 * @param epoch of the sender's outbox
 * @param lane of the messages
 * @see "docs/wire/message-1.0.md, section 1"
 */
public record LaneNumbering(long epoch, Lane lane) implements NetworkMessage.Numbering {
  private static final Pattern ID = Pattern.compile("([0-9a-f]{16})-([0-7])-([1-9][0-9]{0,17})");

  /** What an id made here says. */
  public record Place(long epoch, Lane lane, long number) {}

  @Override
  public String idOf(long number) {
    return String.format("%016x-%d-%d", epoch, lane.number(), number);
  }

  /** Takes an id apart; empty if it is not one made from a number. */
  public static Optional<Place> parse(String id) {
    Matcher parts = ID.matcher(id);
    if (!parts.matches()) return Optional.empty();
    int lane = Integer.parseInt(parts.group(2));
    if (!Lane.isKnown(lane)) return Optional.empty();
    return Optional.of(new Place(
        Long.parseUnsignedLong(parts.group(1), 16),
        Lane.ofNumber(lane),
        Long.parseLong(parts.group(3))));
  }
}
