package org.openagi.p2p.network.keystore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of one node, held by at most one process at a time. It is created, readable by its
 * owner only, if it is not there. The lock ends with the process, however that ends.
 */
public final class DataFolder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  private static final String LOCK_FILE = "lock";

  /** A process id and a line break, with room to spare. */
  private static final int LOCK_BYTES_MAX = 32;

  /**
   * Folders held by this process. Asked first, because on POSIX systems the closing of any channel of
   * a file ends all locks that the process has on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lockChannel;

  private DataFolder(Path path, FileChannel lockChannel) {
    this.path = path;
    this.lockChannel = lockChannel;
  }

  /**
   * Creates the folder if needed and locks it.
   *
   * @throws DataFolderException if it can't be created or written, or if another process, or
   *     another node in this process, holds it
   */
  public static DataFolder open(Path folder) throws DataFolderException {
    Path path = folder.toAbsolutePath().normalize();
    try {
      OwnerOnly.createFolders(path);
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot create the data folder " + path + "; name another one with --data", e);
    }
    try {
      return lock(path);
    } catch (DataFolderException e) {
      throw e;
    } catch (IOException e) {
      throw new DataFolderException(
          "cannot write in the data folder " + path + "; name another one with --data", e);
    }
  }

  /** Whether somebody holds the folder now; false if there is no such folder. */
  public static boolean isHeld(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    Path file = path.resolve(LOCK_FILE);
    if (HELD.contains(path)) return true;
    if (!Files.exists(file)) return false;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return tryLock(channel) == null;
    } catch (IOException e) {
      return false; // opening the folder will say what is wrong with it
    }
  }

  private static DataFolder lock(Path path) throws IOException {
    Path file = path.resolve(LOCK_FILE);
    if (!HELD.add(path)) throw inUse(path, "this process");
    try {
      return lock(path, file);
    } catch (IOException e) {
      HELD.remove(path);
      throw e;
    }
  }

  private static DataFolder lock(Path path, Path file) throws IOException {
    FileChannel channel = FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        OwnerOnly.fileAttributes(path));
    try {
      if (tryLock(channel) == null) throw inUse(path, owner(file));
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pidLine().getBytes(StandardCharsets.US_ASCII)), 0);
      return new DataFolder(path, channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another node of this very process has it
    }
  }

  private static DataFolderException inUse(Path path, String owner) {
    return new DataFolderException("the data folder "
        + path
        + " is in use by "
        + owner
        + "; stop it, or give this node another --name or --data");
  }

  private static String owner(Path lockFile) {
    try {
      byte[] content = Files.readAllBytes(lockFile);
      String pid = new String(content, StandardCharsets.US_ASCII).strip();
      if (content.length <= LOCK_BYTES_MAX && pid.matches("\\d+")) return "process " + pid;
    } catch (IOException e) {
      // Some systems don't let others read a locked file; the lock itself is what counts.
    }
    return "another process";
  }

  private static String pidLine() {
    return ProcessHandle.current().pid() + "\n";
  }

  /** Absolute path of the folder. */
  public Path path() {
    return path;
  }

  /** A file in the folder. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** {@link #close}, with nothing to be done about a failure: the lock ends with the process. */
  public void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      LOG.atInfo().addKeyValue("folder", path).setCause(e).log("data folder not unlocked");
    }
  }

  /** Lets another process have the folder. */
  @Override
  public void close() throws IOException {
    if (!lockChannel.isOpen()) return;
    HELD.remove(path);
    lockChannel.close();
  }
}
