package org.openagi.p2p.messaging.codec;

/** Frame types. @see "docs/wire/message-1.0.md, section 2" */
public final class FrameType {
  /** Opens the sender's direction. */
  public static final int HELLO = 0x01;
  /** Messages. */
  public static final int CHUNK = 0x02;
  /** The signature of a bundle of chunks. */
  public static final int SEAL = 0x03;
  /** Opens the recipient's direction. */
  public static final int HELLO_ACK = 0x41;
  /** What is settled. */
  public static final int ACK = 0x42;
  /** The recipient gives the stream up. */
  public static final int REFUSE = 0x43;

  private static final int SKIPPABLE = 0x80;

  private FrameType() {}

  /** Whether a frame of an unknown type, or an option with an unknown tag, may be skipped. */
  public static boolean isSkippable(int typeOrTag) {
    return (typeOrTag & SKIPPABLE) != 0;
  }
}
