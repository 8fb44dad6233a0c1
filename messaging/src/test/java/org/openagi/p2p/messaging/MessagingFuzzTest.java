package org.openagi.p2p.messaging;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.codec.Ack;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.ChunkReader;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.HelloAck;
import org.openagi.p2p.messaging.codec.Refuse;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.inbox.ReceiveConfig;
import org.openagi.p2p.messaging.outbox.OutboxEntry;
import org.openagi.p2p.messaging.outbox.OutboxQuota;
import org.openagi.p2p.messaging.outbox.SendConfig;
import org.openagi.p2p.messaging.outbox.SendLane;
import org.openagi.p2p.messaging.outbox.SendLaneListener;
import org.openagi.p2p.messaging.outbox.SendResources;
import org.openagi.p2p.messaging.sim.SimCrypto;
import org.openagi.p2p.messaging.sim.SimReceiver;
import org.openagi.p2p.messaging.sim.SimStream;
import org.openagi.p2p.testkit.TestPeers;
import org.openagi.p2p.testkit.VirtualWorld;

/** Any bytes end in a value or a violation, never in another exception or in much memory. */
class MessagingFuzzTest {
  private static final PeerId ALICE = TestPeers.filledKey(1).peerId();
  private static final PeerId BOB = TestPeers.filledKey(2).peerId();
  private static final ZstdDecompressor ZSTD = new ZstdDecompressor();

  @FuzzTest
  void smallFrames(byte[] data) {
    if (data.length == 0) return;
    byte[] body = Arrays.copyOfRange(data, 1, data.length);
    try {
      switch (data[0] % 5) {
        case 0 -> Hello.decode(body).toFrame();
        case 1 -> HelloAck.decode(body).toFrame();
        case 2 -> Ack.decode(body).toFrame();
        case 3 -> Seal.decode(body).toFrame();
        default -> Refuse.decode(body).toFrame();
      }
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void chunk(byte[] body) {
    try {
      ChunkHeader header = ChunkHeader.decode(body);
      ChunkReader reader = new ChunkReader(Lane.BULK, 1 << 20);
      int offset = header.contentOffset();
      byte[] content = header.has(ChunkHeader.ZSTD)
          ? ZSTD.decompress(
              body,
              offset,
              body.length - offset,
              header.rawLength(),
              header.has(ChunkHeader.DICTIONARY))
          : Arrays.copyOfRange(body, offset, body.length);
      reader.start(header, content, 0, content.length);
      while (reader.next() != ChunkReader.END) {
        if (reader.payload().length() > content.length) throw new AssertionError("payload grew");
      }
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void frames(byte[] data) {
    FrameAssembler assembler = new FrameAssembler((type, body) -> true);
    try {
      int piece = data.length == 0 ? 1 : 1 + (data[0] & 0x3f);
      for (int at = 0; at < data.length; at += piece) {
        int length = Math.min(piece, data.length - at);
        assembler.onBytes(Unpooled.wrappedBuffer(data, at, length));
      }
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  /** Compressed bytes, with what their chunk says of them, with and without the dictionary. */
  @FuzzTest
  void compressed(byte[] data) {
    if (data.length < 3) return;
    int rawLength = 1 + ((data[0] & 0x7f) << 8 | data[1] & 0xff);
    try {
      byte[] raw = ZSTD.decompress(data, 2, data.length - 2, rawLength, data[0] < 0);
      if (raw.length != rawLength) throw new AssertionError(raw.length + " of " + rawLength);
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  /** A whole receiving stream, opened properly, gets the bytes. */
  @FuzzTest
  void receiveStream(byte[] data) {
    VirtualWorld world = new VirtualWorld(1);
    SimReceiver receiver = new SimReceiver(world, BOB, ALICE, ReceiveConfig.defaults());
    receiver.handlers.addForAll(m -> {
      if (m.messageId().isEmpty()) throw new AssertionError("no id");
    });
    SimStream stream = new SimStream(world, 1, 1 << 20, 1 << 12);
    stream.opener.setReceiver(new Deaf());
    receiver.accept(stream);
    stream.opener.write(Unpooled.wrappedBuffer(new Hello(1, 2, 1, 7, 1, 60_000).toFrame()));
    stream.opener.write(Unpooled.wrappedBuffer(data));
    stream.opener.flush();
    world.runFor(1_000_000);
  }

  /** A whole sending lane gets the bytes as its recipient's answer. */
  @FuzzTest
  void sendLane(byte[] data) {
    VirtualWorld world = new VirtualWorld(1);
    var log = new MemoryMessageStore(world.random(), world.time()).outbox(BOB, Lane.BULK);
    OutboxQuota quota = new OutboxQuota("b", null, 1000, 1 << 20);
    SendLaneListener listener = new SendLaneListener() {
      @Override
      public void onSettled(java.util.List<OutboxEntry> entries) {}

      @Override
      public void onRefused(Refuse refuse) {}
    };
    SendLane lane = new SendLane(
        SendConfig.defaults(),
        ALICE,
        BOB,
        Lane.BULK,
        log,
        quota,
        SimCrypto.signer(world),
        listener,
        world.time());
    for (int i = 0; i < 10; i++) {
      quota.reserve(1);
      log.append(new OutboxEntry(NetworkMessage.text("b", "x"), n -> "", 0, null));
    }
    SimStream stream = new SimStream(world, 1, 1 << 20, 1 << 12);
    stream.opener.setReceiver(new Deaf());
    stream.acceptor.setReceiver(new Deaf());
    lane.attach(
        stream.opener,
        new SendResources(
            new ChunkEncoder(),
            new ZstdCompressor(1),
            io.netty.buffer.UnpooledByteBufAllocator.DEFAULT));
    // What arrives in the sender's window is never more than it gave credit for.
    stream.opener.allowCredit(data.length);
    try {
      lane.onBytes(Unpooled.wrappedBuffer(data));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  private static final class Deaf implements SimStream.Receiver {
    @Override
    public void onData(ByteBuf data) {}

    @Override
    public void onReadComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onRemoteClosed() {}

    @Override
    public void onClosed() {}
  }
}
