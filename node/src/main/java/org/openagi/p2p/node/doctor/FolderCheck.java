package org.openagi.p2p.node.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.network.config.ConfigKeys;
import org.openagi.p2p.network.config.P2PConfig;
import org.openagi.p2p.network.config.Store;
import org.openagi.p2p.network.keystore.IdentityFile;
import org.openagi.p2p.network.keystore.OwnerOnly;

/** The data folder, the key in it, and the disk below it. */
public final class FolderCheck {
  /** With less free space than this a node soon cannot write its queue. */
  static final long FREE_MIN_BYTES = 64L << 20;

  private static final String FOLDER = "data folder";
  private static final String DISK = "disk";
  private static final int TRIAL_BYTES = 64 << 10;

  private FolderCheck() {}

  /** Looks at the folder of a configuration; writes a small file there and removes it. */
  public static List<Finding> of(P2PConfig config) {
    Path folder = config.dataFolder();
    List<Finding> findings = new ArrayList<>();
    try {
      OwnerOnly.createFolders(folder);
      findings.add(key(folder));
      boolean isKept = config.get(ConfigKeys.STORE) == Store.JOURNAL;
      long quota = isKept ? config.get(ConfigKeys.QUEUE_QUOTA) : 0;
      findings.add(space(Files.getFileStore(folder).getUsableSpace(), quota, folder));
      findings.add(trial(folder));
    } catch (IOException e) {
      findings.add(Finding.bad(
          FOLDER,
          "FOLDER_UNUSABLE",
          folder + " cannot be used: " + e,
          "make it writable for this user, or name another one with --data"));
    }
    return findings;
  }

  private static Finding key(Path folder) throws IOException {
    Path key = folder.resolve(IdentityFile.NAME);
    if (!Files.exists(key)) {
      return Finding.note(
          FOLDER,
          "NO_KEY_YET",
          "there is no key in " + folder + " yet; one is made at first use",
          "");
    }
    if (OwnerOnly.isOpenToOthers(key)) {
      return Finding.bad(
          FOLDER,
          "KEY_OPEN_TO_OTHERS",
          "others than its owner can read the key, and no node starts with it",
          "chmod 600 " + key);
    }
    try {
      IdentityFile.load(key);
      return Finding.good(FOLDER, folder + " holds a good key that only its owner can read");
    } catch (IOException e) {
      return Finding.bad(
          FOLDER,
          "KEY_DAMAGED",
          String.valueOf(e.getMessage()),
          "restore " + key + " from a backup; a new key is another peer id");
    }
  }

  /**
   * Judges the room on a disk.
   *
   * @param free bytes that can be written
   * @param quota bytes the queue may take, 0 if none is kept
   */
  static Finding space(long free, long quota, Path folder) {
    String room = String.format(Locale.ROOT, "%,d bytes are free below %s", free, folder);
    if (free < FREE_MIN_BYTES) {
      return Finding.bad(
          DISK,
          "DISK_FULL",
          room + ", less than " + String.format(Locale.ROOT, "%,d", FREE_MIN_BYTES)
              + ": messages cannot be kept, and are refused",
          "make room on that disk, or move the data folder with --data");
    }
    if (free < quota) {
      return Finding.note(
          DISK,
          "LESS_THAN_QUOTA",
          room + ", and the queue may take " + String.format(Locale.ROOT, "%,d", quota),
          "make room, or lower queue_quota");
    }
    return Finding.good(DISK, room);
  }

  private static Finding trial(Path folder) {
    Path file = null;
    try {
      file = Files.createTempFile(folder, "doctor", ".tmp");
      Files.write(file, new byte[TRIAL_BYTES]);
      return Finding.good(DISK, "it can be written");
    } catch (IOException e) {
      boolean isFull = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("space");
      return Finding.bad(
          DISK,
          isFull ? "DISK_FULL" : "FOLDER_UNUSABLE",
          "a small file cannot be written in " + folder + ": " + e.getMessage(),
          isFull
              ? "make room on that disk, or move the data folder with --data"
              : "make the folder writable for this user");
    } finally {
      remove(file);
    }
  }

  private static void remove(@Nullable Path file) {
    if (file == null) return;
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The finding of the trial tells that the folder does not work.
    }
  }
}
