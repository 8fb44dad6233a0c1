package org.openagi.p2p.messaging;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.bytes.Bytes;

/**
 * What nodes say to each other. Immutable.
 *
 * <p>Peers are named by text: a PeerId, an alias, or {@code *} as the recipient for everyone.
 * A message that is sent need not say its sender, its id or its time: they are filled in. On a message
 * that was received all three are the sender's, and the sender is who the connection and the signature
 * prove.
 */
public final class NetworkMessage {
  /** The recipient that means every node that can be reached. */
  public static final String EVERYONE = "*";

  /** Hops a message may take unless it says otherwise. */
  public static final int DEFAULT_TTL = 8;

  /** The largest number of hops. */
  public static final int MAX_TTL = 255;

  /** The largest payload; more goes through a stream. */
  public static final int MAX_PAYLOAD_BYTES = 64 << 20;

  /** The longest message id in bytes of UTF-8. */
  public static final int MAX_ID_BYTES = 128;

  /** The longest name of a peer in characters. */
  public static final int MAX_NAME_LENGTH = 256;

  /** Names messages by their number; one per lane and epoch. */
  @FunctionalInterface
  public interface Numbering {
    /** The text id of the message with this number. */
    String idOf(long number);
  }

  private final @Nullable String givenId;
  private final @Nullable Numbering numbering;
  private final long number;
  private final String senderId;
  private final String recipientId;
  private final MessageType messageType;
  private final Bytes payload;
  private final long timestamp;
  private final short ttl;
  private final short attempt;
  private final @Nullable Correlation correlation;
  private final boolean redelivered;

  private NetworkMessage(
      @Nullable String givenId,
      @Nullable Numbering numbering,
      long number,
      String senderId,
      String recipientId,
      MessageType messageType,
      Bytes payload,
      long timestamp,
      int ttl,
      int attempt,
      @Nullable Correlation correlation,
      boolean redelivered) {
    this.givenId = givenId;
    this.numbering = numbering;
    this.number = number;
    this.senderId = senderId;
    this.recipientId = recipientId;
    this.messageType = messageType;
    this.payload = payload;
    this.timestamp = timestamp;
    this.ttl = (short) ttl;
    this.attempt = (short) attempt;
    this.correlation = correlation;
    this.redelivered = redelivered;
  }

  /** A DATA message with everything else left to the node. */
  public static NetworkMessage data(String recipientId, Bytes payload) {
    return of(MessageType.DATA, recipientId, payload);
  }

  /** A DATA message of UTF-8 text. */
  public static NetworkMessage text(String recipientId, String text) {
    return of(MessageType.DATA, recipientId, Bytes.ofUtf8(text));
  }

  /** A message with sender, id, time and ttl left to the node. */
  public static NetworkMessage of(MessageType type, String recipientId, Bytes payload) {
    requireName("recipientId", recipientId);
    requirePayload(payload);
    return new NetworkMessage(
        null, null, 0, "", recipientId, type, payload, 0, DEFAULT_TTL, 1, null, false);
  }

