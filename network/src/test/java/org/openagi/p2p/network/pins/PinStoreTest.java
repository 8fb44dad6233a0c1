package org.openagi.p2p.network.pins;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.openagi.p2p.testkit.TestPeers.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.network.keystore.DataFolderException;

class PinStoreTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir
  Path folder;

  @Test
  void theFirstToUseANameHasIt() throws IOException {
    PinStore pins = PinStore.load(folder);
    assertEquals(new Claim.Pinned(), pins.claim("alice", peer(1), NOW));
    assertEquals(new Claim.Known(), pins.claim("alice", peer(1), NOW));
    assertEquals(new Claim.Taken(peer(1)), pins.claim("alice", peer(2), NOW));
    assertEquals(Optional.of(peer(1)), pins.peer("alice"));
    assertEquals(Optional.empty(), pins.alias(peer(2)));
  }

  @Test
  void pinsSurviveARestart() throws IOException {
    PinStore before = PinStore.load(folder);
    before.claim("alice", peer(1), NOW);
    before.save();
    PinStore after = PinStore.load(folder);
    assertEquals(List.of(new Pin("alice", peer(1), NOW)), after.pins());
    assertInstanceOf(Claim.Taken.class, after.claim("alice", peer(2), NOW));
    assertEquals(
        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(after.file())));
  }

  @Test
  void aKnownKeyMayTakeAnotherNameAndFreesItsFormerOne() throws IOException {
    PinStore pins = PinStore.load(folder);
    pins.claim("alice", peer(1), NOW);
    assertEquals(new Claim.Renamed("alice"), pins.claim("carol", peer(1), NOW));
    assertEquals(Optional.of("carol"), pins.alias(peer(1)));
    assertEquals(new Claim.Pinned(), pins.claim("alice", peer(2), NOW));
  }

  @Test
  void aRefusedClaimChangesNothing() throws IOException {
    PinStore pins = PinStore.load(folder);
    pins.claim("alice", peer(1), NOW);
    pins.claim("bob", peer(2), NOW);
    assertEquals(new Claim.Taken(peer(1)), pins.claim("alice", peer(2), NOW));
    assertEquals(Optional.of("bob"), pins.alias(peer(2)));
  }

  @Test
  void aFullStoreBelievesNoNewNamesAndForgetsNoOldOnes() throws IOException {
    PinStore pins = PinStore.load(folder, 2);
    pins.claim("a", peer(1), NOW);
    pins.claim("b", peer(2), NOW);
    assertEquals(new Claim.Full(), pins.claim("c", peer(3), NOW));
    assertEquals(new Claim.Known(), pins.claim("a", peer(1), NOW));
    assertEquals(new Claim.Renamed("b"), pins.claim("c", peer(2), NOW));
  }

  @Test
  void aForgottenNameIsFreeAgain() throws IOException {
    PinStore pins = PinStore.load(folder);
    pins.claim("alice", peer(1), NOW);
    assertTrue(pins.forget("alice"));
    assertFalse(pins.forget("alice"));
    assertEquals(new Claim.Pinned(), pins.claim("alice", peer(2), NOW));
    assertEquals(List.of(), PinStore.load(folder).pins());
  }

  @Test
  void aLineDeletedWhileTheNodeRunsCountsAtOnce() throws IOException {
    PinStore running = PinStore.load(folder);
    running.claim("alice", peer(1), NOW);
    running.save();
    running.claim("bob", peer(2), NOW); // not written yet, and must survive
    PinStore editor = PinStore.load(folder);
    assertTrue(editor.forget("alice"));
    Files.setLastModifiedTime(editor.file(), FileTime.from(NOW)); // clocks of files are coarse
    assertEquals(new Claim.Pinned(), running.claim("alice", peer(3), NOW));
    running.save();
    assertEquals(
        List.of(new Pin("alice", peer(3), NOW), new Pin("bob", peer(2), NOW)),
        PinStore.load(folder).pins());
  }

  @Test
  void aLineThatCannotBeUnderstoodStopsTheStartAndIsNamed() throws IOException {
    Files.writeString(folder.resolve("known_peers"), "# ok\n\nalice nobody 2026\n");
    DataFolderException failure =
        assertThrows(DataFolderException.class, () -> PinStore.load(folder));
    assertTrue(failure.getMessage().contains("known_peers: line 3 "), failure.getMessage());
  }

  @Test
  void twoKeysForOneNameInTheFileAreRefused() throws IOException {
    String lines = "a " + peer(1) + " " + NOW + "\na " + peer(2) + " " + NOW + "\n";
    Files.writeString(folder.resolve("known_peers"), lines);
    assertThrows(DataFolderException.class, () -> PinStore.load(folder));
  }

  @Test
  void aFileWithMorePinsThanKeptIsRefused() throws IOException {
    PinStore pins = PinStore.load(folder, 2);
    pins.claim("a", peer(1), NOW);
    pins.claim("b", peer(2), NOW);
    pins.save();
    assertEquals(2, PinStore.load(folder, 2).pins().size());
    assertThrows(DataFolderException.class, () -> PinStore.load(folder, 1));
  }

  @Test
  void aNameOfTheWrongShapeIsACallersMistake() throws IOException {
    PinStore pins = PinStore.load(folder);
    for (String name : List.of("", "a b", "a\nb", "x".repeat(65)))
      assertThrows(IllegalArgumentException.class, () -> pins.claim(name, peer(1), NOW));
  }
}
