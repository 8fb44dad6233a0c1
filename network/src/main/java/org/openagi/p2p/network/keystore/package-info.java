/**
 * The files only the node itself may touch: its folder, locked by one process, and in it the
 * identity key.
 *
 * <p>Entry types: {@link org.openagi.p2p.network.keystore.DataFolder} and {@link
 * org.openagi.p2p.network.keystore.IdentityFile}. Everything here blocks on the disk and is called
 * while a node starts or stops, or from a writer's own thread. Every error is one sentence that
 * says what to do. Deliberately absent: a passphrase on the key; protect the folder instead.
 */
@NullMarked
package org.openagi.p2p.network.keystore;

import org.jspecify.annotations.NullMarked;
