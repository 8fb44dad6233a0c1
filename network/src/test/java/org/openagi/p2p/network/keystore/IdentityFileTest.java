package org.openagi.p2p.network.keystore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openagi.p2p.core.identity.HostKey;

class IdentityFileTest {
  @TempDir
  Path temporary;

  @Test
  void createsTheKeyOnceReadableByItsOwnerOnly() throws IOException {
    try (DataFolder folder = DataFolder.open(temporary.resolve("a/b"))) {
      HostKey created = IdentityFile.loadOrCreate(folder, new SecureRandom());
      HostKey loaded = IdentityFile.loadOrCreate(folder, new SecureRandom());
      assertEquals(created.peerId(), loaded.peerId());
      Path file = folder.file(IdentityFile.NAME);
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.path())));
      assertEquals(1, Files.readString(file).lines().count());
    }
  }

  @Test
  void refusesAFileThatOthersCanRead() throws IOException {
    Path file = write("whatever");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    String message = refusal(file);
    assertTrue(message.endsWith("chmod 600 " + file), message);
  }

  @Test
  void refusesAFileThatCannotBeRead() throws IOException {
    Path file = temporary.resolve(IdentityFile.NAME);
    Files.createDirectory(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    String message = refusal(file);
    assertTrue(message.startsWith("cannot read the identity key " + file), message);
  }

  @Test
  void refusesDamagedFilesAndLeavesThemAlone() throws IOException {
    for (String content : new String[] {"", "not base64!", "CAESQA==", "AAAA", "A".repeat(5000)}) {
      Path file = write(content);
      String message = refusal(file);
      assertTrue(message.contains("is damaged"), message);
      assertEquals(content, Files.readString(file));
    }
  }

  @Test
  void aMissingFileIsNoIdentity() throws IOException {
    assertEquals(Optional.empty(), IdentityFile.load(temporary.resolve("absent")));
  }

  @Test
  void oneFolderOneNode() throws IOException {
    DataFolder first = DataFolder.open(temporary);
    DataFolderException failure =
        assertThrows(DataFolderException.class, () -> DataFolder.open(temporary));
    assertTrue(failure.getMessage().contains("in use by this process"), failure.getMessage());
    first.close();
    DataFolder.open(temporary).close();
  }

  @Test
  void aFolderThatCannotBeIsNamed() throws IOException {
    Path inTheWay = Files.writeString(temporary.resolve("file"), "");
    DataFolderException failure =
        assertThrows(DataFolderException.class, () -> DataFolder.open(inTheWay.resolve("data")));
    assertTrue(failure.getMessage().contains("file/data"), failure.getMessage());
    assertEquals(1, failure.getMessage().lines().count());
  }

  @Test
  void replacingLeavesNoTemporaryFile() throws IOException {
    Path file = temporary.resolve("x");
    OwnerOnly.replace(file, new byte[] {1});
    OwnerOnly.replace(file, new byte[] {2});
    try (var files = Files.list(temporary)) {
      assertEquals(1, files.count());
    }
    assertFalse(OwnerOnly.isOpenToOthers(file));
  }

  private Path write(String content) throws IOException {
    Path file = temporary.resolve(IdentityFile.NAME);
    Files.deleteIfExists(file);
    OwnerOnly.replace(file, content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return file;
  }

  private static String refusal(Path file) {
    DataFolderException failure =
        assertThrows(DataFolderException.class, () -> IdentityFile.load(file));
    assertEquals(1, failure.getMessage().lines().count());
    return failure.getMessage();
  }
}
