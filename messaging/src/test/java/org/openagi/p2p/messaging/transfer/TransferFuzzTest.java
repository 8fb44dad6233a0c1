package org.openagi.p2p.messaging.transfer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Any frames end in an event or a named refusal, never in another exception. */
class TransferFuzzTest {
  @FuzzTest
  void offer(byte[] body) {
    try {
      Offer.open(
          body, body.length, TransferPair.SENDER.publicKey(), TransferPair.RECIPIENT.peerId());
    } catch (TransferException expected) {
      return;
    }
  }

  @FuzzTest
  void frames(byte[] data) {
    TransferPair pair = new TransferPair(TransferPair.offer(-1));
    try {
      pair.shake(new ContentDigest());
      if (data.length > 0 && data[0] % 2 == 0) pair.sender.start(new ContentDigest());
      for (int at = 1; at + 2 <= data.length; ) {
        int type = data[at] & 0xff;
        int length = Math.min(data[at + 1] & 0xff, data.length - at - 2);
        byte[] body = Arrays.copyOfRange(data, at + 2, at + 2 + length);
        at += 2 + length;
        if ((type & 0x40) != 0) pair.sender.onFrame(type, body, length);
        else pair.recipient.onFrame(type, body, length);
      }
    } catch (TransferException expected) {
      return;
    }
  }
}
