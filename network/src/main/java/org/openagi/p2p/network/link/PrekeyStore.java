package org.openagi.p2p.network.link;

import java.io.IOException;
import org.openagi.p2p.messaging.parcel.Prekeys;

/** Keeps the keys that parcels for this node are sealed with. */
@FunctionalInterface
public interface PrekeyStore {
  /** Keeps them nowhere: they end with the process. */
  PrekeyStore NONE = keys -> {};

  /** Keeps them in place of those before. Blocks. */
  void store(Prekeys keys) throws IOException;
}
