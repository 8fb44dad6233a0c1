package org.openagi.p2p.messaging.parcel;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.Reach;
import org.openagi.p2p.testkit.VirtualWorld;

/** Any bytes end in a value or a named refusal; what a peer signed and sealed does not get further than it may either. */
class ParcelFuzzTest {
  @FuzzTest
  void content(byte[] data) {
    try {
      ParcelContent.read(data, ParcelPairTest.BOB.peerId());
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void section(byte[] data) {
    try {
      Section.decode(Bytes.copyOf(data));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void receipt(byte[] data) {
    try {
      Receipt.decode(Bytes.copyOf(data));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void keys(byte[] data) {
    try {
      Prekeys.decode(Bytes.copyOf(data), new SecureRandom());
      SealKey.decode(Bytes.copyOf(data));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  @FuzzTest
  void sealed(byte[] data) {
    Prekeys keys = new Prekeys(new SecureRandom());
    keys.rotate(0);
    try {
      keys.open(ParcelPairTest.BOB.peerId(), Bytes.copyOf(data));
    } catch (ProtocolViolationException expected) {
      return;
    }
  }

  /** A peer that signs and seals what it likes, one body after the other: kind, length, body. */
  @FuzzTest
  void hostile(byte[] data) throws ProtocolViolationException {
    VirtualWorld world = new VirtualWorld(1);
    SimCourier courier = new SimCourier(world);
    SimNode bob = new SimNode(
        world,
        courier,
        ParcelPairTest.BOB,
        ParcelPairTest.ALICE.peerId(),
        SimNode.Setting.defaults());
    bob.handle(message -> {});
    courier.reach(ParcelPairTest.ALICE.peerId(), Reach.Kind.ROUTED);
    ParcelSeal seal = new ParcelSeal(ParcelPairTest.ALICE);
    List<Parcel> parcels = new ArrayList<>();
    for (int at = 0; at + 3 <= data.length && parcels.size() < 16; ) {
      int kind = data[at] & 3;
      int length =
          Math.min((data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff), data.length - at - 3);
      byte[] body = java.util.Arrays.copyOfRange(data, at + 3, at + 3 + length);
      at += 3 + length;
      byte[] id = new byte[Parcel.ID_BYTES];
      id[0] = (byte) parcels.size();
      parcels.add(new Parcel(
          Bytes.wrap(id),
          ParcelPairTest.BOB.peerId(),
          8,
          60_000,
          true,
          List.of(),
          seal.seal(ParcelPairTest.BOB.peerId(), bob.prekeys.announcement(), kind, body)));
    }
    parcels.forEach(bob::onParcel);
    world.runFor(1_000_000_000L);
  }
}
