package org.openagi.p2p.messaging.parcel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.Lane;
import org.openagi.p2p.testkit.TestPeers;

/** Who is thought of what when parcels arrive or do not. */
class CarriersTest {
  private static final PeerId RECIPIENT = TestPeers.peer(1);
  private static final PeerId GOOD = TestPeers.peer(2);
  private static final PeerId BAD = TestPeers.peer(3);

  private final List<String> said = new ArrayList<>();
  private final Carriers carriers = new Carriers(RECIPIENT, new ParcelSenderListener() {
    @Override
    public boolean maySend(Lane lane) {
      return true;
    }

    @Override
    public void onSent(Lane lane, int bytes) {}

    @Override
    public void onStage(Lane lane, long first, long end, Stage stage) {}

    @Override
    public void onCarried(PeerId by) {
      said.add("carried by " + (by.equals(GOOD) ? "good" : "bad"));
    }

    @Override
    public void onLost(PeerId by) {
      said.add("lost by " + (by.equals(GOOD) ? "good" : "bad"));
    }
  });

  @Test
  void silenceSpeaksAgainstNobodyUntilSomethingArrivesByAnother() {
    carriers.onSilence(BAD);
    carriers.onSilence(BAD);
    assertEquals(List.of(), said, "the recipient may be gone");
    carriers.onArrived(GOOD);
    assertEquals(List.of("carried by good", "lost by bad", "lost by bad"), said);
    carriers.onArrived(GOOD);
    assertEquals(4, said.size(), "once each");
  }

  @Test
  void whatArrivesBySomebodySpeaksForIt() {
    carriers.onSilence(GOOD);
    carriers.onArrived(GOOD);
    carriers.onOvertaken(BAD);
    assertEquals(List.of("carried by good", "lost by bad"), said);
  }

  @Test
  void theRecipientItselfIsNotJudgedAndOthersOnlyUpToTheBound() {
    carriers.onSilence(RECIPIENT);
    carriers.onOvertaken(RECIPIENT);
    carriers.onOvertaken(null);
    carriers.onArrived(RECIPIENT);
    assertEquals(List.of(), said);
    for (int i = 0; i < 3 * Carriers.MAX_SILENT; i++) carriers.onSilence(TestPeers.peer(100 + i));
    carriers.onArrived(GOOD);
    assertEquals(1 + Carriers.MAX_SILENT, said.size());
  }
}
