package org.openagi.p2p.messaging;

/**
 * Names the messages of a lane and epoch.
 *
 * @param epoch of the sender's outbox
 * @param lane of the messages
 * @see "docs/wire/message-1.0.md, section 1"
 */
public record LaneNumbering(long epoch, Lane lane) implements NetworkMessage.Numbering {
  @Override
  public String idOf(long number) {
    return String.format("%016x-%d-%d", epoch, lane.number(), number);
  }
}
