/**
 * Bytes of the message protocol to values and back: frames, opening and acknowledgement frames, chunks of
 * message entries, the text a seal signs, and zstd.
 *
 * <p>Entry types are {@link org.openagi.p2p.messaging.codec.FrameAssembler} for what comes in, {@link
 * org.openagi.p2p.messaging.codec.ChunkEncoder} for what goes out. Everything works on byte arrays: the
 * digest, the compressor and small integers are all fastest there. No state beyond one frame is kept here.
 *
 * @see "docs/wire/message-1.0.md"
 */
@NullMarked
package org.openagi.p2p.messaging.codec;

import org.jspecify.annotations.NullMarked;
