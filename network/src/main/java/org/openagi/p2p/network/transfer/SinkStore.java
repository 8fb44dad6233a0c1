package org.openagi.p2p.network.transfer;

import java.io.IOException;
import org.openagi.p2p.messaging.transfer.ContentDigest;
import org.openagi.p2p.messaging.transfer.Done;

/** Content that goes to the application. It goes on after a lost stream, not after a restart. */
final class SinkStore implements ReceivingStore {
  private final TransferSink sink;
  private ContentDigest taken = new ContentDigest();

  SinkStore(TransferSink sink) {
    this.sink = sink;
  }

  @Override
  public ContentDigest open() {
    return taken.copy();
  }

  @Override
  public void write(byte[] content, int offset, int length) throws IOException {
    sink.write(content, offset, length);
  }

  @Override
  public void restart() throws IOException {
    sink.restart();
  }

  @Override
  public void checkpoint(ContentDigest digest) throws IOException {
    sink.sync();
  }

  @Override
  public void complete(Done done) throws IOException {
    sink.complete();
  }

  @Override
  public void suspend(ContentDigest digest) {
    taken = digest;
  }

  @Override
  public void close() {
    sink.abandon();
  }

  @Override
  public void discard() {
    sink.abandon();
  }
}
