package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/** Content to be sent. Read by one thread at a time, a virtual one, which it may block. */
public interface TransferSource {
  /** How many bytes there are in all, if that is known; asked once. */
  OptionalLong size() throws IOException;

  /**
   * Gives the content from an offset on. Asked again after the connection was lost, with the offset up
   * to which the recipient has it; the stream given before is closed by then.
   *
   * @param offset 0 to the size
   * @throws IOException if the content can't be had from there; the transfer then fails
   */
  InputStream openAt(long offset) throws IOException;

  /** The content of a file, which must not change meanwhile. */
  static TransferSource of(Path file) {
    return new TransferSource() {
      @Override
      public OptionalLong size() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          return OptionalLong.of(channel.size());
        }
      }

      @Override
      public InputStream openAt(long offset) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        return Channels.newInputStream(channel.position(offset));
      }
    };
  }

  /**
   * What a stream gives until it ends. It can't be read twice: when the connection is lost and not
   * everything that was read has arrived, the transfer fails.
   */
  static TransferSource once(InputStream content) {
    return new OnceSource(content);
  }
}
