package org.openagi.p2p.messaging.journal;

import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;

/**
 * How far handlers got since the last group was written, in memory that outlives the process, but not a loss of power.
 * So a process that is killed hands over again only what a handler was at work on, and not what was handled while the
 * disk was busy with the group before.
 *
 * <p>A slot for each lane, found by its id; and a ring of the users' ids that are not written yet. A number is entered
 * only when all that was told before it is safe as well: its user's id is in the ring or written, the refusals below it
 * are written. {@link #enter} is called by a lane's drain, {@link #addId} by one thread at a time, {@link #onIdsWritten} by
 * the disk's.
 *
 * <pre>
 * offset  bytes           field
 *      0      8           magic
 *      8      8           boot id; the rest counts only in the same run of the operating system
 *     16     16 x SLOTS   lanes: key u64, handled end u64
 *            192 x IDS    ids: number u64 from 1, 0 while it is changed; sender u8 length and 55 bytes; id u8 length
 *                         and 127 bytes
 * </pre>
 *
 * @see "docs/wire/journal.md, section 6"
 */
final class HandledBoard {
  static final int SLOTS = 16_384;

  /** Ids in the ring; while as many wait to be written, handled numbers are not entered. */
  static final int IDS = 1024;

  private static final long MAGIC = 0x7032702d626f6172L;
  private static final int LANES_AT = 16;
  private static final int LANE_BYTES = 16;
  private static final int IDS_AT = LANES_AT + SLOTS * LANE_BYTES;
  private static final int ID_BYTES = 192;
  private static final int SENDER_AT = 8;
  private static final int SENDER_MAX_BYTES = 55;
  private static final int TEXT_AT = SENDER_AT + 1 + SENDER_MAX_BYTES;
  private static final int TEXT_MAX_BYTES = ID_BYTES - TEXT_AT - 1;

  /** How much memory it takes. */
  static final int BYTES = IDS_AT + IDS * ID_BYTES;

  private final ByteBuffer memory;
  private long idsAdded;
  private volatile long idsWritten;

  /** Ids up to this one must be written before numbers are entered. */
  private volatile long idsMissing;

  /** An id that was handled. */
  record HandledId(PeerId sender, String id) {}

  HandledBoard(ByteBuffer memory) {
    if (memory.capacity() < BYTES) {
      throw new IllegalArgumentException(
          "board of " + memory.capacity() + " bytes, needs " + BYTES);
    }
    this.memory = memory;
  }

  /** Whether it was filled in this run of the operating system. */
  boolean isOf(long bootId) {
    return bootId != 0 && memory.getLong(0) == MAGIC && memory.getLong(8) == bootId;
  }

  /** Empties it, for a process of this run of the operating system. */
  void reset(long bootId) {
    for (int at = 0; at < BYTES; at += 8) memory.putLong(at, 0);
    memory.putLong(8, bootId);
    VarHandle.releaseFence();
    memory.putLong(0, MAGIC);
  }

  /** The end that was entered for a lane, 0 if none. */
  long end(JournalInbox.Place place) {
    int at = slot(place);
    return memory.getLong(at) == key(place) ? memory.getLong(at + 8) : 0;
  }

  /** The ids in the ring, in the order they were added. */
  List<HandledId> ids() {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < IDS; i++) {
      long number = memory.getLong(IDS_AT + i * ID_BYTES);
      if (number > 0 && number % IDS == i) numbers.add(number);
    }
    numbers.sort(null);
    List<HandledId> found = new ArrayList<>();
    for (long number : numbers) {
      HandledId id = readId(idAt(number));
      if (id != null) found.add(id);
    }
    return found;
  }

  private @Nullable HandledId readId(int at) {
    Bytes sender = read(at + SENDER_AT, SENDER_MAX_BYTES);
    Bytes text = read(at + TEXT_AT, TEXT_MAX_BYTES);
    try {
      return new HandledId(PeerId.fromBytes(sender), text.toUtf8());
    } catch (ProtocolViolationException | IllegalArgumentException e) {
      return null; // not written by us: then it says nothing
    }
  }

  private Bytes read(int at, int max) {
    byte[] bytes = new byte[Math.min(memory.get(at) & 0xff, max)];
    for (int i = 0; i < bytes.length; i++) bytes[i] = memory.get(at + 1 + i);
    return Bytes.wrap(bytes);
  }

  /** Gives a lane its slot; who had it before loses it. */
  void claim(JournalInbox.Place place, long end) {
    int at = slot(place);
    memory.putLong(at, 0);
    VarHandle.releaseFence();
    memory.putLong(at + 8, end);
    VarHandle.releaseFence();
    memory.putLong(at, key(place));
  }

  /** A handler is done with all numbers below; forgotten if an id before them is not safe yet. */
  void enter(JournalInbox.Place place, long end) {
    if (idsMissing > idsWritten) return;
    int at = slot(place);
    if (memory.getLong(at) != key(place)) return;
    VarHandle.releaseFence();
    memory.putLong(at + 8, end);
  }

  /** The message of this id was handled. */
  void addId(PeerId sender, String id) {
    long number = ++idsAdded;
    Bytes from = sender.toBytes();
    Bytes text = Bytes.ofUtf8(id);
    boolean fits = from.length() <= SENDER_MAX_BYTES && text.length() <= TEXT_MAX_BYTES;
    if (!fits || number - idsWritten > IDS) {
      idsMissing = number;
      return;
    }
    int at = idAt(number);
    memory.putLong(at, 0);
    VarHandle.releaseFence();
    write(at + SENDER_AT, from);
    write(at + TEXT_AT, text);
    VarHandle.releaseFence();
    memory.putLong(at, number);
    VarHandle.releaseFence();
  }

  private void write(int at, Bytes bytes) {
    memory.put(at, (byte) bytes.length());
    for (int i = 0; i < bytes.length(); i++) memory.put(at + 1 + i, bytes.get(i));
  }

  /** So many more ids are in the journal, in the order they were added. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the disk's thread alone writes it
  void onIdsWritten(int count) {
    idsWritten += count;
  }

  private static int slot(JournalInbox.Place place) {
    return LANES_AT + Math.floorMod(place.id(), SLOTS) * LANE_BYTES;
  }

  private static int idAt(long number) {
    return IDS_AT + (int) (number % IDS) * ID_BYTES;
  }

  /** Never 0, and of another lane only by chance: ids are given anew when their declaration was not written. */
  private static long key(JournalInbox.Place place) {
    long mixed = place.epoch() * 31 + place.sender().hashCode();
    return (mixed * 31 + place.id()) * 31 + place.lane().number() | 1;
  }
}
