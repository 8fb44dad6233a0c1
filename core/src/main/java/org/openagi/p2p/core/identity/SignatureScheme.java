package org.openagi.p2p.core.identity;

import org.openagi.p2p.core.bytes.Bytes;

/** A prepared public key of some kind. Safe for any thread. */
interface SignatureScheme {
  /** Returns whether {@code signature} is valid for part of an array; never throws for its content. */
  boolean verify(byte[] message, int offset, int length, Bytes signature);
}
