package org.openagi.p2p.network.keystore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that nobody but their owner can read. They are born that way: permissions are given at
 * creation, never afterwards. On a file system without POSIX permissions the folder's own access
 * rules are all there is.
 */
public final class OwnerOnly {
  private static final Set<PosixFilePermission> OTHERS = EnumSet.complementOf(EnumSet.of(
      PosixFilePermission.OWNER_READ,
      PosixFilePermission.OWNER_WRITE,
      PosixFilePermission.OWNER_EXECUTE));

  private OwnerOnly() {}

  /**
   * Replaces a file so that a crash at any moment leaves the old or the new content, never a mix:
   * written beside it, forced to the disk, renamed over it.
   */
  public static void replace(Path file, byte[] content) throws IOException {
    Path folder = folderOf(file);
    Path temporary =
        Files.createTempFile(folder, "." + file.getFileName(), ".new", fileAttributes(folder));
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) channel.write(left);
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      forceFolder(folder);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes a folder, and those above it that are missing, for its owner alone. */
  public static void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder, folderAttributes());
  }

  /** Whether someone other than the owner has any right on the file. */
  public static boolean isOpenToOthers(Path file) throws IOException {
    if (!supportsPosix(file)) return false;
    return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains);
  }

  /** What to create a file with so that only its owner can use it. */
  public static FileAttribute<?>[] fileAttributes(Path folder) {
    if (!supportsPosix(folder)) return new FileAttribute<?>[0];
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
    };
  }

  /** The folder a file is in. */
  public static Path folderOf(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (parent == null) throw new IllegalArgumentException(file + " is no file in a folder");
    return parent;
  }

  private static FileAttribute<?>[] folderAttributes() {
    if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix"))
      return new FileAttribute<?>[0];
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
    };
  }

  private static boolean supportsPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** A rename is durable once the folder is; systems that can't open folders don't need this. */
  public static void forceFolder(Path folder) throws IOException {
    if (!supportsPosix(folder)) return;
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
