package org.openagi.p2p.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What a node did, one line each, in a file that survives the kill of its process: a line is handed to the
 * operating system before the call returns. Safe for any thread.
 *
 * <p>Lines end in a mark, since a kill may cut the last one off. The first word says what it is about:
 *
 * <pre>
 * boot MILLIS                        the process started
 * ready MILLIS                       its node runs
 * end MILLIS                         the process ends in order
 * intent TO NUMBER MILLIS            the message is about to be submitted
 * accept TO NUMBER ID                the message was accepted
 * settled TO NUMBER MILLIS OUTCOME   the sender was told the end: acknowledged, expired, a reason,
 *                                    or forgotten: a later process was told nothing of it any more
 * handle FROM NUMBER MILLIS new|again ATTEMPT LANE
 * wrong MILLIS TEXT                  something arrived that nobody sent
 * </pre>
 */
final class Ledger implements AutoCloseable {
  static final String MARK = " .";

  private final ReentrantLock lock = new ReentrantLock();
  private final FileChannel file;

  Ledger(Path path) throws IOException {
    file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    // Whatever the last process left half written stays a line of its own.
    if (file.size() > 0) write("");
  }

  /**
   * Adds a line.
   *
   * @throws IllegalStateException if it cannot be written: then nothing this process says can be checked
   */
  void add(Object... words) {
    StringBuilder line = new StringBuilder(64);
    for (Object word : words) line.append(line.isEmpty() ? "" : " ").append(word);
    write(line.append(MARK).toString());
  }

  private void write(String line) {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    lock.lock();
    try {
      while (bytes.hasRemaining()) file.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write the ledger", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
