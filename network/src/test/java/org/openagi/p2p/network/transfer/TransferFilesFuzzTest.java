package org.openagi.p2p.network.transfer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Optional;

/** Any file is read as what it says or as nothing, and names never lead out of a folder. */
class TransferFilesFuzzTest {
  @FuzzTest
  void stateFile(byte[] file) {
    Optional<StateFile> state = StateFile.decode(file);
    if (state.isPresent() && !StateFile.decode(state.get().encode()).equals(state))
      throw new AssertionError("not what was read: " + state);
  }

  @FuzzTest
  void memory(byte[] file) {
    TransferMemory.decode(file);
  }

  @FuzzTest
  void name(byte[] utf8) {
    String safe = SafeNames.of(new String(utf8, java.nio.charset.StandardCharsets.UTF_8));
    java.nio.file.Path folder = java.nio.file.Path.of("folder");
    java.nio.file.Path file = folder.resolve(safe);
    if (!folder.equals(file.getParent())
        || safe.startsWith(".")
        || !SafeNames.of(safe).equals(safe)) throw new AssertionError("'" + safe + "'");
  }
}
