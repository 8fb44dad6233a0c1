package org.openagi.p2p.network.transfer;

import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.transfer.Offer;
import org.openagi.p2p.messaging.transfer.TransferId;
import org.openagi.p2p.messaging.transfer.TransferReason;

/**
 * A transfer that a peer offers, signed by that peer. Exactly one of the {@code accept…} methods or
 * {@link #refuse} must be called, on any thread; a second call throws {@link IllegalStateException}.
 */
public final class IncomingOffer {
  private final IncomingTransfer transfer;

  IncomingOffer(IncomingTransfer transfer) {
    this.transfer = transfer;
  }

  private Offer offer() {
    return transfer.offer();
  }

  /** Who offers it, proven by the connection. */
  public PeerId sender() {
    return transfer.key().sender();
  }

  /** The transfer. */
  public TransferId id() {
    return offer().id();
  }

  /** What the sender calls it: neither a path nor fit to be shown unescaped. See {@link #safeName}. */
  public String name() {
    return offer().name();
  }

  /**
   * A name of a file made from {@link #name}: no path, not hidden, no invisible characters, at most 200
   * bytes.
   */
  public String safeName() {
    return SafeNames.of(offer().name());
  }

  /** Bytes of the content; empty if the sender does not know. */
  public OptionalLong size() {
    return offer().size();
  }

  /** What kind of content the sender says it is. */
  public Optional<String> contentType() {
    return offer().contentType();
  }

  /** SHA-256 of the content, if the sender knew it; the content is held to it. */
  public Optional<Bytes> sha256() {
    return offer().sha256();
  }

  /**
   * Takes it into a file, which its owner only can read. Until it is complete, the content is in {@code
   * FILE.part}; what is there of this transfer already, even from before a restart, is checked and used.
   *
   * @param file in a folder that exists; the path is the application's own, never the peer's name
   * @param options {@link StandardCopyOption#REPLACE_EXISTING} to replace a file of that name; else the
   *     transfer is refused if there is one
   */
  public Transfer acceptTo(Path file, StandardCopyOption... options) {
    boolean replace = List.of(options).contains(StandardCopyOption.REPLACE_EXISTING);
    transfer.accept(() -> new FileStore(file, id(), sender().toBytes(), replace));
    return transfer.handle();
  }

  /** Takes it into a folder that exists, as {@link #safeName}, with a number if there is one already. */
  public Transfer acceptInto(Path folder) {
    transfer.accept(() -> FileStore.into(folder, safeName(), id(), sender().toBytes()));
    return transfer.handle();
  }

  /** Takes it into a sink. It can go on after a lost connection, but not after a restart. */
  public Transfer acceptTo(TransferSink sink) {
    transfer.accept(() -> new SinkStore(sink));
    return transfer.handle();
  }

  /**
   * Does not take it.
   *
   * @param reason told to the sender, at most 256 bytes
   */
  public void refuse(String reason) {
    transfer.refuse(TransferReason.DECLINED, reason);
  }
}
