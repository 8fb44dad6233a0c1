package org.openagi.p2p.network.pins;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeRecord;

/**
 * The text form of the pins: one {@code alias peer-id first-seen} a line, {@code #} starts a
 * comment line. Pure functions.
 */
final class PinFile {
  static final String NAME = "known_peers";

  /** Far more than a line with the longest alias, peer id and time takes. */
  static final int LINE_CHARACTERS_MAX = 512;

  private static final String HEADER = """
      # Names of peers and the keys they belong to, as first seen: alias, peer id, time.
      # A peer that claims a name with another key is refused. To accept it, delete the line.
      """;

  /** A line that can't be understood. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(int line, String why) {
      super("line " + line + " " + why, null, false, false);
    }
  }

  private PinFile() {}

  /**
   * @param pinsMax more lines than this are refused
   */
  static List<Pin> parse(String text, int pinsMax) throws MalformedException {
    List<Pin> pins = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      if (line.isBlank() || line.startsWith("#")) continue;
      if (pins.size() >= pinsMax)
        throw new MalformedException(number, "is beyond the limit of " + pinsMax + " names");
      Pin pin = parseLine(number, line);
      if (!seen.add(pin.alias()))
        throw new MalformedException(number, "repeats the name " + pin.alias());
      if (!seen.add(pin.peer()))
        throw new MalformedException(number, "repeats the peer id " + pin.peer());
      pins.add(pin);
    }
    return pins;
  }

  private static Pin parseLine(int number, String line) throws MalformedException {
    if (line.length() > LINE_CHARACTERS_MAX)
      throw new MalformedException(number, "is longer than " + LINE_CHARACTERS_MAX + " characters");
    String[] fields = line.strip().split("\\s+", -1);
    if (fields.length != 3 || !NodeRecord.isAlias(fields[0]))
      throw new MalformedException(number, "is not of the form: alias peer-id time");
    try {
      return new Pin(fields[0], PeerId.parse(fields[1]), Instant.parse(fields[2]));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new MalformedException(number, "holds no peer id or no time: " + e.getMessage());
    }
  }

  static String format(Collection<Pin> pins) {
    StringBuilder text = new StringBuilder(HEADER);
    for (Pin pin : pins)
      text.append(pin.alias())
          .append(' ')
          .append(pin.peer())
          .append(' ')
          .append(pin.firstSeen())
          .append('\n');
    return text.toString();
  }
}
