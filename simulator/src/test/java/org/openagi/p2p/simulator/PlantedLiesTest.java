package org.openagi.p2p.simulator;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.bytes.Bytes;
import org.openagi.p2p.core.crypto.Hpke;
import org.openagi.p2p.core.error.ProtocolViolationException;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.simulator.check.Promise;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.node.Offence;
import org.openagi.p2p.simulator.node.Ports;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.plant.CarelessCrypto;
import org.openagi.p2p.simulator.plant.ForwardingHost;
import org.openagi.p2p.simulator.plant.PlantSearch;

/** Goal: the checkers of secrets and of liars see, too. Method: as {@link PlantedBugsTest}. */
class PlantedLiesTest {
  private static final Ports NEVER_CUTS = new Ports() {
    @Override
    public OverlayHost overlayHost(SimulatedNode node, OverlayHost host) {
      return new ForwardingHost(host) {
        @Override
        public void disconnect(PeerId peer, Cut cut, String why) {
          if (cut != Cut.HOSTILE) super.disconnect(peer, cut, why);
        }
      };
    }
  };

  @Test
  void aNodeThatNeverCutsAnybodyIsFound() {
    PlantSearch.isFound(
        "liars are not cut off", EnumSet.of(FaultKind.BYZANTINE), NEVER_CUTS, Promise.JUST);
  }

  @Test
  void aFloodThatGoesOnIsFound() {
    PlantSearch.isFound(
        "floods go on", EnumSet.of(FaultKind.BYZANTINE), NEVER_CUTS, finding -> finding
            .what()
            .contains(Offence.FLOOD.name()));
  }

  /** Whoever passes on what it has not checked is blamed for what others forged. */
  @Test
  void aHoleByWhichLiarsGetOthersBlamedIsFound() {
    Ports ports = new Ports() {
      @Override
      public OverlayCrypto overlayCrypto(SimulatedNode node, OverlayCrypto crypto) {
        return node.index() % 2 == 0 ? crypto : new CarelessCrypto(crypto);
      }
    };
    PlantSearch.isFound("others are blamed", EnumSet.of(FaultKind.BYZANTINE), ports, Promise.JUST);
  }

  @Test
  void aSealThatDoesNotSealIsFound() {
    Ports ports = new Ports() {
      @Override
      public Hpke hpke(Hpke hpke) {
        return new Open(hpke);
      }
    };
    PlantSearch.isFound(
        "nothing is sealed", EnumSet.of(FaultKind.BARRED), ports, Promise.CONFIDENTIAL);
  }

  private record Open(Hpke hpke) implements Hpke {
    @Override
    public String name() {
      return "open";
    }

    @Override
    public byte[] seal(Bytes recipientKey, byte[] info, byte[] associated, byte[] plaintext)
        throws ProtocolViolationException {
      byte[] sealed = new byte[ENCAPSULATED_BYTES + plaintext.length];
      System.arraycopy(plaintext, 0, sealed, ENCAPSULATED_BYTES, plaintext.length);
      return sealed;
    }

    @Override
    public byte[] open(Bytes recipientKey, byte[] info, byte[] associated, byte[] sealed)
        throws ProtocolViolationException {
      return hpke.open(recipientKey, info, associated, sealed);
    }
  }
}
