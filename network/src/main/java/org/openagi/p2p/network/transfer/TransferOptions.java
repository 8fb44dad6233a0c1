package org.openagi.p2p.network.transfer;

import java.time.Duration;
import java.util.Optional;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * What a sender may say about a transfer.
 *
 * @param name what the recipient sees; empty for the name of the file
 * @param contentType printable ASCII, at most 127 characters
 * @param sha256 of the content if it is known already; the recipient then holds the content to it
 * @param patience how long to try without any progress before giving up; more than zero
 */
public record TransferOptions(
    Optional<String> name,
    Optional<String> contentType,
    Optional<Bytes> sha256,
    Duration patience) {
  /** No name of its own, ten minutes. */
  public static final TransferOptions DEFAULT = new TransferOptions(
      Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofMinutes(10));

  /** Checks what is not checked in the offer. */
  public TransferOptions {
    if (!patience.isPositive()) throw new IllegalArgumentException("patience " + patience);
  }

  /** These with a name. */
  public TransferOptions withName(String given) {
    return new TransferOptions(Optional.of(given), contentType, sha256, patience);
  }

  /** These with a content type. */
  public TransferOptions withContentType(String type) {
    return new TransferOptions(name, Optional.of(type), sha256, patience);
  }

  /** These with the digest of the content. */
  public TransferOptions withSha256(Bytes digest) {
    return new TransferOptions(name, contentType, Optional.of(digest), patience);
  }

  /** These with another patience. */
  public TransferOptions withPatience(Duration time) {
    return new TransferOptions(name, contentType, sha256, time);
  }
}
