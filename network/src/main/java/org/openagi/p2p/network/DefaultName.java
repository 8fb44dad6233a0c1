package org.openagi.p2p.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openagi.p2p.core.identity.PeerId;

/**
 * The name of a node that was given none: the host's name, for people, and the end of the peer id,
 * so that two machines set up alike don't claim the same name.
 */
final class DefaultName {
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
  private static final int HOST_CHARACTERS_MAX = 48;
  private static final int PEER_ID_CHARACTERS = 4;

  private DefaultName() {}

  static String of(PeerId peer) {
    return of(hostName(), peer);
  }

  static String of(String hostName, PeerId peer) {
    String label = hostName.strip().split("\\.", 2)[0].replaceAll("[^A-Za-z0-9_-]", "-");
    String shortened = label.substring(0, Math.min(HOST_CHARACTERS_MAX, label.length()));
    String id = peer.toString();
    return (shortened.isEmpty() ? "node" : shortened)
        + "-"
        + id.substring(id.length() - PEER_ID_CHARACTERS);
  }

  /** Never asks a name server, which could take long. */
  private static String hostName() {
    try {
      if (Files.isReadable(HOST_NAME)) return Files.readString(HOST_NAME);
    } catch (IOException e) {
      // The environment may know it.
    }
    String windows = System.getenv().getOrDefault("COMPUTERNAME", "");
    return windows.isEmpty() ? System.getenv().getOrDefault("HOSTNAME", "") : windows;
  }
}
