/**
 * The certificate by which libp2p peers authenticate each other in TLS 1.3: made by {@link
 * org.openagi.p2p.wire.tls.PeerCertificate}, checked by {@link
 * org.openagi.p2p.wire.tls.PeerCertificateVerifier}.
 *
 * <p>Free of I/O and clock: time is passed in. Reading and writing DER is done by two small classes
 * of this package, so that start-up does not pay for a general ASN.1 library.
 *
 * <p>Deliberately absent: certificate chains, revocation, names.
 *
 * @see "libp2p specs: tls/tls.md r0; RFC 5280, section 4.1"
 */
@NullMarked
package org.openagi.p2p.wire.tls;

import org.jspecify.annotations.NullMarked;
