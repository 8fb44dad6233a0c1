package org.openagi.p2p.messaging.parcel;

import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.messaging.Lane;

/** Lets everything pass and remembers the stages. */
final class StageLog implements ParcelSenderListener {
  /** What happened to which messages. */
  record Event(Lane lane, long first, long end, Stage stage) {}

  final List<Event> events = new ArrayList<>();
  boolean blocked;

  @Override
  public boolean maySend(Lane lane) {
    return !blocked;
  }

  @Override
  public void onSent(Lane lane, int bytes) {}

  @Override
  public void onStage(Lane lane, long first, long end, Stage stage) {
    events.add(new Event(lane, first, end, stage));
  }

  List<Stage> stages() {
    return events.stream().map(Event::stage).toList();
  }
}
