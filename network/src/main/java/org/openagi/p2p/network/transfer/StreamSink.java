package org.openagi.p2p.network.transfer;

import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream as a sink. */
final class StreamSink implements TransferSink {
  private static final Logger LOG = LoggerFactory.getLogger(StreamSink.class);

  private final OutputStream target;

  StreamSink(OutputStream target) {
    this.target = target;
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    target.write(content, offset, length);
  }

  @Override
  public void sync() throws IOException {
    target.flush();
  }

  @Override
  public void restart() throws IOException {
    throw new IOException("the sender has other content than before, and a stream can't go back");
  }

  @Override
  public void complete() throws IOException {
    target.close();
  }

  @Override
  public void abandon() {
    try {
      target.close();
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("sink of a failed transfer not closed");
    }
  }
}
