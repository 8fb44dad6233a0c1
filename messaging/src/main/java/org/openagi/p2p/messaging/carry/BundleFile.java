package org.openagi.p2p.messaging.carry;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.identity.PublicKey;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.codec.ChunkHeader;
import org.openagi.p2p.messaging.codec.FrameAssembler;
import org.openagi.p2p.messaging.codec.FrameType;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.codec.SealText;
import org.openagi.p2p.messaging.codec.WireLimits;

/**
 * A file of bundles whose signatures were all checked. Immutable, but for the array it was made from.
 *
 * @param sender whose key signed the file and each bundle in it
 * @param recipient whom the messages are for
 * @param sections what goes over the stream of each lane
 * @see "docs/wire/bundle-file.md"
 */
public record BundleFile(PeerId sender, PeerId recipient, List<Section> sections) {
  /** The longest file: what a writer makes at most, the longest message last. */
  public static final int MAX_BYTES = 160 << 20;

  /**
   * A lane's part.
   *
   * @param lane which
   * @param epoch of the sender's outbox
   * @param first lowest number that was not settled for the sender
   * @param end one more than the last number here
   * @param frames HELLO, CHUNK and SEAL frames as on the wire
   */
  public record Section(Lane lane, long epoch, long first, long end, Bytes frames) {}

  /**
   * Reads a file and checks every signature in it.
   *
   * @throws ProtocolViolationException if anything is wrong with it, saying where
   */
  public static BundleFile read(byte[] file) throws ProtocolViolationException {
    if (file.length > MAX_BYTES) {
      throw violation("file of " + file.length + " bytes, allowed are " + MAX_BYTES);
    }
    return new Reader(file).read();
  }

  private static ProtocolViolationException violation(String what) {
    return new ProtocolViolationException(Scope.PEER, what);
  }

  private record Sealable(long first, long count, Bytes digest) {}

  /** Goes through a file once. */
  private static final class Reader implements FrameAssembler.Sink {
    private final byte[] file;
    private final ByteBuf in;
    private final List<Section> sections = new ArrayList<>();
    private final Set<Lane> lanes = EnumSet.noneOf(Lane.class);
    private final BundleDigest bundle = new BundleDigest();
    private final ArrayDeque<Sealable> unsealed = new ArrayDeque<>();

    private PublicKey signer;
    private PeerId sender;
    private PeerId recipient;

    private @Nullable Hello hello;
    private @Nullable SealText text;
    private long expected;
    private int sectionStart;
    private boolean ended;

    Reader(byte[] file) throws ProtocolViolationException {
      this.file = file;
      this.in = Unpooled.wrappedBuffer(file);
      byte[] magic = take(BundleFileForm.MAGIC.length, "magic");
      if (!Arrays.equals(magic, BundleFileForm.MAGIC)) throw violation("not a file of bundles");
      int version = take(1, "version")[0] & 0xff;
      if (version != BundleFileForm.VERSION) {
        throw violation("file of version " + version + ", known is " + BundleFileForm.VERSION);
      }
      byte[] keyLength = take(2, "key length");
      int length = (keyLength[0] & 0xff) << 8 | (keyLength[1] & 0xff);
      if (length > PublicKey.MAX_PROTOBUF_BYTES) {
        throw violation("key of " + length + " bytes, allowed are " + PublicKey.MAX_PROTOBUF_BYTES);
      }
      signer = PublicKey.fromProtobuf(Bytes.wrap(take(length, "key")));
      sender = signer.toPeerId();
      int idLength = take(1, "recipient length")[0] & 0xff;
      recipient = PeerId.fromBytes(Bytes.wrap(take(idLength, "recipient")));
    }

    private byte[] take(int length, String field) throws ProtocolViolationException {
      if (in.readableBytes() < length) {
        throw violation("file ends in its " + field + ", at byte " + file.length);
      }
      byte[] bytes = new byte[length];
      in.readBytes(bytes);
      return bytes;
    }

