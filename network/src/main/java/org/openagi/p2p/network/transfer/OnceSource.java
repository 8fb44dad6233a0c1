package org.openagi.p2p.network.transfer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/** A stream that goes by once. Confined to the thread that reads it. */
final class OnceSource implements TransferSource {
  private final InputStream content;
  private long position;

  OnceSource(InputStream content) {
    this.content = content;
  }

  @Override
  public OptionalLong size() {
    return OptionalLong.empty();
  }

  @Override
  public InputStream openAt(long offset) throws IOException {
    if (offset != position)
      throw new IOException(
          "the stream was read up to " + position + " and can't be read again from " + offset);
    return new FilterInputStream(content) {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int at, int length) throws IOException {
        int bytes = in.read(target, at, length);
        if (bytes > 0) position += bytes;
        return bytes;
      }

      @Override
      public void close() {
        // There may be another stream to go on with it; its owner closes it.
      }
    };
  }
}
