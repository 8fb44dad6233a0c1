package org.openagi.p2p.messaging.sim;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.messaging.PeerLink;
import org.openagi.p2p.messaging.codec.FrameAssembler;

/** A link with room for everything that leads nowhere: what is written is shown to a reader and gone. */
public final class SinkLink implements PeerLink {
  private final Consumer<ByteBuf> reader;
  private boolean reset;

  public SinkLink() {
    this(data -> {});
  }

  /** @param reader borrows what is written */
  public SinkLink(Consumer<ByteBuf> reader) {
    this.reader = reader;
  }

  /** A link whose reader gets the frames of what is written, which must be ones. */
  public static SinkLink ofFrames(FrameAssembler.Sink frames) {
    FrameAssembler assembler = new FrameAssembler(frames);
    return new SinkLink(data -> {
      try {
        assembler.onBytes(data);
      } catch (ProtocolViolationException e) {
        throw new AssertionError(e);
      }
    });
  }

  public boolean isReset() {
    return reset;
  }

  @Override
  public boolean write(ByteBuf data) {
    try {
      reader.accept(data);
    } finally {
      data.release();
    }
    return true;
  }

  @Override
  public void flush() {}

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public void consumed(int bytes) {}

  @Override
  public void closeWrite() {}

  @Override
  public void reset() {
    reset = true;
  }
}
