package org.openagi.p2p.node.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: a file larger than the memory of both processes arrives whole, though the connection is cut and
 * the sender killed on the way. Method: {@code p2p copy} and {@code p2p listen --receive} as processes,
 * the first connection through a forwarder that can be cut.
 */
@EnabledOnOs(OS.LINUX)
class CopyProcessTest {
  private static final String SMALL_LIMIT = "16000000";

  @TempDir
  Path folder;

  @Test
  @Timeout(240)
  void aSmallFileSurvivesACutAndAKill() throws Exception {
    copy(24 << 20, 128, SMALL_LIMIT);
  }

  @Test
  @Timeout(600)
  @Tag("torture")
  void aGibibyteSurvivesACutAndAKill() throws Exception {
    copy(1 << 30, 256, "0");
  }

  private void copy(long size, int heapMegabytes, String limit) throws Exception {
    Path file = folder.resolve("content.bin");
    String digest = write(file, size);
    Path inbox = folder.resolve("inbox");
    try (Program bob = Program.start(
            heapMegabytes, Map.of(), arguments("listen", "bob", "--receive", inbox.toString()));
        Forwarder forwarder = new Forwarder(port(bob.address()))) {
      String through = bob.address().replaceFirst("/tcp/\\d+", "/tcp/" + forwarder.port());
      String[] command =
          arguments("copy", "alice", "--bandwidth-limit", limit, file.toString(), through);
      long start = System.nanoTime();
      try (Program alice = Program.start(heapMegabytes, Map.of(), command)) {
        alice.event("progress", moved(size / 5));
        forwarder.cut();
        alice.event(
            "progress", event -> number(event, "streams") > 1 && number(event, "bytes") > size / 2);
        System.out.println("sender, killed: " + alice.peakMemory());
        alice.kill();
      }
      assertTrue(Files.size(inbox.resolve("content.bin.part")) < size, "not complete yet");
      try (Program alice = Program.start(heapMegabytes, Map.of(), command)) {
        Map<String, Object> first =
            alice.event("progress", event -> "running".equals(event.get("state")));
        assertTrue(number(first, "bytes") > size / 4, "went on: " + first);
        Map<String, Object> copied = alice.event("copied");
        assertEquals(digest, copied.get("sha256"));
        assertEquals(0, alice.status(), alice.said());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      Map<String, Object> received = bob.event("received");
      assertEquals(digest, received.get("sha256"));
      assertEquals(digest, digest(inbox.resolve("content.bin")));
      assertEquals(inbox.toRealPath().resolve("content.bin").toString(), received.get("file"));
      try (var left = Files.list(inbox)) {
        assertEquals(1, left.count());
      }
      System.out.printf(
          "%d MiB in %.1f s, %.0f MiB/s with the cut, the kill and the start of two processes;"
              + " recipient: %s%n",
          size >> 20, seconds, (size >> 20) / seconds, bob.peakMemory());
    }
  }

  private String[] arguments(String command, String name, String... more) {
    List<String> all = new java.util.ArrayList<>(
        List.of(command, "--name", name, "--json", "--discovery", "manual"));
    all.addAll(List.of("--data", folder.resolve(name).toString()));
    all.addAll(List.of("--listen", "/ip4/127.0.0.1/tcp/0"));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static java.util.function.Predicate<Map<String, Object>> moved(long bytes) {
    return event -> number(event, "bytes") > bytes;
  }

  private static double number(Map<String, Object> event, String member) {
    return event.get(member) instanceof Number value ? value.doubleValue() : -1;
  }

  private static int port(String address) {
    return Integer.parseInt(address.replaceFirst(".*/tcp/(\\d+).*", "$1"));
  }

  private static String write(Path file, long size) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("Xoroshiro128PlusPlus").create(size);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    byte[] piece = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long at = 0; at < size; at += piece.length) {
        random.nextBytes(piece);
        digest.update(piece);
        out.write(piece);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String digest(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Passes bytes between the two until it is cut; afterwards nobody gets through. */
  private static final class Forwarder implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final int target;

    Forwarder(int target) throws IOException {
      this.target = target;
      Thread.ofVirtual().start(this::accept);
    }

    int port() {
      return server.getLocalPort();
    }

    private void accept() {
      try {
        while (true) {
          Socket in = server.accept();
          Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
          sockets.addAll(List.of(in, out));
          Thread.ofVirtual().start(() -> pass(in, out));
          Thread.ofVirtual().start(() -> pass(out, in));
        }
      } catch (IOException e) {
        cut();
      }
    }

    private void pass(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        cut();
      }
    }

    void cut() {
      try {
        for (Socket each : sockets) each.close();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() throws IOException {
      server.close();
      cut();
    }
  }
}
