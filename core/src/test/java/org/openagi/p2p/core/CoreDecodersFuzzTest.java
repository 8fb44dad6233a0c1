package org.openagi.p2p.core;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.core.multiformats.Base32;
import org.openagi.p2p.core.multiformats.Base58;
import org.openagi.p2p.core.multiformats.Multibase;
import org.openagi.p2p.core.multiformats.Multihash;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.core.protobuf.ProtoReader;
import org.openagi.p2p.core.record.NodeRecord;
import org.openagi.p2p.core.record.PeerRecord;
import org.openagi.p2p.core.record.SignedEnvelope;

/**
 * Every decoder of the module on hostile input. Each either refuses it in the one way it may, or gives a value
 * that encodes to the same input (or to one that is read as the same value).
 */
class CoreDecodersFuzzTest {
  private static final HostKey KEY = HostKey.fromSeed(Bytes.fromHex("01".repeat(32)));

  @FuzzTest
  void varint(byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data);
    try {
      long value = Varint.read(in);
      byte[] again = new byte[Varint.MAX_BYTES];
      int length = Varint.write(value, again, 0);
      require(Bytes.copyOf(again, 0, length).equals(Bytes.copyOf(data, 0, in.position())));
    } catch (ProtocolViolationException expected) {
      // refused
    }
  }

  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    refusable(() -> require(Base58.encode(Base58.decode(text)).equals(text)));
    refusable(() -> require(Base32.encode(Base32.decode(text)).equalsIgnoreCase(text)));
    refusable(() -> {
      for (Multibase base : Multibase.values()) {
        if (text.indexOf(base.prefix()) == 0)
          require(base.encode(Multibase.decode(text)).equals(text));
      }
      Multibase.decode(text);
    });
  }

  @FuzzTest
  void multihash(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> require(Multihash.decode(bytes).encode().equals(bytes)));
  }

  @FuzzTest
  void protoReader(byte[] data) {
    refusable(() -> walk(ProtoReader.of(ByteBuffer.wrap(data), Scope.STREAM)));
  }

  private static void walk(ProtoReader in) throws ProtocolViolationException {
    while (in.nextField()) {
      switch (in.field() % 8) {
        case 0 -> in.readVarint();
        case 1 -> in.readUnsigned(1000);
        case 2 -> in.readBytes(64);
        case 3 -> in.readString(64);
        case 4 -> walk(in.readMessage(1024));
        case 5 -> in.readFixed32();
        case 6 -> in.readFixed64();
        default -> in.skip();
      }
    }
  }

  @FuzzTest
  void multiaddrBytes(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> {
      Multiaddr address = Multiaddr.fromBytes(bytes);
      require(Multiaddr.of(address.components()).toBytes().equals(bytes));
      use(address);
    });
  }

  @FuzzTest
  void multiaddrText(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    refusable(() -> {
      Multiaddr address = Multiaddr.parse(text);
      require(Multiaddr.fromBytes(address.toBytes()).equals(address));
      use(address);
    });
  }

  private static void use(Multiaddr address) {
    address.toString();
    address.peerId();
    address.withoutPeerId();
    address.isTcp();
    address.isPrivate();
    address.isLoopback();
  }

  @FuzzTest
  void peerId(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> {
      PeerId id = PeerId.fromBytes(bytes);
      require(id.toBytes().equals(bytes));
      require(PeerId.parse(id.toString()).equals(id) && PeerId.parse(id.toCid()).equals(id));
      id.publicKey();
    });
    refusable(() -> PeerId.parse(new String(data, StandardCharsets.UTF_8)));
  }

  @FuzzTest
  void publicKey(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> {
      PublicKey key = PublicKey.fromProtobuf(bytes);
      require(key.toProtobuf().equals(bytes));
      require(!key.verify(Bytes.EMPTY, bytes));
      key.toPeerId();
    });
  }

  @FuzzTest
  void hostKey(byte[] data) {
    refusable(() -> HostKey.fromProtobuf(Bytes.copyOf(data)).peerId());
  }

  @FuzzTest
  void signedEnvelope(byte[] data) {
    refusable(() -> SignedEnvelope.open(Bytes.copyOf(data), "fuzz"));
  }

  /** As payload of a good envelope too, or fuzzing would never get past the signature. */
  @FuzzTest
  void peerRecord(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> PeerRecord.open(bytes));
    refusable(() ->
        PeerRecord.open(SignedEnvelope.seal(KEY, PeerRecord.DOMAIN, PeerRecord.PAYLOAD_TYPE, bytes)
            .encode()));
  }

  /** As payload of a good envelope too, or fuzzing would never get past the signature. */
  @FuzzTest
  void nodeRecord(byte[] data) {
    Bytes bytes = Bytes.copyOf(data);
    refusable(() -> NodeRecord.open(bytes));
    refusable(() ->
        NodeRecord.open(SignedEnvelope.seal(KEY, NodeRecord.DOMAIN, NodeRecord.PAYLOAD_TYPE, bytes)
            .encode()));
  }

  /** Hostile input may be refused in these two ways only. */
  interface Decoding {
    void run() throws ProtocolViolationException;
  }

  private static void refusable(Decoding decoding) {
    try {
      decoding.run();
    } catch (ProtocolViolationException | IllegalArgumentException expected) {
      if (expected.getMessage() == null) throw new AssertionError("refused without a reason");
    }
  }

  private static void require(boolean holds) {
    if (!holds) throw new AssertionError("the value does not encode to its input");
  }
}
