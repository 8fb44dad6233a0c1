package org.openagi.p2p.messaging.carry;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.multiformats.Varint;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.messaging.bundle.BundleDigest;
import org.openagi.p2p.messaging.codec.ChunkCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;
import org.openagi.p2p.messaging.codec.Hello;
import org.openagi.p2p.messaging.codec.Seal;
import org.openagi.p2p.messaging.codec.SealText;
import org.openagi.p2p.messaging.codec.WireLimits;
import org.openagi.p2p.messaging.outbox.OutboxEntry;

/**
 * Writes messages of one sender to one recipient into a file: for each lane what would go over its stream. Confined to one
 * thread.
 *
 * @see "docs/wire/bundle-file.md"
 */
public final class BundleFileWriter {
  /** From here on the file takes no further message; the last may be as long as a message can be. */
  public static final int TARGET_BYTES = 64 << 20;

  /** Frames after which a bundle is sealed. */
  private static final int SEAL_BYTES = 1 << 20;

  private final HostKey key;
  private final PeerId recipient;
  private final ChunkEncoder encoder = new ChunkEncoder();
  private final SectionWriter writer;
  private final BundleDigest bundle = new BundleDigest();
  private final MessageDigest whole = BundleFileForm.newSha256();
  private final List<byte[]> pieces = new ArrayList<>();
  private long size;
  private int messages;

  /**
   * A file without messages.
   *
   * @param key of the sender
   * @param compressor tried on each chunk, null for none
   */
  public BundleFileWriter(HostKey key, PeerId recipient, @Nullable ChunkCompressor compressor) {
    this.key = key;
    this.recipient = recipient;
    this.writer = new SectionWriter(encoder, compressor);
    Bytes signer = key.publicKey().toProtobuf();
    Bytes to = recipient.toBytes();
    write(BundleFileForm.MAGIC);
    write(new byte[] {BundleFileForm.VERSION, (byte) (signer.length() >>> 8), (byte) signer.length()
    });
    write(signer.toArray());
    write(new byte[] {(byte) to.length()});
    write(to.toArray());
  }

  /** Whether the file takes no further message. */
  public boolean isFull() {
    return size >= TARGET_BYTES;
  }

  /** How many messages it holds; those that had ended are not counted. */
  public int messages() {
    return messages;
  }

  /**
   * Adds the messages of a lane, each lane once. Ended ones leave a hole.
   *
   * @param first number of the first entry, the lowest that is not settled
   * @param lifetimeMillis of messages that don't say otherwise
   * @param epochMillis time of creation of messages that have none
   * @param entries with consecutive numbers
   * @return one more than the last number in the file
   */
  public long addLane(
      Lane lane,
      long epoch,
      long first,
      long lifetimeMillis,
      long epochMillis,
      List<OutboxEntry> entries) {
    write(new Hello(WireLimits.VERSION, lane.number(), 0, epoch, first, lifetimeMillis).toFrame());
    SealText text = new SealText(key.peerId(), recipient, lane, epoch);
    writer.begin(
        first, 0, SectionWriter.UNCUT, epochMillis, entries, (entry, written) -> !isFull());
    while (writer.hasMore()) {
      long number = writer.number();
      writer.writeChunk(bundle.chunks() == 0);
      int from = encoder.frameOffset();
      int length = encoder.frameLength();
      bundle.addFrame(encoder.array(), from, length, number, encoder.count());
      write(Arrays.copyOfRange(encoder.array(), from, from + length));
      if (bundle.frameBytes() >= SEAL_BYTES) seal(text);
    }
    if (bundle.chunks() > 0) seal(text);
    messages += writer.messages();
    return writer.number();
  }

  private void seal(SealText text) {
    long first = bundle.first();
    long count = bundle.count();
    byte[] signed = text.of(first, count, bundle.end());
    write(new Seal(first, count, key.sign(signed, 0, signed.length)).toFrame());
  }

  /** Ends the file and returns it. */
  public byte[] toBytes() {
    byte[] signed = BundleFileForm.signedText(whole.digest());
    Bytes signature = key.sign(signed, 0, signed.length);
    byte[] end = new byte[1 + Varint.sizeOf(signature.length()) + signature.length()];
    end[0] = BundleFileForm.END;
    int at = Varint.write(signature.length(), end, 1);
    signature.copyTo(0, end, at, signature.length());
    pieces.add(end);
    byte[] file = new byte[Math.toIntExact(size + end.length)];
    int position = 0;
    for (byte[] piece : pieces) {
      System.arraycopy(piece, 0, file, position, piece.length);
      position += piece.length;
    }
    return file;
  }

  private void write(byte[] piece) {
    whole.update(piece);
    pieces.add(piece);
    size += piece.length;
  }
}
