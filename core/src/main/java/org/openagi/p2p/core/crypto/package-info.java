/**
 * Ed25519, X25519 and sealing by HPKE behind one small interface, {@link
 * org.openagi.p2p.core.crypto.CryptoProvider}.
 *
 * <p>Safe for any thread. Specifications: RFC 8032, RFC 7748, RFC 9180. The fastest implementation that passes a
 * self-test is chosen once: Conscrypt, BouncyCastle, the JDK. Rules that decide whether a signature is
 * valid are checked in front of the implementation, so all three agree. Deliberately absent: AEAD by
 * itself and hashes, which the JDK does well.
 */
@NullMarked
package org.openagi.p2p.core.crypto;

import org.jspecify.annotations.NullMarked;