  /** Starts a message field by field. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A message as it came from the wire, whose fields the codec has checked.
   *
   * @param givenId the id its sender's user gave it, null if it goes by its number
   */
  public static NetworkMessage received(
      Numbering numbering,
      long number,
      @Nullable String givenId,
      String senderId,
      String recipientId,
      MessageType type,
      Bytes payload,
      long timestamp,
      int ttl) {
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        senderId,
        recipientId,
        type,
        payload,
        timestamp,
        ttl,
        1,
        null,
        false);
  }

  /** This message as handed over for the n-th time, counted from 1. */
  public NetworkMessage withAttempt(int n) {
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        senderId,
        recipientId,
        messageType,
        payload,
        timestamp,
        ttl,
        n,
        correlation,
        redelivered);
  }

  /** This message marked as one that a handler of an earlier process may have seen. */
  public NetworkMessage asRedelivered() {
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        senderId,
        recipientId,
        messageType,
        payload,
        timestamp,
        ttl,
        attempt,
        correlation,
        true);
  }

  /** This message to another recipient. */
  public NetworkMessage withRecipient(String recipient) {
    requireName("recipientId", recipient);
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        senderId,
        recipient,
        messageType,
        payload,
        timestamp,
        ttl,
        attempt,
        correlation,
        redelivered);
  }

  /** This message from another sender. */
  public NetworkMessage withSender(String sender) {
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        sender,
        recipientId,
        messageType,
        payload,
        timestamp,
        ttl,
        attempt,
        correlation,
        redelivered);
  }

  /** This message as a request or as the answer to one. */
  public NetworkMessage withCorrelation(Correlation value) {
    return new NetworkMessage(
        givenId,
        numbering,
        number,
        senderId,
        recipientId,
        messageType,
        payload,
        timestamp,
        ttl,
        attempt,
        value,
        redelivered);
  }

  /**
   * The id: unique for its sender. Empty on a message that was not submitted and was given none; {@link
   * Delivery#messageId} tells the one it got.
   */
  public String messageId() {
    if (givenId != null) return givenId;
    return numbering == null ? "" : numbering.idOf(number);
  }

  /** The id its user gave it, null if it goes by its number. */
  public @Nullable String givenId() {
    return givenId;
  }

  /** Who sent it; empty on a message that was not sent yet. */
  public String senderId() {
    return senderId;
  }

  /** To whom: a peer or {@link #EVERYONE}. */
  public String recipientId() {
    return recipientId;
  }

  /** What it is for. */
  public MessageType messageType() {
    return messageType;
  }

  /** The content. */
  public Bytes payload() {
    return payload;
  }

  /** The content as UTF-8 text; malformed parts are replaced. */
  public String text() {
    return payload.toUtf8();
  }

  /** Time of creation by its sender's clock, milliseconds since 1970; 0 if it is to be filled in. */
  public long timestamp() {
    return timestamp;
  }

  /** Hops it may still take, 0 to {@link #MAX_TTL}. */
  public int ttl() {
    return ttl;
  }

  /** How many times it was handed to a handler, this one included; more than 1 after a failure. */
  public int attempt() {
    return attempt;
  }

  /** What makes it a request or the answer to one, null if it is neither. */
  public @Nullable Correlation correlation() {
    return correlation;
  }

  /**
   * Whether a handler may have seen it before: this process found that an earlier one took it and ended before it
   * could say that it was handled. Always false with a store in memory.
   */
  public boolean isRedelivered() {
    return redelivered;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkMessage m
        && timestamp == m.timestamp
        && ttl == m.ttl
        && attempt == m.attempt
        && messageType == m.messageType
        && messageId().equals(m.messageId())
        && senderId.equals(m.senderId)
        && recipientId.equals(m.recipientId)
        && Objects.equals(correlation, m.correlation)
        && payload.equals(m.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(messageId(), senderId, messageType, timestamp);
  }

  /** All but the payload, of which only the length. */
  @Override
  public String toString() {
    return "NetworkMessage[" + messageType + " " + messageId() + " " + senderId + " -> "
        + recipientId + ", " + payload.length() + " bytes, timestamp " + timestamp + ", ttl " + ttl
        + "]";
  }

  private static void requireName(String field, String name) {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      throw new IllegalArgumentException(
          field + " has " + name.length() + " characters, allowed are 1 to " + MAX_NAME_LENGTH);
    }
  }

  private static void requirePayload(Bytes payload) {
    if (payload.length() > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload has " + payload.length() + " bytes, allowed are " + MAX_PAYLOAD_BYTES);
    }
  }

  /** Whether a text may be a message id: 1 to 128 bytes of UTF-8 without control characters. */
  public static boolean isValidId(String id) {
    if (id.isEmpty() || id.length() > MAX_ID_BYTES) return false;
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (Character.isISOControl(c) || (Character.isSurrogate(c) && !isPairAt(id, i))) return false;
    }
    return id.getBytes(StandardCharsets.UTF_8).length <= MAX_ID_BYTES;
  }

  private static boolean isPairAt(String s, int i) {
    return Character.isHighSurrogate(s.charAt(i))
        ? i + 1 < s.length() && Character.isLowSurrogate(s.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(s.charAt(i - 1));
  }

  /** Collects the fields of a message. Not safe for several threads. */
  public static final class Builder {
    private @Nullable String messageId;
    private String senderId = "";
    private String recipientId = "";
    private MessageType messageType = MessageType.DATA;
    private Bytes payload = Bytes.EMPTY;
    private long timestamp;
    private int ttl = DEFAULT_TTL;

    private Builder() {}

    /** An own id, unique for this sender; the node makes one if there is none. */
    public Builder messageId(String id) {
      this.messageId = id;
      return this;
    }

    /** The sender; may be left out, and must be this node if it is not. */
    public Builder senderId(String id) {
      this.senderId = id;
      return this;
    }

    /** The recipient: PeerId, alias, or {@code *}. */
    public Builder recipientId(String id) {
      this.recipientId = id;
      return this;
    }

    /** The type, DATA if not set. */
    public Builder messageType(MessageType type) {
      this.messageType = type;
      return this;
    }

    /** The content. */
    public Builder payload(Bytes bytes) {
      this.payload = bytes;
      return this;
    }

    /** The content as UTF-8 text. */
    public Builder payload(String text) {
      this.payload = Bytes.ofUtf8(text);
      return this;
    }

    /** Time of creation, milliseconds since 1970; now if not set. */
    public Builder timestamp(long epochMillis) {
      this.timestamp = epochMillis;
      return this;
    }

    /** Hops it may take, 1 to 255. */
    public Builder ttl(int hops) {
      this.ttl = hops;
      return this;
    }

    /**
     * The message.
     *
     * @throws IllegalArgumentException naming the first field whose value is not allowed
     */
    public NetworkMessage build() {
      requireName("recipientId", recipientId);
      requirePayload(payload);
      if (messageId != null && !isValidId(messageId)) {
        throw new IllegalArgumentException(
            "messageId must be 1 to " + MAX_ID_BYTES + " bytes without control characters");
      }
      if (senderId.length() > MAX_NAME_LENGTH) requireName("senderId", senderId);
      if (ttl < 1 || ttl > MAX_TTL) {
        throw new IllegalArgumentException("ttl " + ttl + " is not between 1 and " + MAX_TTL);
      }
      if (timestamp < 0 || timestamp >= 1L << 47) {
        throw new IllegalArgumentException(
            "timestamp " + timestamp + " is not between 0 and 2^47 milliseconds");
      }
      return new NetworkMessage(
          messageId,
          null,
          0,
          senderId,
          recipientId,
          messageType,
          payload,
          timestamp,
          ttl,
          1,
          null,
          false);
    }
  }
}
