package org.openagi.p2p.messaging.parcel;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.Hpke;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;

/**
 * Signs contents of this node and seals them for their recipients. Safe for any thread.
 *
 * @see "docs/wire/parcel-1.0.md, section 1"
 */
public final class ParcelSeal {
  private final HostKey key;
  private final Hpke hpke;

  /** Signs with a key. */
  public ParcelSeal(HostKey key) {
    this(key, CryptoProvider.best().hpke());
  }

  /** The same, sealing with what is given instead of the best there is. */
  public ParcelSeal(HostKey key, Hpke hpke) {
    this.key = key;
    this.hpke = hpke;
  }

  PeerId self() {
    return key.peerId();
  }

  /**
   * Signs and seals.
   *
   * @param announced what the recipient announced to seal with
   * @throws ProtocolViolationException if that is nothing one can seal with
   */
  Bytes seal(PeerId recipient, Bytes announced, int kind, byte[] body)
      throws ProtocolViolationException {
    SealKey with = SealKey.decode(announced);
    Bytes header = Bytes.wrap(new byte[] {ParcelForm.VERSION}).concat(with.id());
    byte[] sealed = hpke.seal(
        with.key(),
        info(recipient),
        header.unsafeArray(),
        ParcelContent.write(key, recipient, kind, body));
    return header.concat(Bytes.wrap(sealed));
  }

  static byte[] info(PeerId recipient) {
    return new WireWriter(64)
        .bytes(ParcelForm.SEAL_DOMAIN)
        .bytes(recipient.toBytes())
        .toArray();
  }
}
