package org.openagi.p2p.network.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.JournalFile;
import org.openagi.p2p.messaging.journal.JournalView;
import org.openagi.p2p.network.keystore.OwnerOnly;

/** A folder of the file system as a journal sees it; files are readable by their owner only. Confined to one thread. */
final class FolderDisk implements JournalDisk {
  private static final int COPY_BYTES = 1 << 20;

  private final Path folder;
  private final ByteBuffer copy = ByteBuffer.allocateDirect(COPY_BYTES);

  FolderDisk(Path folder) {
    this.folder = folder;
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).toList();
    }
  }

  @Override
  public JournalFile create(String name) throws IOException {
    return new OpenFile(
        name,
        FileChannel.open(
            folder.resolve(name),
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            OwnerOnly.fileAttributes(folder)));
  }

  @Override
  public JournalFile open(String name) throws IOException {
    return new OpenFile(
        name,
        FileChannel.open(folder.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.delete(folder.resolve(name));
  }

  @Override
  public ByteBuffer sharedMemory(String name, int bytes) throws IOException {
    try (FileChannel file = FileChannel.open(
        folder.resolve(name),
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        OwnerOnly.fileAttributes(folder))) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
    }
  }

  @Override
  public JournalView view() {
    FolderDisk reader = new FolderDisk(folder); // with a buffer of its own
    return new JournalView() {
      @Override
      public List<String> list() throws IOException {
        return reader.list();
      }

      @Override
      public Optional<JournalFile> open(String name) throws IOException {
        try {
          return Optional.of(reader
          .new OpenFile(name, FileChannel.open(folder.resolve(name), StandardOpenOption.READ)));
        } catch (NoSuchFileException gone) {
          return Optional.empty();
        }
      }
    };
  }

  @Override
  public void sync() throws IOException {
    OwnerOnly.forceFolder(folder);
  }

  /** Goes through one buffer of its own: the JDK would keep one of the largest size that was ever written. */
  private final class OpenFile implements JournalFile {
    private final String name;
    private final FileChannel channel;
    private long unsyncedBytes;

    OpenFile(String name, FileChannel channel) {
      this.name = name;
      this.channel = channel;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
      for (int done = 0; done < length; ) {
        int piece = Math.min(COPY_BYTES, length - done);
        copy.clear().put(source, offset + done, piece).flip();
        while (copy.hasRemaining()) {
          channel.write(copy, position + done + copy.position());
        }
        done += piece;
      }
      unsyncedBytes += length;
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        copy.clear().limit(Math.min(COPY_BYTES, length - done));
        int read = channel.read(copy, position + done);
        if (read < 0) break;
        copy.flip().get(target, offset + done, read);
        done += read;
      }
      return done;
    }

    @Override
    public void truncate(long length) throws IOException {
      channel.truncate(length);
    }

    @Override
    public void sync() throws IOException {
      StoreCommitEvent event = StoreCommitEvent.begun();
      channel.force(false);
      if (event != null && event.shouldCommit()) {
        event.file = name;
        event.bytes = unsyncedBytes;
        event.commit();
      }
      unsyncedBytes = 0;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
