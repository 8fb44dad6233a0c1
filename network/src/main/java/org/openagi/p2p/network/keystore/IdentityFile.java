package org.openagi.p2p.network.keystore;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;

/**
 * The file of a node's identity: one line of text, the base64 form (RFC 4648, section 4) of the
 * libp2p {@code PrivateKey} protobuf, the same text other libp2p implementations keep in their
 * configuration. It is created at first use and never overwritten.
 *
 * @see "libp2p specs: peer-ids, Keys"
 */
public final class IdentityFile {
  /** Name of the file in the data folder. */
  public static final String NAME = "identity.key";

  /** An Ed25519 key takes 92 characters; nothing that is a key here comes near. */
  static final int BYTES_MAX = 4096;

  private IdentityFile() {}

  /**
   * Reads the key, or makes one and writes it if there is no file.
   *
   * @param folder held by the caller, so that nobody else creates a key at the same time
   * @param random for a new key
   * @throws DataFolderException if the file is readable by others, can't be read, or holds no key
   */
  public static HostKey loadOrCreate(DataFolder folder, SecureRandom random)
      throws DataFolderException {
    Path file = folder.file(NAME);
    Optional<HostKey> existing = load(file);
    if (existing.isPresent()) return existing.get();
    HostKey created = HostKey.generate(random);
    String line = Base64.getEncoder().encodeToString(created.toProtobuf().toArray()) + "\n";
    try {
      OwnerOnly.replace(file, line.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot write the identity key " + file + "; name another folder with --data", e);
    }
    return created;
  }

  /**
   * Reads the key without taking the folder, for looking at the identity of a node that runs.
   *
   * @return empty if there is no such file
   * @throws DataFolderException as {@link #loadOrCreate}
   */
  public static Optional<HostKey> load(Path file) throws DataFolderException {
    byte[] content;
    try {
      if (OwnerOnly.isOpenToOthers(file))
        throw new DataFolderException("the identity key "
            + file
            + " can be read or changed by other users; make it yours alone: chmod 600 "
            + file);
      if (Files.size(file) > BYTES_MAX) throw noKey(file, "it is longer than a key");
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DataFolderException e) {
      throw e;
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot read the identity key "
              + file
              + "; make it readable for you: chmod 600 "
              + file
              + ", or name another folder with --data",
          e);
    }
    return Optional.of(parse(file, content));
  }

  private static HostKey parse(Path file, byte[] content) throws DataFolderException {
    String text = new String(content, StandardCharsets.ISO_8859_1).strip();
    try {
      return HostKey.fromProtobuf(Bytes.wrap(Base64.getDecoder().decode(text)));
    } catch (IllegalArgumentException e) {
      throw noKey(file, "it is not one line of base64");
    } catch (ProtocolViolationException e) {
      throw noKey(file, String.valueOf(e.getMessage()));
    }
  }

  private static DataFolderException noKey(Path file, String why) {
    return new DataFolderException("the identity key "
        + file
        + " is damaged ("
        + why
        + "); restore it from a backup, or delete it to get a new identity, which peers that"
        + " know this node will refuse until they forget its name");
  }
}
