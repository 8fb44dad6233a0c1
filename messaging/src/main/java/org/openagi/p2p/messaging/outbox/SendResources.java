package org.openagi.p2p.messaging.outbox;

import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;

/**
 * What all lanes on one executor share, because they use it one after the other. Confined to that
 * executor.
 *
 * @param encoder builds chunks
 * @param zstd compresses them; null to send them as they are
 * @param allocator of the buffers that are written
 */
public record SendResources(
    ChunkEncoder encoder, @Nullable ZstdCompressor zstd, ByteBufAllocator allocator) {}
