package org.openagi.p2p.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@link DiscoveryProbe} or {@link HostProbe} in a process of its own, optionally in a namespace.
 * One thread only.
 */
final class ProbeProcess implements AutoCloseable {

  private static final long PATIENCE_SECONDS = 60;
  private static final Pattern PEER_ID = Pattern.compile("\"peerId\":\"([^\"]+)\"");

  private final Process process;
  private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
  private final List<String> lines = new ArrayList<>();
  private final String peerId;

  private ProbeProcess(Process process) throws InterruptedException {
    this.process = process;
    Thread.ofVirtual().start(this::read);
    Matcher matcher = PEER_ID.matcher(await(line -> line.contains("\"listening\"")));
    if (!matcher.find()) {
      throw new AssertionError("no peer id in " + lines);
    }
    peerId = matcher.group(1);
  }

  static ProbeProcess start(List<String> prefix, String... arguments)
      throws IOException, InterruptedException {
    return start(prefix, DiscoveryProbe.class, arguments);
  }

  static ProbeProcess start(List<String> prefix, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(Lab.java(main, arguments));
    return new ProbeProcess(new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start());
  }

  String peerId() {
    return peerId;
  }

  /** The first line, past or future, that says that a peer was found at this address. */
  String awaitPeer(String peer, String address) throws InterruptedException {
    return await(
        line -> line.contains("\"peer\"") && line.contains(peer) && line.contains(address));
  }

  /** The first line, past or future, that says that a peer is gone. */
  String awaitGone(String peer) throws InterruptedException {
    return await(line -> line.contains("\"gone\"") && line.contains(peer));
  }

  /** Sends a line to its standard input. */
  void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** The first line, past or future, that contains all the parts. */
  String awaitLine(String... parts) throws InterruptedException {
    return await(line -> List.of(parts).stream().allMatch(line::contains));
  }

  boolean hasSaid(String part) {
    arrived.drainTo(lines);
    return lines.stream().anyMatch(line -> line.contains(part));
  }

  private String await(Predicate<String> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    int seen = 0;
    while (true) {
      for (; seen < lines.size(); seen++) {
        if (wanted.test(lines.get(seen))) {
          return lines.get(seen);
        }
      }
      String next = arrived.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (next == null) {
        throw new AssertionError("not said within " + PATIENCE_SECONDS + " s, but " + lines);
      }
      lines.add(next);
    }
  }

  private void read() {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        arrived.add(line);
      }
    } catch (IOException e) {
      // The process was ended while we read: the same as its end.
    }
  }

  /** Lets it say good-bye and ends it. */
  @Override
  public void close() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Ends it at once, as a crash would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
