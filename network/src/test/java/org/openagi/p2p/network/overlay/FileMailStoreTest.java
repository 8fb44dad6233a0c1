package org.openagi.p2p.network.overlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.relay.MailStore.Mail;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.ParcelKey;
import org.openagi.p2p.testkit.TestPeers;

/** Mail on disk: there after a restart, for its owner alone, and never half of it. */
class FileMailStoreTest {
  private static final PeerId RECIPIENT = TestPeers.filledKey(1).peerId();
  private static final PeerId DEPOSITOR = TestPeers.filledKey(2).peerId();

  @TempDir
  private Path data;

  private final List<IOException> faults = Collections.synchronizedList(new ArrayList<>());

  private Path folder() {
    return data.resolve(FileMailStore.FOLDER);
  }

  private FileMailStore open() throws IOException {
    return new FileMailStore(folder(), Runnable::run, faults::add);
  }

  private static Parcel parcel(int number) {
    return new Parcel(
        Bytes.fromHex(String.format("%032x", number)),
        RECIPIENT,
        7,
        60_000,
        true,
        List.of(new Parcel.Hop(DEPOSITOR, 5)),
        Bytes.ofUtf8("sealed " + number));
  }

  private static Mail mail(int number) {
    Parcel parcel = parcel(number);
    return new Mail(
        number,
        new ParcelKey(parcel.id(), 1),
        RECIPIENT,
        DEPOSITOR,
        parcel.sealed().length(),
        1000,
        61_000);
  }

  private static boolean put(FileMailStore store, int number) throws Exception {
    CompletableFuture<Boolean> kept = new CompletableFuture<>();
    store.put(mail(number), parcel(number), kept::complete);
    return kept.get(20, TimeUnit.SECONDS);
  }

  private static Optional<Parcel> load(FileMailStore store, int number) throws Exception {
    CompletableFuture<Optional<Parcel>> loaded = new CompletableFuture<>();
    store.load(mail(number), loaded::complete);
    return loaded.get(20, TimeUnit.SECONDS);
  }

  @Test
  void whatIsKeptIsThereAfterARestartInOrder() throws Exception {
    try (FileMailStore store = open()) {
      for (int number : List.of(3, 1, 20)) assertTrue(put(store, number));
      store.remove(mail(1));
    }
    try (FileMailStore store = open()) {
      assertEquals(List.of(mail(3), mail(20)), store.entries());
      assertEquals(Optional.of(parcel(3)), load(store, 3));
      assertEquals(Optional.empty(), load(store, 20).filter(p -> !p.equals(parcel(20))));
    }
    assertEquals(List.of(), faults);
  }

  @Test
  void onlyTheOwnerCanReadIt() throws Exception {
    try (FileMailStore store = open()) {
      assertTrue(put(store, 1));
    }
    if (!data.getFileSystem().supportedFileAttributeViews().contains("posix")) return;
    Path file = folder().resolve("0000000000000001.mail");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())));
  }

  @Test
  void eachFlippedBitAndEachCutIsFoundAndTheFileRemoved() throws Exception {
    try (FileMailStore store = open()) {
      assertTrue(put(store, 1));
    }
    Path file = folder().resolve("0000000000000001.mail");
    byte[] whole = Files.readAllBytes(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] broken = whole.clone();
      broken[at] ^= (byte) (1 << at % 8);
      Files.write(file, at % 2 == 0 ? broken : Arrays.copyOf(whole, at));
      try (FileMailStore store = open()) {
        assertEquals(List.of(), store.entries(), "byte " + at);
        assertEquals(1, store.damaged());
      }
      assertTrue(Files.notExists(file));
    }
  }

  @Test
  void whatWasBeingWrittenIsRemovedAndOtherFilesAreLeftAlone() throws Exception {
    try (FileMailStore store = open()) {
      assertTrue(put(store, 1));
    }
    Path half = Files.write(folder().resolve(".0000000000000002.mail7.new"), new byte[10]);
    Path other = Files.write(folder().resolve("notes.txt"), new byte[10]);
    try (FileMailStore store = open()) {
      assertEquals(List.of(mail(1)), store.entries());
    }
    assertTrue(Files.notExists(half));
    assertTrue(Files.exists(other));
  }

  @Test
  void aDiskThatFailsKeepsNothingAndSaysSo() throws Exception {
    try (FileMailStore store = open()) {
      assertTrue(put(store, 1));
      Files.delete(folder().resolve("0000000000000001.mail"));
      assertEquals(Optional.empty(), load(store, 1));
      Files.delete(folder());
      assertEquals(false, put(store, 2));
    }
    assertEquals(1, faults.size(), "told once");
  }
}
