package org.openagi.p2p.network.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.messaging.DeadLetterLimits;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.StoreReport;
import org.openagi.p2p.messaging.journal.JournalConfig;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalListener;
import org.openagi.p2p.messaging.journal.JournalMessageStore;
import org.openagi.p2p.messaging.journal.JournalView;
import org.openagi.p2p.network.keystore.OwnerOnly;

/**
 * The messages of a node in a folder, with the thread that writes them. One process at a time has the folder. Safe for any
 * thread.
 */
public final class QueueFolder implements AutoCloseable {
  /** The folder in the data folder of a node. */
  public static final String FOLDER = "queue";

  /** How long what nobody waits for may wait for company. */
  private static final long DOZE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** What the thread does between two groups. */
  private enum Sleep {
    AWAKE,
    /** Until something is urgent, or for a while. */
    DOZING,
    /** Until there is anything. */
    ASLEEP
  }

  private static final String LOCK_FILE = "lock";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  private final FileChannel lock;
  private final JournalMessageStore store;
  private final Thread thread = new Thread(this::run, "message-journal");
  private final AtomicReference<Sleep> sleep = new AtomicReference<>(Sleep.AWAKE);
  private volatile boolean closing;

  private QueueFolder(
      JournalDisk disk,
      FileChannel lock,
      JournalConfig config,
      TimeSource time,
      JournalListener listener)
      throws IOException {
    Consumer<Runnable> observers =
        task -> Thread.ofVirtual().name("message-accepted").start(task);
    this.lock = lock;
    this.store = JournalMessageStore.open(
        disk, config, new SecureRandom(), time, observers, listener, this::wake);
    thread.setDaemon(true);
  }

  /**
   * Opens the queue of a node, making it if there is none.
   *
   * @param dataFolder of the node
   * @throws IOException with one sentence: who holds the folder, or what is damaged where
   */
  public static QueueFolder open(
      Path dataFolder, JournalConfig config, TimeSource time, JournalListener listener)
      throws IOException {
    return open(dataFolder, config, time, listener, FolderDisk::new);
  }

  /** The same on a disk of the caller's making. */
  static QueueFolder open(
      Path dataFolder,
      JournalConfig config,
      TimeSource time,
      JournalListener listener,
      Function<Path, JournalDisk> disk)
      throws IOException {
    Path folder = dataFolder.resolve(FOLDER);
    OwnerOnly.createFolders(folder);
    FileChannel lock = FileChannel.open(
        folder.resolve(LOCK_FILE),
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        OwnerOnly.fileAttributes(folder));
    try {
      if (!isLocked(lock, false)) throw inUse(folder);
      QueueFolder queue = new QueueFolder(disk.apply(folder), lock, config, time, listener);
      queue.thread.start();
      return queue;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Reads the queue of a node that does not run from end to end, and changes nothing: files are opened for reading only, and
   * no node can start meanwhile.
   *
   * @param dataFolder of the node
   * @throws IOException with one sentence: who holds the folder, or why it cannot be read
   */
  public static StoreReport verify(Path dataFolder, DeadLetterLimits deadLetters)
      throws IOException {
    Path folder = dataFolder.resolve(FOLDER);
    Path lockFile = folder.resolve(LOCK_FILE);
    JournalView files = new FolderDisk(folder).view();
    if (!Files.exists(lockFile)) return JournalMessageStore.verify(files, deadLetters); // a copy
    try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.READ)) {
      if (!isLocked(lock, true)) throw inUse(folder);
      return JournalMessageStore.verify(files, deadLetters);
    }
  }

  private static IOException inUse(Path folder) {
    return new IOException("the message queue " + folder + " is in use by another process");
  }

  private static boolean isLocked(FileChannel channel, boolean shared) throws IOException {
    try {
      FileLock taken = channel.tryLock(0, Long.MAX_VALUE, shared);
      return taken != null;
    } catch (OverlappingFileLockException e) {
      return false; // another node of this process has it
    }
  }

  /** Names the run of the operating system where it tells one, else 0. */
  public static long bootId() {
    try {
      UUID id = UUID.fromString(Files.readString(BOOT_ID).strip());
      return id.getMostSignificantBits() ^ id.getLeastSignificantBits();
    } catch (IOException | IllegalArgumentException e) {
      return 0; // not told on this system: then every start may be a new run
    }
  }

  /** What waits and what was handled. Closed by {@link #close} alone. */
  public MessageStore store() {
    return store;
  }

  /** Bytes that the files take or will. */
  public long bytesUsed() {
    return store.bytesUsed();
  }

  private void wake() {
    Sleep now = sleep.get();
    if (now == Sleep.AWAKE || (now == Sleep.DOZING && !store.hasUrgentWork())) return;
    if (sleep.compareAndSet(now, Sleep.AWAKE)) LockSupport.unpark(thread);
  }

  private void run() {
    while (!closing) {
      while (store.hasUrgentWork() && !closing) store.work();
      doze();
      if (!store.work()) sleep();
    }
    store.close();
  }

  // Both say that they sleep before they look: either we see the work or who brings it sees that we
  // sleep.

  /** What comes meanwhile and can wait is written together, and seldom. */
  private void doze() {
    sleep.set(Sleep.DOZING);
    long end = System.nanoTime() + DOZE_NANOS;
    while (sleep.get() == Sleep.DOZING && !store.hasUrgentWork() && !closing) {
      long left = end - System.nanoTime();
      if (left <= 0) break;
      LockSupport.parkNanos(this, left);
    }
    sleep.set(Sleep.AWAKE);
  }

  private void sleep() {
    sleep.set(Sleep.ASLEEP);
    while (sleep.get() == Sleep.ASLEEP && !store.hasWork() && !closing) LockSupport.park(this);
    sleep.set(Sleep.AWAKE);
  }

  /** Writes what is left, ends the journal in order and lets go of the folder. Blocks. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
    try {
      lock.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("the lock of the message queue", e);
    }
  }
}
