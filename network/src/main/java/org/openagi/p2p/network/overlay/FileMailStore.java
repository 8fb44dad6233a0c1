package org.openagi.p2p.network.overlay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.network.keystore.OwnerOnly;
import org.openagi.p2p.overlay.PeerField;
import org.openagi.p2p.overlay.relay.MailStore;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.RelayFrame;

/**
 * Mail for peers that are away, one file a parcel, readable by their owner only. What it said to be kept is there after a crash.
 *
 * <p>Called by the overlay's owner; files are touched on a thread of its own, and answers come back to the owner.
 *
 * @see "docs/wire/overlay-relay.md, section 6"
 */
public final class FileMailStore implements MailStore, AutoCloseable {
  /** The folder in the data folder of a node. */
  public static final String FOLDER = "mail";

  /** Parcels that may wait to be written; what comes beyond is not kept. */
  static final int MAX_WAITING = 1024;

  private static final String SUFFIX = ".mail";
  private static final byte[] MAGIC = "OAGIMAI1".getBytes(StandardCharsets.US_ASCII);
  private static final int CHECKED_FROM = MAGIC.length + Integer.BYTES;

  /** Longest file: a parcel with its trail. */
  private static final int MAX_FILE_BYTES = 384 << 10;

  private record Content(Mail mail, Parcel parcel) {}

  private final Path folder;
  private final Executor owner;
  private final Consumer<IOException> faults;
  private final ThreadPoolExecutor disk = new ThreadPoolExecutor(
      0,
      1,
      1,
      TimeUnit.SECONDS,
      new LinkedBlockingQueue<>(),
      Thread.ofPlatform().daemon().name("mailbox").factory(),
      new ThreadPoolExecutor.DiscardPolicy());
  private final LongAdder damaged = new LongAdder();
  private List<Mail> found;

  /** Of the store's thread. */
  private boolean failing;

  /**
   * Opens a folder, which is made if it is missing. Files that are not whole are removed and counted.
   *
   * @param owner runs tasks on the overlay's owner
   * @param faults told when a file can't be written, read or removed, once until something can be again; on the store's thread
   * @throws IOException if the folder can't be made or read
   */
  public FileMailStore(Path folder, Executor owner, Consumer<IOException> faults)
      throws IOException {
    this.folder = folder;
    this.owner = owner;
    this.faults = faults;
    OwnerOnly.createFolders(folder);
    this.found = scan();
  }

  private List<Mail> scan() throws IOException {
    List<Mail> mails = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Optional<Content> content = isMail(file) ? read(file) : Optional.empty();
        if (content.isPresent() && file.equals(fileOf(content.get().mail()))) {
          mails.add(content.get().mail());
        } else if (isOurs(file)) {
          damaged.increment();
          Files.delete(file);
        }
      }
    }
    mails.sort(Comparator.comparingLong(Mail::number));
    return mails;
  }

  private static boolean isMail(Path file) {
    return file.getFileName().toString().endsWith(SUFFIX);
  }

  /** Also what was being written when the process ended. */
  private static boolean isOurs(Path file) {
    return file.getFileName().toString().contains(SUFFIX);
  }

  private Path fileOf(Mail mail) {
    return folder.resolve(String.format("%016x%s", mail.number(), SUFFIX));
  }

  /** Files that were not whole and were removed when the folder was opened. */
  public long damaged() {
    return damaged.sum();
  }

  @Override
  public List<Mail> entries() {
    List<Mail> entries = found;
    found = List.of(); // asked for once
    return entries;
  }

  @Override
  public void put(Mail mail, Parcel parcel, Consumer<Boolean> kept) {
    if (disk.isShutdown() || disk.getQueue().size() >= MAX_WAITING) {
      kept.accept(false);
      return;
    }
    disk.execute(() -> {
      boolean written = write(mail, parcel);
      owner.execute(() -> kept.accept(written));
    });
  }

  private boolean write(Mail mail, Parcel parcel) {
    try {
      OwnerOnly.replace(fileOf(mail), encode(mail, parcel));
      failing = false;
      return true;
    } catch (IOException e) {
      fail(e);
      return false;
    }
  }

  private void fail(IOException failure) {
    if (!failing) faults.accept(failure);
    failing = true;
  }

  @Override
  public void load(Mail mail, Consumer<Optional<Parcel>> loaded) {
    disk.execute(() -> {
      Optional<Parcel> parcel = parcelOf(mail);
      owner.execute(() -> loaded.accept(parcel));
    });
  }

  private Optional<Parcel> parcelOf(Mail mail) {
    try {
      return read(fileOf(mail)).map(Content::parcel);
    } catch (IOException e) {
      fail(e);
      return Optional.empty();
    }
  }

  @Override
  public void remove(Mail mail) {
    disk.execute(() -> {
      try {
        Files.deleteIfExists(fileOf(mail));
      } catch (IOException e) {
        fail(e);
      }
    });
  }

  private static byte[] encode(Mail mail, Parcel parcel) {
    WireWriter out = new WireWriter(parcel.sealed().length() + 512);
    out.u64(mail.number()).u64(mail.keptEpochMillis()).u64(mail.expiresEpochMillis());
    PeerField.write(out, mail.depositor());
    RelayFrame carry = new RelayFrame.Carry(mail.key().copy(), Optional.empty(), false, 0, parcel);
    out.u8(carry.type());
    carry.write(out);
    byte[] checked = out.toArray();
    byte[] file = new byte[CHECKED_FROM + checked.length];
    System.arraycopy(MAGIC, 0, file, 0, MAGIC.length);
    int checksum = checksum(checked, 0, checked.length);
    for (int i = 0; i < Integer.BYTES; i++) {
      file[MAGIC.length + i] = (byte) (checksum >>> (24 - 8 * i));
    }
    System.arraycopy(checked, 0, file, CHECKED_FROM, checked.length);
    return file;
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Empty if the file is not whole. */
  private static Optional<Content> read(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE_BYTES) return Optional.empty();
    byte[] bytes = Files.readAllBytes(file);
    boolean whole = bytes.length > CHECKED_FROM
        && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        && checksumOf(bytes) == checksum(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
    if (!whole) return Optional.empty();
    try {
      return Optional.of(decode(new WireReader(bytes, CHECKED_FROM, bytes.length)));
    } catch (ProtocolViolationException e) {
      return Optional.empty(); // written by a version that knew more; of no use here
    }
  }

  private static int checksumOf(byte[] bytes) {
    int checksum = 0;
    for (int i = MAGIC.length; i < CHECKED_FROM; i++) checksum = checksum << 8 | (bytes[i] & 0xff);
    return checksum;
  }

  private static Content decode(WireReader in) throws ProtocolViolationException {
    long number = in.u64("number");
    long kept = in.u64("time");
    long expires = in.u64("expiry");
    PeerId depositor = PeerField.read(in, "depositor");
    RelayFrame frame = RelayFrame.decode(in.u8("type"), in);
    if (!(frame instanceof RelayFrame.Carry carry)) {
      throw WireReader.violation("frame of type " + frame.type() + ", not a parcel");
    }
    Parcel parcel = carry.parcel();
    Mail mail = new Mail(
        number, carry.key(), parcel.to(), depositor, parcel.sealed().length(), kept, expires);
    return new Content(mail, parcel);
  }

  /** Finishes what waits, for a few seconds at most. */
  @Override
  public void close() {
    disk.shutdown();
    try {
      if (!disk.awaitTermination(5, TimeUnit.SECONDS)) disk.shutdownNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
