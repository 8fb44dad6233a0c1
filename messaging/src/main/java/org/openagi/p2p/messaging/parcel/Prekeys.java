package org.openagi.p2p.messaging.parcel;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.crypto.CryptoProvider;
import org.openagi.p2p.core.crypto.Hpke;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The keys that parcels for this node are sealed with: one that is announced, and those before it as long as mail may come
 * that was sealed with them. What was sealed with a key that is gone can be read by nobody any more. Confined to its user;
 * never shows a key.
 *
 * <p>They must be stored, readable by their owner only, before the announced one is used by anybody: {@link #encode}. A key is
 * gone when what is stored does not hold it any more.
 *
 * @see "docs/adr/0015-parcels-sealed-with-prekeys.md"
 */
public final class Prekeys {
  /** How long a key is announced. */
  public static final Duration ROTATION = Duration.ofDays(1);

  /** How long a parcel may live, so that it still can be opened. */
  public static final Duration MAX_PARCEL_LIFE = Duration.ofDays(7);

  /** How long a key is kept: announced, an advert's age, a parcel's life. */
  static final Duration RETENTION = ROTATION.plus(Duration.ofDays(1)).plus(MAX_PARCEL_LIFE);

  /** Most keys; a clock that jumps makes more than the durations do. */
  static final int MAX_KEYS = 16;

  private static final int FILE_VERSION = 1;

  private record Key(long createdEpochMillis, Bytes secret, SealKey open) {
    @Override
    public String toString() {
      return "Key[" + open.id().toHex() + "]";
    }
  }

  private final SecureRandom random;
  private final Hpke hpke = CryptoProvider.best().hpke();
  private final Deque<Key> keys = new ArrayDeque<>(); // the announced one first

  /**
   * No keys yet: {@link #rotate} makes the first.
   *
   * @param random for keys
   */
  public Prekeys(SecureRandom random) {
    this.random = random;
  }

  /**
   * Makes a new key if the announced one is old, and drops those nobody needs. To be called at the start and from time to time.
   *
   * @return whether anything changed: then they must be stored, and after that announced
   */
  public boolean rotate(long epochMillis) {
    boolean changed = keys.removeIf(
        key -> Math.abs(epochMillis - key.createdEpochMillis) >= RETENTION.toMillis());
    Key announced = keys.peekFirst();
    if (announced != null
        && Math.abs(epochMillis - announced.createdEpochMillis) < ROTATION.toMillis()) {
      return changed;
    }
    byte[] secret = new byte[CryptoProvider.KEY_BYTES];
    random.nextBytes(secret);
    keys.addFirst(keyOf(epochMillis, Bytes.wrap(secret)));
    while (keys.size() > MAX_KEYS) keys.removeLast();
    return true;
  }

  private static Key keyOf(long createdEpochMillis, Bytes secret) {
    Bytes open = CryptoProvider.best().x25519FromPrivateKey(secret).publicKey();
    return new Key(createdEpochMillis, secret, new SealKey(open));
  }

  /** What is to be announced. After {@link #rotate}. */
  public Bytes announcement() {
    return keys.getFirst().open.announcement();
  }

  /**
   * Opens a sealed parcel.
   *
   * @param self this node
   * @return null if it was sealed with a key that is not here, or not any more
   * @throws ProtocolViolationException (peer) if it was not sealed with the key it names, for this node
   */
  byte @Nullable [] open(PeerId self, Bytes sealed) throws ProtocolViolationException {
    int headerBytes = 1 + SealKey.ID_BYTES;
    if (sealed.length() < headerBytes) {
      throw ParcelForm.violation("sealed parcel of " + sealed.length() + " bytes");
    }
    if (sealed.get(0) != ParcelForm.VERSION) {
      throw ParcelForm.violation("sealed parcel of version " + (sealed.get(0) & 0xff));
    }
    Bytes header = sealed.slice(0, headerBytes);
    Bytes id = header.slice(1, headerBytes);
    for (Key key : keys) {
      if (!key.open.id().equals(id)) continue;
      return hpke.open(
          key.secret,
          ParcelSeal.info(self),
          header.unsafeArray(),
          sealed.slice(headerBytes, sealed.length()).unsafeArray());
    }
    return null;
  }

  /** The keys as they are to be stored: secret. */
  public Bytes encode() {
    WireWriter out = new WireWriter(64 * keys.size() + 2).u8(FILE_VERSION).u8(keys.size());
    for (Key key : keys) out.u64(key.createdEpochMillis).bytes(key.secret);
    return Bytes.wrap(out.toArray());
  }

  /**
   * Takes up the keys that were stored.
   *
   * @throws ProtocolViolationException if it has another form
   */
  public static Prekeys decode(Bytes stored, SecureRandom random)
      throws ProtocolViolationException {
    WireReader in = new WireReader(stored.unsafeArray(), 0, stored.length());
    int version = in.u8("version");
    int count = in.u8("keys");
    if (version != FILE_VERSION || count > MAX_KEYS) {
      throw ParcelForm.violation(count + " keys in a file of version " + version);
    }
    List<Key> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long created = in.u64("time of creation");
      read.add(keyOf(created, in.bytes(CryptoProvider.KEY_BYTES, "key")));
    }
    if (in.remaining() > 0) throw ParcelForm.violation(in.remaining() + " bytes after the keys");
    Prekeys made = new Prekeys(random);
    made.keys.addAll(read);
    return made;
  }

  @Override
  public String toString() {
    return "Prekeys" + keys;
  }
}
