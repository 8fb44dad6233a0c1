/**
 * Payloads larger than memory, from file to file or from stream to stream: {@link
 * org.openagi.p2p.network.transfer.TransferService} sends and receives them, {@link
 * org.openagi.p2p.network.transfer.Transfer} shows one of them, {@link
 * org.openagi.p2p.network.transfer.IncomingOffer} asks whether to take one. Each end of a transfer has
 * virtual threads of its own that read, write and wait; what they share is guarded.
 *
 * @see "docs/wire/transfer-1.0.md"
 */
@NullMarked
package org.openagi.p2p.network.transfer;

import org.jspecify.annotations.NullMarked;
