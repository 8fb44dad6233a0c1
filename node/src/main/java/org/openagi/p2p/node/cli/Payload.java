package org.openagi.p2p.node.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.openagi.p2p.api.json.JsonObject;
import org.openagi.p2p.core.bytes.Bytes;

/** Shows a message's content: as text if it is text, else as bytes. */
final class Payload {
  private static final int SHOWN_BYTES = 32;

  private Payload() {}

  /** Adds {@code text}, or {@code base64} if it is no UTF-8, and the length. */
  static JsonObject addTo(JsonObject object, Bytes payload) {
    Optional<String> text = text(payload);
    object.put("bytes", payload.length());
    if (text.isPresent()) return object.put("text", text.get());
    return object.put("base64", Base64.getEncoder().encodeToString(payload.unsafeArray()));
  }

  /** One safe line for a person. */
  static String line(Bytes payload) {
    Optional<String> text = text(payload);
    if (text.isPresent()) return SafeText.of(text.get());
    String start = payload.slice(0, Math.min(SHOWN_BYTES, payload.length())).toHex();
    return String.format(
        Locale.ROOT,
        "%d bytes: %s%s",
        payload.length(),
        start,
        payload.length() > SHOWN_BYTES ? "…" : "");
  }

  private static Optional<String> text(Bytes payload) {
    try {
      var decoder = StandardCharsets.UTF_8.newDecoder();
      return Optional.of(decoder.decode(ByteBuffer.wrap(payload.unsafeArray())).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty(); // bytes then
    }
  }
}
