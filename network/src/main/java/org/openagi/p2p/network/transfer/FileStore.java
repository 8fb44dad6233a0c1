package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.Done;
import org.openagi.p2p.messaging.transfer.TransferId;
import org.openagi.p2p.network.keystore.OwnerOnly;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content that goes into a file: {@code NAME.part} until it is complete, beside {@code NAME.state} that
 * says what of it can be trusted after a crash. Used by one thread at a time.
 *
 * @see "docs/wire/transfer-1.0.md, section 5.1"
 */
final class FileStore implements ReceivingStore {
  static final String PART = ".part";
  static final String STATE = ".state";

  private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
  private static final int READ_BYTES = 64 << 10;
  private static final int NAMES_TRIED = 1000;

  /** Targets that some transfer of this process writes to; locks of files don't tell threads apart. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path target;
  private final Path part;
  private final Path state;
  private final TransferId id;
  private final Bytes sender;
  private final boolean replace;
  private @Nullable FileChannel content;
  private @Nullable FileChannel log;

  /** What this process has written itself and need not read again. */
  private @Nullable ContentDigest written;

  private boolean held;

  /**
   * Prepares to write; nothing is touched before {@link #open}.
   *
   * @param replace whether a file of that name may be replaced
   */
  FileStore(Path target, TransferId id, Bytes sender, boolean replace) {
    this.target = target.toAbsolutePath().normalize();
    this.part = beside(this.target, PART);
    this.state = beside(this.target, STATE);
    this.id = id;
    this.sender = sender;
    this.replace = replace;
  }

  private static Path beside(Path target, String suffix) {
    return target.resolveSibling(target.getFileName() + suffix);
  }

  /**
   * Prepares to write into a folder, under the given name or one with a number: the one that this
   * transfer had before, else the first that is free.
   */
  static FileStore into(Path folder, String name, TransferId id, Bytes sender) throws IOException {
    @Nullable FileStore free = null;
    for (int number = 0; number < NAMES_TRIED; number++) {
      String candidate = number == 0 ? name : SafeNames.numbered(name, number);
      FileStore store = new FileStore(folder.resolve(candidate), id, sender, false);
      boolean untouched =
          !Files.exists(store.target) && !Files.exists(store.part) && !Files.exists(store.state);
      if (!untouched && store.ownState().isPresent()) {
        if (free != null) free.release();
        store.hold();
        return store;
      }
      if (untouched && free == null && store.tryHold()) free = store;
      if (untouched && free != null && free != store) break;
    }
    if (free == null) throw new FileAlreadyExistsException(folder.resolve(name).toString());
    return free;
  }

  Path target() {
    return target;
  }

  // ---- opening ---------------------------------------------------------------------------------

