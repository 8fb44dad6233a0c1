/**
 * Bundles in a file, to be carried to a peer that no connection reaches.
 *
 * <p>Entry types are {@link org.openagi.p2p.messaging.carry.BundleFileWriter} and {@link
 * org.openagi.p2p.messaging.carry.BundleFile}. Bytes in, bytes out: who writes and reads files is elsewhere.
 *
 * @see "docs/wire/bundle-file.md"
 */
@NullMarked
package org.openagi.p2p.messaging.carry;

import org.jspecify.annotations.NullMarked;
