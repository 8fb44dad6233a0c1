package org.openagi.p2p.simulator;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.MessageStore;
import org.openagi.p2p.messaging.journal.JournalDisk;
import org.openagi.p2p.messaging.journal.SimDisk;
import org.openagi.p2p.overlay.OverlayCrypto;
import org.openagi.p2p.overlay.OverlayFrame;
import org.openagi.p2p.overlay.OverlayHost;
import org.openagi.p2p.overlay.relay.Parcel;
import org.openagi.p2p.overlay.relay.RelayFrame;
import org.openagi.p2p.simulator.check.Promise;
import org.openagi.p2p.simulator.fault.FaultKind;
import org.openagi.p2p.simulator.node.Ports;
import org.openagi.p2p.simulator.node.SimulatedNode;
import org.openagi.p2p.simulator.plant.CarelessCrypto;
import org.openagi.p2p.simulator.plant.ForgetfulStore;
import org.openagi.p2p.simulator.plant.ForwardingHost;
import org.openagi.p2p.simulator.plant.LazyDisk;
import org.openagi.p2p.simulator.plant.PlantSearch;

/**
 * Goal: the checkers see. Method: one bug at a time is put between the parts of all nodes, and has to be found within 50 seeds;
 * how many it took is printed.
 */
class PlantedBugsTest {
  @Test
  void anAcknowledgementBeforeTheWriteIsFound() {
    Ports ports = new Ports() {
      @Override
      public JournalDisk disk(SimDisk disk) {
        return new LazyDisk(disk);
      }
    };
    PlantSearch.isFound(
        "acknowledgement before the write",
        EnumSet.of(FaultKind.POWER, FaultKind.PARTITION),
        ports,
        Promise.NO_SILENT_LOSS,
        Promise.NO_DUPLICATES);
  }

  @Test
  void aWindowOfHandledIdsThatIsTooShortIsFound() {
    Ports ports = new Ports() {
      @Override
      public MessageStore store(MessageStore store) {
        return new ForgetfulStore(store, 1);
      }
    };
    PlantSearch.isFound(
        "window of ids too short", EnumSet.of(FaultKind.CRASH), ports, Promise.NO_DUPLICATES);
  }

  @Test
  void aTtlThatIsNotDecrementedIsFound() {
    Ports ports = new Ports() {
      @Override
      public OverlayHost overlayHost(SimulatedNode node, OverlayHost host) {
        return new ForwardingHost(host) {
          @Override
          public boolean send(PeerId to, OverlayFrame frame) {
            return super.send(to, frame instanceof RelayFrame.Carry carry ? raised(carry) : frame);
          }
        };
      }
    };
    PlantSearch.isFound(
        "ttl not decremented", EnumSet.of(FaultKind.ONEWAY), ports, Promise.NO_LOOPS);
  }

  private static RelayFrame raised(RelayFrame.Carry carry) {
    Parcel parcel = carry.parcel();
    if (parcel.trail().size() < 2) return carry;
    return new RelayFrame.Carry(
        carry.copy(),
        carry.keeper(),
        carry.report(),
        carry.leg(),
        new Parcel(
            parcel.id(),
            parcel.to(),
            parcel.ttl() + 1,
            parcel.lifetimeMillis(),
            parcel.keep(),
            parcel.trail(),
            parcel.sealed()));
  }

  @Test
  void aLoopIsFound() {
    Ports ports = new Ports() {
      @Override
      public OverlayHost overlayHost(SimulatedNode node, OverlayHost host) {
        return new ForwardingHost(host) {
          @Override
          public boolean send(PeerId to, OverlayFrame frame) {
            if (frame instanceof RelayFrame.Carry carry
                && carry.parcel().trail().size() > 1) {
              return super.send(carry.parcel().trail().getFirst().node(), frame);
            }
            return super.send(to, frame);
          }
        };
      }
    };
    PlantSearch.isFound("route loop", EnumSet.of(FaultKind.ONEWAY), ports, Promise.NO_LOOPS);
  }

  @Test
  void anAdvertThatNobodySignedIsFound() {
    Ports ports = new Ports() {
      @Override
      public OverlayCrypto overlayCrypto(SimulatedNode node, OverlayCrypto crypto) {
        return new CarelessCrypto(crypto);
      }
    };
    PlantSearch.isFound("unsigned advert", EnumSet.of(FaultKind.BYZANTINE), ports, Promise.ROUTES);
  }
}
