package org.openagi.p2p.network.pins;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.network.keystore.DataFolderException;
import org.openagi.p2p.network.keystore.OwnerOnly;

/**
 * The pinned names of one node. Safe for any thread; all methods but the look-ups may read or write
 * the disk, so they are not for event loops.
 *
 * <p>The file may change while the node runs: it is read again before a claim is decided against
 * what is in memory and before it is written, and then the file counts. Pins made since the last
 * {@link #save} are kept.
 */
public final class PinStore {
  /**
   * Names kept. A name costs about 300 bytes in memory and 100 in the file. When it is full, new
   * names are not believed, but old ones are not forgotten: otherwise a flood of new names would
   * make room for stolen ones.
   */
  public static final int PINS_MAX = 10_000;

  private static final int BYTES_MAX = PINS_MAX * 200;

  private final Path file;
  private final int pinsMax;
  private final ReentrantLock lock = new ReentrantLock();

  /** Changed under the lock; look-ups, which every message sent by name makes, go without. */
  private volatile Names names = new Names();

  // Guarded by lock.
  private final Map<String, Pin> unsaved = new LinkedHashMap<>();
  private @Nullable FileTime readAt;

  /** The pins by both keys. */
  private static final class Names {
    final Map<String, Pin> byAlias = new ConcurrentHashMap<>();
    final Map<PeerId, Pin> byPeer = new ConcurrentHashMap<>();

    void add(Pin pin) {
      byAlias.put(pin.alias(), pin);
      byPeer.put(pin.peer(), pin);
    }

    void remove(Pin pin) {
      byAlias.remove(pin.alias());
      byPeer.remove(pin.peer());
    }
  }

  private PinStore(Path file, int pinsMax) {
    this.file = file;
    this.pinsMax = pinsMax;
  }

  /**
   * Reads the pins of a data folder; no file means no pins.
   *
   * @throws DataFolderException if the file can't be read or a line in it can't be understood; a
   *     node that forgot its pins would trust anyone, so it does not start
   */
  public static PinStore load(Path dataFolder) throws DataFolderException {
    return load(dataFolder, PINS_MAX);
  }

  static PinStore load(Path dataFolder, int pinsMax) throws DataFolderException {
    PinStore store = new PinStore(dataFolder.resolve(PinFile.NAME), pinsMax);
    store.lock.lock();
    try {
      store.read();
      return store;
    } finally {
      store.lock.unlock();
    }
  }

  /**
   * Decides whether a peer may use a name, and pins it if so.
   *
   * @param peer has proved its key and signed that this is its name
   * @param now wall-clock time
   * @throws DataFolderException if the file was changed meanwhile and can't be understood
   */
  public Claim claim(String alias, PeerId peer, Instant now) throws DataFolderException {
    NodeRecord.requireAlias(alias);
    lock.lock();
    try {
      Pin pin = names.byAlias.get(alias);
      if (pin != null && pin.peer().equals(peer)) return new Claim.Known();
      readIfChanged();
      return decide(new Pin(alias, peer, now.truncatedTo(ChronoUnit.SECONDS)));
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a name, so that the next peer that claims it has it. */
  public boolean forget(String alias) throws IOException {
    lock.lock();
    try {
      readIfChanged();
      Pin pin = names.byAlias.get(alias);
      if (pin == null) return false;
      names.remove(pin);
      unsaved.remove(alias);
      write();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what has changed since it was last written. */
  public void save() throws IOException {
    lock.lock();
    try {
      if (unsaved.isEmpty()) return;
      readIfChanged();
      write();
    } finally {
      lock.unlock();
    }
  }

  /** The peer a name belongs to. */
  public Optional<PeerId> peer(String alias) {
    return Optional.ofNullable(names.byAlias.get(alias)).map(Pin::peer);
  }

  /** The name of a peer. */
  public Optional<String> alias(PeerId peer) {
    return Optional.ofNullable(names.byPeer.get(peer)).map(Pin::alias);
  }

  /** All pins, oldest first. */
  public List<Pin> pins() {
    return names.byAlias.values().stream()
        .sorted(Comparator.comparing(Pin::firstSeen).thenComparing(Pin::alias))
        .toList();
  }

  /** The file, for messages to people. */
  public Path file() {
    return file;
  }

  private Claim decide(Pin claimed) {
    Pin taken = names.byAlias.get(claimed.alias());
    if (taken != null)
      return taken.peer().equals(claimed.peer())
          ? new Claim.Known()
          : new Claim.Taken(taken.peer());
    Pin former = names.byPeer.get(claimed.peer());
    if (former == null && names.byAlias.size() >= pinsMax) return new Claim.Full();
    if (former != null) {
      names.remove(former);
      unsaved.remove(former.alias());
    }
    names.add(claimed);
    unsaved.put(claimed.alias(), claimed);
    return former == null ? new Claim.Pinned() : new Claim.Renamed(former.alias());
  }

  private void readIfChanged() throws DataFolderException {
    if (!java.util.Objects.equals(readAt, modified())) read();
  }

  /** Replaces what is in memory by the file, then claims again what has not been written yet. */
  private void read() throws DataFolderException {
    List<Pin> pins;
    try {
      FileTime before = modified();
      pins = PinFile.parse(text(), pinsMax);
      readAt = before;
    } catch (PinFile.MalformedException e) {
      throw new DataFolderException(file + ": " + e.getMessage() + "; correct or delete that line");
    } catch (IOException e) {
      throw new DataFolderException("cannot read the pinned names in " + file, e);
    }
    List<Pin> again = List.copyOf(unsaved.values());
    unsaved.clear();
    Names fresh = new Names();
    pins.forEach(fresh::add);
    names = fresh;
    again.forEach(this::decide);
  }

  private String text() throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(BYTES_MAX + 1);
      if (bytes.length > BYTES_MAX) throw new IOException("longer than " + BYTES_MAX + " bytes");
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private void write() throws IOException {
    OwnerOnly.replace(file, PinFile.format(pins()).getBytes(StandardCharsets.UTF_8));
    unsaved.clear();
    readAt = modified();
  }

  private @Nullable FileTime modified() throws DataFolderException {
    try {
      return Files.getLastModifiedTime(file);
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new DataFolderException("cannot read the pinned names in " + file, e);
    }
  }
}
