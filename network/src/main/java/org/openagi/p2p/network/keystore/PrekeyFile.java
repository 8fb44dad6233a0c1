package org.openagi.p2p.network.keystore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.parcel.Prekeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the keys that parcels for this node are sealed with, readable by its owner only. A key that is dropped is
 * gone with the next {@link #store}. Confined to its user.
 *
 * @see "docs/adr/0015-parcels-sealed-with-prekeys.md"
 */
public final class PrekeyFile {
  /** Name of the file in the data folder. */
  public static final String NAME = "prekeys";

  private static final Logger LOG = LoggerFactory.getLogger(PrekeyFile.class);

  private final Path file;

  /** A file in a folder that the caller holds. */
  public PrekeyFile(DataFolder folder) {
    this.file = folder.file(NAME);
  }

  /**
   * Reads the keys. What cannot be read is given up: who sealed with those keys sends again, as no receipt comes.
   *
   * @param random for new keys
   * @throws DataFolderException if others can read the file
   */
  public Prekeys load(SecureRandom random) throws DataFolderException {
    try {
      if (OwnerOnly.isOpenToOthers(file)) {
        throw new DataFolderException("the file of keys " + file
            + " can be read by others than its owner; remove it, the node makes new keys");
      }
      return Prekeys.decode(Bytes.wrap(Files.readAllBytes(file)), random);
    } catch (NoSuchFileException first) {
      return new Prekeys(random);
    } catch (IOException | ProtocolViolationException e) {
      if (e instanceof DataFolderException refused) throw refused;
      LOG.atWarn()
          .addKeyValue("file", file)
          .addKeyValue("cause", e.getMessage())
          .log("keys of parcels cannot be read, new ones are made");
      return new Prekeys(random);
    }
  }

  /** Replaces the file. Blocks. */
  public void store(Prekeys keys) throws IOException {
    OwnerOnly.replace(file, keys.encode().unsafeArray());
  }
}
