package org.openagi.p2p.messaging.journal;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A disk that forgets. What was not forced when it crashes is there, gone or torn, sector by sector and name by name, as
 * the random source likes. One thread.
 */
final class SimDisk implements JournalDisk {
  private static final int SECTOR = 512;

  /** The machine stopped at the operation that was counted out. */
  static final class CrashException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CrashException() {
      super("the machine stops here", null, false, false);
    }
  }

  /** What an operation does instead of working. */
  enum Fault {
    NONE,
    CRASH,
    /** This operation and all after it fail. */
    IO_ERROR,
    /**
     * This operation fails and all after it seem to work; but what a failed sync of a file did not force is never
     * forced, as with a kernel that takes pages for clean after it failed to write them.
     */
    IO_ERROR_ONCE
  }

  /** A change of a folder's names, whatever they were before. */
  private interface NameChange extends Consumer<Map<String, Node>> {}

  private static final class Node {
    byte[] now = new byte[0];
    byte[] forced = new byte[0];
    boolean lies;
  }

  private final RandomGenerator random;
  private final Map<String, Node> names = new TreeMap<>();
  private final Map<String, Node> forcedNames = new TreeMap<>();
  private final List<NameChange> nameChanges = new ArrayList<>();
  private final Map<String, ByteBuffer> memory = new HashMap<>();
  private Fault fault = Fault.NONE;
  private long operationsLeft = Long.MAX_VALUE;
  private boolean syncsOnly;
  private boolean failing;
  long operations;
  long syncs;

  SimDisk(RandomGenerator random) {
    this.random = random;
  }

  /** Lets the n-th operation from here on, counted from 0, do something else. */
  void failAt(long operation, Fault what, boolean countSyncsOnly) {
    operationsLeft = operation;
    fault = what;
    syncsOnly = countSyncsOnly;
    failing = false;
  }

  private void step(boolean isSync) throws IOException {
    operations++;
    if (isSync) syncs++;
    if (failing) throw new IOException("disk failed before");
    if (syncsOnly && !isSync) return;
    if (operationsLeft-- > 0) return;
    switch (fault) {
      case NONE -> {}
      case CRASH -> throw new CrashException();
      case IO_ERROR -> {
        failing = true;
        throw new IOException(isSync ? "EIO" : "ENOSPC");
      }
      case IO_ERROR_ONCE -> throw new IOException("EIO once");
    }
  }

  /** What is left after the machine stopped: another disk that works. */
  SimDisk afterCrash() {
    SimDisk left = new SimDisk(random);
    Map<String, Node> after = new TreeMap<>(forcedNames);
    keptNameChanges().forEach(change -> change.accept(after));
    Map<Node, Node> copies = new HashMap<>();
    after.forEach((name, node) -> {
      Node copy = copies.computeIfAbsent(node, this::torn);
      left.names.put(name, copy);
      left.forcedNames.put(name, copy);
    });
    return left;
  }

  /** Nobody knows which changes of names became durable: the first few, or any. */
  private List<NameChange> keptNameChanges() {
    if (random.nextBoolean()) {
      return nameChanges.subList(0, random.nextInt(nameChanges.size() + 1));
    }
    return nameChanges.stream().filter(change -> random.nextBoolean()).toList();
  }

  private Node torn(Node node) {
    int length = node.now.length == node.forced.length || random.nextBoolean()
        ? node.now.length
        : node.forced.length;
    byte[] bytes = Arrays.copyOf(node.forced, length);
    for (int at = 0; at < length; at += SECTOR) {
      int end = Math.min(length, at + SECTOR);
      int newEnd = Math.min(end, node.now.length);
      if (newEnd <= at) continue;
      switch (random.nextInt(4)) {
        case 0 -> {}
        case 1 -> {
          int cut = at + random.nextInt(newEnd - at + 1);
          System.arraycopy(node.now, at, bytes, at, cut - at);
        }
        default -> System.arraycopy(node.now, at, bytes, at, newEnd - at);
      }
    }
    Node copy = new Node();
    copy.now = bytes;
    copy.forced = bytes.clone();
    return copy;
  }

  /** Kept for the next process on this disk, lost with the power. */
  @Override
  public ByteBuffer sharedMemory(String name, int bytes) {
    return memory.computeIfAbsent(name, unused -> ByteBuffer.allocate(bytes));
  }

  /** The bytes of a file, to be looked at or changed in place. */
  byte[] bytesOf(String name) {
    return names.get(name).now;
  }

  /** An exact copy in which everything is durable. */
  SimDisk copy() {
    SimDisk copy = new SimDisk(random);
    names.forEach((name, node) -> {
      Node same = new Node();
      same.now = node.now.clone();
      same.forced = node.now.clone();
      copy.names.put(name, same);
      copy.forcedNames.put(name, same);
    });
    return copy;
  }

  void put(String name, byte[] bytes) {
    Node node = new Node();
    node.now = bytes.clone();
    node.forced = bytes.clone();
    names.put(name, node);
    forcedNames.put(name, node);
  }

  @Override
  public List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public JournalFile create(String name) throws IOException {
    step(false);
    if (names.containsKey(name)) throw new IOException(name + " exists");
    Node node = new Node();
    change(to -> to.put(name, node));
    return new File(node);
  }

  @Override
  public JournalFile open(String name) throws IOException {
    Node node = names.get(name);
    if (node == null) throw new FileNotFoundException(name);
    return new File(node);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    step(false);
    Node node = names.get(from);
    if (node == null) throw new FileNotFoundException(from);
    change(folder -> {
      if (folder.get(from) == node) folder.remove(from);
      folder.put(to, node);
    });
  }

  @Override
  public void delete(String name) throws IOException {
    step(false);
    Node node = names.get(name);
    change(folder -> {
      if (folder.get(name) == node) folder.remove(name);
    });
  }

  private void change(NameChange change) {
    change.accept(names);
    nameChanges.add(change);
  }

  @Override
  public JournalView view() {
    return new JournalView() {
      @Override
      public List<String> list() {
        return SimDisk.this.list();
      }

      @Override
      public Optional<JournalFile> open(String name) {
        return Optional.ofNullable(names.get(name)).map(File::new);
      }
    };
  }

  @Override
  public void sync() throws IOException {
    step(true);
    forcedNames.clear();
    forcedNames.putAll(names);
    nameChanges.clear();
  }

  private final class File implements JournalFile {
    private final Node node;

    File(Node node) {
      this.node = node;
    }

    @Override
    public long size() {
      return node.now.length;
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
      try {
        step(false);
      } catch (CrashException stopped) {
        put(position, source, offset, random.nextInt(length + 1));
        throw stopped;
      }
      put(position, source, offset, length);
    }

    private void put(long position, byte[] source, int offset, int length) {
      int end = (int) position + length;
      if (end > node.now.length) node.now = Arrays.copyOf(node.now, end);
      System.arraycopy(source, offset, node.now, (int) position, length);
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
      int readable = Math.max(0, Math.min(length, node.now.length - (int) position));
      System.arraycopy(node.now, (int) position, target, offset, readable);
      return readable;
    }

    @Override
    public void truncate(long length) throws IOException {
      step(false);
      if (length < node.now.length) node.now = Arrays.copyOf(node.now, (int) length);
    }

    @Override
    public void sync() throws IOException {
      try {
        step(true);
      } catch (IOException failed) {
        node.lies = true;
        throw failed;
      }
      if (!node.lies) node.forced = node.now.clone();
    }

    @Override
    public void close() {}
  }
}
