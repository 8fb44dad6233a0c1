package org.openagi.p2p.messaging.journal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The files of a journal as somebody sees them who only reads, beside who writes. Confined to one thread. */
public interface JournalView {
  /** The names of the files here, in any order. */
  List<String> list() throws IOException;

  /** Opens a file to be read; empty if there is none of this name. */
  Optional<JournalFile> open(String name) throws IOException;
}