  @Override
  public Optional<Done> alreadyComplete() throws IOException {
    Optional<StateFile> before = ownState();
    if (before.isEmpty() || Files.exists(part) || !Files.exists(target)) return Optional.empty();
    List<StateFile.Checkpoint> records = before.get().records();
    if (records.isEmpty() || !records.getLast().complete()) return Optional.empty();
    StateFile.Checkpoint last = records.getLast();
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
      ContentDigest found = check(channel, List.of(last));
      boolean same = found.position() == last.offset() && channel.size() == last.offset();
      return same ? Optional.of(new Done(last.offset(), last.digest())) : Optional.empty();
    }
  }

  @Override
  public ContentDigest open() throws IOException {
    hold();
    try {
      if (!replace && Files.exists(target)) throw new FileAlreadyExistsException(target.toString());
      FileChannel channel = lock(FileChannel.open(
          part,
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
          OwnerOnly.fileAttributes(OwnerOnly.folderOf(part))));
      content = channel;
      ContentDigest has = has(channel);
      channel.truncate(has.position());
      channel.position(has.position());
      writeState(has);
      return has;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private ContentDigest has(FileChannel channel) throws IOException {
    ContentDigest known = written;
    if (known != null && channel.size() >= known.position()) return known.copy();
    Optional<StateFile> before = ownState();
    return before.isPresent() ? check(channel, before.get().records()) : new ContentDigest();
  }

  /** Reads along the records; the digest up to the last one that agrees with what is there. */
  private static ContentDigest check(FileChannel channel, List<StateFile.Checkpoint> records)
      throws IOException {
    ContentDigest running = new ContentDigest();
    ContentDigest good = running.copy();
    ByteBuffer buffer = ByteBuffer.allocate(READ_BYTES);
    for (StateFile.Checkpoint record : records) {
      if (record.offset() < running.position()) break;
      while (running.position() < record.offset()) {
        buffer.clear().limit((int) Math.min(READ_BYTES, record.offset() - running.position()));
        int bytes = channel.read(buffer, running.position());
        if (bytes < 0) return good;
        running.update(buffer.array(), 0, bytes);
      }
      if (!running.value().equals(record.digest())) break;
      good = running.copy();
    }
    return good;
  }

  /** The state file, if it belongs to this transfer. */
  private Optional<StateFile> ownState() throws IOException {
    try {
      if (Files.size(state) > StateFile.MAX_BYTES + StateFile.RECORD_BYTES) return Optional.empty();
      return StateFile.decode(Files.readAllBytes(state))
          .filter(found -> found.id().equals(id) && found.sender().equals(sender));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private void writeState(ContentDigest has) throws IOException {
    List<StateFile.Checkpoint> records = new ArrayList<>();
    if (has.position() > 0) records.add(record(false, has));
    closeQuietly(log);
    OwnerOnly.replace(state, new StateFile(id, sender, records).encode());
    log = FileChannel.open(state, StandardOpenOption.APPEND);
  }

  private static StateFile.Checkpoint record(boolean complete, ContentDigest digest) {
    return new StateFile.Checkpoint(complete, digest.position(), digest.value());
  }

  // ---- writing ---------------------------------------------------------------------------------

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
    while (left.hasRemaining()) content().write(left);
  }

  @Override
  public void restart() throws IOException {
    content().truncate(0);
    content().position(0);
    written = null;
    writeState(new ContentDigest());
  }

  @Override
  public void checkpoint(ContentDigest digest) throws IOException {
    content().force(false);
    append(record(false, digest));
    if (log().size() > StateFile.MAX_BYTES) writeState(digest);
  }

  private void append(StateFile.Checkpoint record) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(record.encode());
    while (left.hasRemaining()) log().write(left);
  }

  @Override
  public void complete(Done done) throws IOException {
    content().force(true);
    append(new StateFile.Checkpoint(true, done.size(), done.sha256()));
    log().force(true);
    if (!replace && Files.exists(target)) throw new FileAlreadyExistsException(target.toString());
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    OwnerOnly.forceFolder(OwnerOnly.folderOf(target));
    close();
  }

  @Override
  public void forget() throws IOException {
    Files.deleteIfExists(state);
  }

  @Override
  public void suspend(ContentDigest digest) throws IOException {
    if (content == null) return;
    checkpoint(digest);
    written = digest;
    closeFiles();
  }

  // ---- ending ----------------------------------------------------------------------------------

  @Override
  public void close() {
    closeFiles();
    release();
  }

  @Override
  public void discard() {
    boolean mine = held;
    closeFiles();
    try {
      if (mine) {
        Files.deleteIfExists(part);
        Files.deleteIfExists(state);
      }
    } catch (IOException e) {
      LOG.atInfo().addKeyValue("file", part).setCause(e).log("partial file not deleted");
    } finally {
      release();
    }
  }

  private void closeFiles() {
    closeQuietly(content);
    closeQuietly(log);
    content = null;
    log = null;
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) return;
    try {
      channel.close();
    } catch (IOException e) {
      LOG.atDebug()
          .setCause(e)
          .log("a file was not closed in order; its content was forced before");
    }
  }

  private void hold() throws IOException {
    if (!held && !tryHold())
      throw new IOException(target + " is being received by another transfer");
  }

  private boolean tryHold() {
    held = HELD.add(target);
    return held;
  }

  private void release() {
    if (held) HELD.remove(target);
    held = false;
  }

  private FileChannel lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) return channel;
    } catch (OverlappingFileLockException e) {
      LOG.atDebug().setCause(e).log("locked by this process");
    }
    channel.close();
    throw new IOException(target + " is being received by another process");
  }

  private FileChannel content() {
    FileChannel channel = content;
    if (channel == null) throw new IllegalStateException(part + " is not open");
    return channel;
  }

  private FileChannel log() {
    FileChannel channel = log;
    if (channel == null) throw new IllegalStateException(state + " is not open");
    return channel;
  }
}