    BundleFile read() throws ProtocolViolationException {
      FrameAssembler assembler = new FrameAssembler(this);
      assembler.onBytes(in);
      if (!ended) throw violation("file is cut off at byte " + file.length);
      if (sections.isEmpty()) throw violation("file holds no lane");
      return new BundleFile(sender, recipient, List.copyOf(sections));
    }

    @Override
    public boolean onFrame(int type, byte[] body) throws ProtocolViolationException {
      int end = in.readerIndex();
      int start = end - body.length - Varint.sizeOf(body.length) - 1;
      if (hello == null && type != FrameType.HELLO) {
        throw violation("frame of type " + type + " at byte " + start + ", expected HELLO");
      }
      switch (type) {
        case FrameType.HELLO -> onHello(body, start);
        case FrameType.CHUNK -> onChunk(body);
        case FrameType.SEAL -> onSeal(body);
        case BundleFileForm.END -> {
          onEnd(body, start);
          return false;
        }
        default -> {
          if (!FrameType.isSkippable(type)) {
            throw violation("frame of unknown type " + type + " at byte " + start);
          }
        }
      }
      return true;
    }

    private void onHello(byte[] body, int start) throws ProtocolViolationException {
      endSection(start);
      Hello opened = Hello.decode(body);
      if (opened.version() != WireLimits.VERSION) throw violation("lane of another version");
      if (!Lane.isKnown(opened.lane())) throw violation("lane " + opened.lane());
      Lane lane = Lane.ofNumber(opened.lane());
      if (!lanes.add(lane)) throw violation("lane " + lane + " twice");
      hello = opened;
      text = new SealText(sender, recipient, lane, opened.epoch());
      expected = opened.first();
      sectionStart = start;
    }

    private void onChunk(byte[] body) throws ProtocolViolationException {
      ChunkHeader header = ChunkHeader.decode(body);
      if (header.first() != expected) {
        throw violation("chunk starts at " + header.first() + ", expected " + expected);
      }
      boolean starts = header.has(ChunkHeader.START);
      if (!starts && bundle.chunks() == 0) throw violation("chunk outside of a bundle");
      if (starts && bundle.chunks() > 0) unsealed.addLast(endBundle());
      bundle.addBody(body, header.first(), header.count());
      expected = header.end();
    }

    private Sealable endBundle() {
      return new Sealable(bundle.first(), bundle.count(), Bytes.wrap(bundle.end()));
    }

    private void onSeal(byte[] body) throws ProtocolViolationException {
      Seal seal = Seal.decode(body);
      Sealable next = unsealed.pollFirst();
      if (next == null) {
        if (bundle.chunks() == 0) throw violation("seal without a bundle");
        next = endBundle();
      }
      if (seal.first() != next.first || seal.count() != next.count) {
        throw violation("seal over " + seal.count() + " from " + seal.first() + ", the bundle has "
            + next.count + " from " + next.first);
      }
      SealText of = text;
      byte[] signed =
          of == null ? new byte[0] : of.of(next.first, next.count, next.digest.unsafeArray());
      if (!signer.verify(signed, 0, signed.length, seal.signature())) {
        throw violation("wrong signature of " + sender.shortString() + " over " + next.count
            + " messages from " + next.first);
      }
    }

    private void endSection(int end) throws ProtocolViolationException {
      Hello of = hello;
      if (of == null) return;
      if (bundle.chunks() > 0 || !unsealed.isEmpty()) {
        throw violation("lane " + of.lane() + " ends without a seal, at byte " + end);
      }
      sections.add(new Section(
          Lane.ofNumber(of.lane()),
          of.epoch(),
          of.first(),
          expected,
          Bytes.copyOf(file, sectionStart, end - sectionStart)));
    }

    private void onEnd(byte[] signature, int start) throws ProtocolViolationException {
      endSection(start);
      if (in.isReadable()) throw violation(in.readableBytes() + " bytes after the end");
      MessageDigest sha256 = BundleFileForm.newSha256();
      sha256.update(file, 0, start);
      byte[] signed = BundleFileForm.signedText(sha256.digest());
      if (!signer.verify(signed, 0, signed.length, Bytes.wrap(signature))) {
        throw violation("wrong signature of " + sender.shortString() + " over the file");
      }
      ended = true;
    }
  }
}
