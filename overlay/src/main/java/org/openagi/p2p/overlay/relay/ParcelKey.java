package org.openagi.p2p.overlay.relay;

import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.codec.WireReader;
import org.openagi.p2p.core.codec.WireWriter;
import org.openagi.p2p.core.error.ProtocolViolationException;

/**
 * One of the copies of a parcel that are on their way. All frames about it name it.
 *
 * @param id the parcel's
 * @param copy 0 is on its way to the recipient, 1 to {@link RelayFrame#MAX_KEEPERS} to a node that is to keep it. A node that kept copy
 *     k sends {@code k + 4n} to the recipient, n being 1 to 63 and another one at each attempt
 */
public record ParcelKey(Bytes id, int copy) {
  /** Validates. */
  public ParcelKey {
    if (id.length() != Parcel.ID_BYTES) {
      throw new IllegalArgumentException("parcel id of " + id.length() + " bytes");
    }
    if (copy < 0 || copy > 255) throw new IllegalArgumentException("copy " + copy);
  }

  @Override
  public int hashCode() {
    return id.hashCode() + copy;
  }

  void write(WireWriter out) {
    out.bytes(id).u8(copy);
  }

  static ParcelKey read(WireReader in) throws ProtocolViolationException {
    Bytes id = in.bytes(Parcel.ID_BYTES, "parcel id");
    return new ParcelKey(id, in.u8("copy"));
  }
}
