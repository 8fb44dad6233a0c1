package org.openagi.p2p.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.identity.HostKey;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.testkit.SeededRandom;

class AnnouncedNamesTest {
  private final AnnouncedNames names = new AnnouncedNames();

  private static PeerId node(int number) {
    return HostKey.generate(SeededRandom.secure(number)).peerId();
  }

  @Test
  void aNameThatTwoClaimBelongsToNeither() {
    names.onNamed(node(1), "bob");
    assertEquals(Optional.of(node(1)), names.peer("bob"));
    names.onNamed(node(2), "bob");
    assertEquals(Optional.empty(), names.peer("bob"));
    assertEquals(Optional.empty(), names.alias(node(1)));
    assertEquals(List.of(node(1), node(2)), names.claimants("bob"));
    names.onNamed(node(2), "robert");
    assertEquals(Optional.of(node(1)), names.peer("bob"));
    assertEquals(Optional.of("robert"), names.alias(node(2)));
  }

  @Test
  void forgetsTheOldestBeyondItsBound() {
    PeerId first = node(0);
    names.onNamed(first, "first");
    for (int i = 1; i <= AnnouncedNames.NAMES_MAX; i++) names.onNamed(node(i), "n" + i);
    assertEquals(Optional.empty(), names.peer("first"));
    assertEquals(Optional.of(node(1)), names.peer("n1"));
  }

  @Test
  void aNodeWithoutANameIsForgotten() {
    names.onNamed(node(1), "bob");
    names.onNamed(node(1), "");
    assertEquals(Optional.empty(), names.peer("bob"));
    assertEquals(List.of(), names.claimants("bob"));
  }
}
