package org.openagi.p2p.overlay.relay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Keeps parcels in memory: gone with the process. Confined to the overlay's owner. */
public final class MemoryMailStore implements MailStore {
  private record Kept(Mail mail, Parcel parcel) {}

  private final Map<Long, Kept> kept = new TreeMap<>();

  @Override
  public List<Mail> entries() {
    return kept.values().stream().map(Kept::mail).toList();
  }

  @Override
  public void put(Mail mail, Parcel parcel, Consumer<Boolean> done) {
    kept.put(mail.number(), new Kept(mail, parcel));
    done.accept(true);
  }

  @Override
  public void load(Mail mail, Consumer<Optional<Parcel>> loaded) {
    loaded.accept(Optional.ofNullable(kept.get(mail.number())).map(Kept::parcel));
  }

  @Override
  public void remove(Mail mail) {
    kept.remove(mail.number());
  }
}
