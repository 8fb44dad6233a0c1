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
 * A disk in memory that forgets, for simulations and tests. What was not forced when it crashes is there, gone or torn,
 * sector by sector and name by name, as the random source likes. One thread.
 */
public final class SimDisk implements JournalDisk {
  private static final int SECTOR = 512;

  /** The machine stopped at the operation that was counted out. */
  public static final class CrashException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CrashException() {
      super("the machine stops here", null, false, false);
    }
  }

  /** What an operation does instead of working. */
  public enum Fault {
    /** It works. */
    NONE,
    /** The machine stops here: a {@link CrashException}. */
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

  /** The bytes of a file as processes see them and as they are durable. Both arrays may be longer than what they hold. */
  private static final class Node {
    private static final byte[] EMPTY = new byte[0];

    private byte[] now = EMPTY;
    private int length;
    private byte[] forced = EMPTY;
    private int forcedLength;
    private int changedFrom = Integer.MAX_VALUE;
    private int changedTo;
    private boolean lies;

    static Node durable(byte[] bytes) {
      Node made = new Node();
      made.now = bytes;
      made.length = bytes.length;
      made.forced = bytes.clone();
      made.forcedLength = bytes.length;
      return made;
    }

    byte[] exact() {
      if (now.length != length) now = Arrays.copyOf(now, length);
      return now;
    }

    /** The same, for somebody who may change them. */
    byte[] changeable() {
      changed(0, length);
      return exact();
    }

    void write(int at, byte[] source, int offset, int count) {
      int end = at + count;
      if (end > now.length) now = Arrays.copyOf(now, Math.max(end, 2 * now.length));
      System.arraycopy(source, offset, now, at, count);
      changed(Math.min(at, length), end);
      length = Math.max(length, end);
    }

    void truncate(int to) {
      if (to >= length) return;
      Arrays.fill(now, to, length, (byte) 0);
      changed(to, length);
      length = to;
    }

    private void changed(int from, int to) {
      changedFrom = Math.min(changedFrom, from);
      changedTo = Math.max(changedTo, to);
    }

    void force() {
      if (lies) return;
      if (forced.length < length) forced = Arrays.copyOf(forced, now.length);
      int to = Math.min(changedTo, length);
      if (to > changedFrom)
        System.arraycopy(now, changedFrom, forced, changedFrom, to - changedFrom);
      if (length < forcedLength) Arrays.fill(forced, length, forcedLength, (byte) 0);
      forcedLength = length;
      changedFrom = Integer.MAX_VALUE;
      changedTo = 0;
    }
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
  private long operations;

  /** An empty disk that works. */
  public SimDisk(RandomGenerator random) {
    this.random = random;
  }

  /** What was done so far, reading left out. */
  public long operations() {
    return operations;
  }

  /**
   * Lets the n-th operation from here on, counted from 0, do something else. What failed before works again.
   *
   * @param countSyncsOnly whether only those count that make something durable
   */
  public void failAt(long operation, Fault what, boolean countSyncsOnly) {
    operationsLeft = operation;
    fault = what;
    syncsOnly = countSyncsOnly;
    failing = false;
  }

  private void step(boolean isSync) throws IOException {
    operations++;
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
  public SimDisk afterCrash() {
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
    int length =
        node.length == node.forcedLength || random.nextBoolean() ? node.length : node.forcedLength;
    byte[] bytes = new byte[length];
    System.arraycopy(node.forced, 0, bytes, 0, Math.min(length, node.forcedLength));
    int firstChange = Math.min(node.changedFrom, node.forcedLength) / SECTOR * SECTOR;
    for (int at = firstChange; at < length; at += SECTOR) {
      int newEnd = Math.min(Math.min(length, at + SECTOR), node.length);
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
    return Node.durable(bytes);
  }

  /** Kept for the next process on this disk, lost with the power. */
  @Override
  public ByteBuffer sharedMemory(String name, int bytes) {
    return memory.computeIfAbsent(name, unused -> ByteBuffer.allocate(bytes));
  }

  /** The bytes of a file, to be looked at or changed in place. */
  byte[] bytesOf(String name) {
    return nodeOf(name).changeable();
  }

  /** An exact copy in which everything is durable. */
  SimDisk copy() {
    SimDisk copy = new SimDisk(random);
    names.forEach((name, node) -> copy.put(name, node.exact()));
    return copy;
  }

  void put(String name, byte[] bytes) {
    Node node = Node.durable(bytes.clone());
    names.put(name, node);
    forcedNames.put(name, node);
  }

  private Node nodeOf(String name) {
    Node node = names.get(name);
    if (node == null) throw new IllegalArgumentException("no file " + name);
    return node;
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
      return node.length;
    }

    @Override
    public void write(long position, byte[] source, int offset, int length) throws IOException {
      try {
        step(false);
      } catch (CrashException stopped) {
        node.write((int) position, source, offset, random.nextInt(length + 1));
        throw stopped;
      }
      node.write((int) position, source, offset, length);
    }

    @Override
    public int read(long position, byte[] target, int offset, int length) {
      int readable = Math.max(0, Math.min(length, node.length - (int) position));
      System.arraycopy(node.now, (int) position, target, offset, readable);
      return readable;
    }

    @Override
    public void truncate(long length) throws IOException {
      step(false);
      node.truncate((int) Math.min(length, node.length));
    }

    @Override
    public void sync() throws IOException {
      try {
        step(true);
      } catch (IOException failed) {
        node.lies = true;
        throw failed;
      }
      node.force();
    }

    @Override
    public void close() {}
  }
}
