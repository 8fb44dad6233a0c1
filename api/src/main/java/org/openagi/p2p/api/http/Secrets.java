package org.openagi.p2p.api.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.openagi.p2p.core.time.TimeSource;
import org.openagi.p2p.network.keystore.OwnerOnly;

/**
 * What lets a client in: the token in a file that only its owner can read, and sessions of browsers that have shown it. Safe
 * for any thread. Neither is ever logged or shown.
 */
public final class Secrets {
  /** Name of the token's file in the data folder. */
  public static final String TOKEN_FILE = "api.token";

  /** Browsers that can be logged in; with one more, the one that logged in first is out. */
  public static final int SESSIONS_MAX = 16;

  /** How long a session lasts. */
  public static final long SESSION_SECONDS = 12 * 3600;

  private static final int SECRET_BYTES = 32;
  private static final int TOKEN_CHARACTERS_MAX = 128;

  private final byte[] token;
  private final TimeSource time;
  private final SecureRandom random = new SecureRandom();

  /** By digest, so that finding one takes no time that depends on secrets. Guarded by this. */
  private final Map<String, Long> sessions = new LinkedHashMap<>();

  private Secrets(byte[] token, TimeSource time) {
    this.token = token;
    this.time = time;
  }

  /**
   * Reads the token of a data folder, or makes one.
   *
   * @throws IOException if the file cannot be read or written, holds no token, or is open to others than its owner
   */
  public static Secrets open(Path folder, TimeSource time) throws IOException {
    Path file = folder.resolve(TOKEN_FILE);
    if (!Files.exists(file)) {
      OwnerOnly.replace(file, (secret() + "\n").getBytes(StandardCharsets.US_ASCII));
    }
    return new Secrets(read(file).getBytes(StandardCharsets.US_ASCII), time);
  }

  /**
   * The token in a file.
   *
   * @throws IOException if there is none, or others than its owner can read it
   */
  public static String read(Path file) throws IOException {
    if (OwnerOnly.isOpenToOthers(file)) {
      throw new IOException(file + " can be read by others than its owner; remove it, and the node"
          + " makes a new one at its next start");
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (text.length() < SECRET_BYTES || text.length() > TOKEN_CHARACTERS_MAX) {
      throw new IOException(file + " holds no token of " + SECRET_BYTES + " to "
          + TOKEN_CHARACTERS_MAX + " characters; remove it, and the node makes a new one");
    }
    return text;
  }

  private static String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Whether it is the token. Takes as long whatever was guessed. */
  boolean isToken(String offered) {
    return MessageDigest.isEqual(token, offered.getBytes(StandardCharsets.UTF_8));
  }

  /** Begins a session. */
  synchronized String newSession() {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Iterator<String> oldest = sessions.keySet().iterator();
    while (sessions.size() >= SESSIONS_MAX && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
    }
    sessions.put(digest(id), time.nanoTime() + SESSION_SECONDS * 1_000_000_000L);
    return id;
  }

  /** Whether a session is known and has not ended. */
  synchronized boolean isSession(String id) {
    String key = digest(id);
    Long until = sessions.get(key);
    if (until == null) return false;
    if (until - time.nanoTime() > 0) return true;
    sessions.remove(key);
    return false;
  }

  /** Sessions that have not ended; those that have are forgotten. */
  synchronized int sessionCount() {
    long now = time.nanoTime();
    sessions.values().removeIf(until -> until - now <= 0);
    return sessions.size();
  }

  synchronized void endSession(String id) {
    sessions.remove(digest(id));
  }

  private static String digest(String id) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
