package org.openagi.p2p.simulator.node;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.messaging.bundle.ZstdCompressor;
import org.openagi.p2p.messaging.bundle.ZstdDecompressor;
import org.openagi.p2p.messaging.codec.ChunkEncoder;

/** What all nodes of a simulation share because they do one thing after the other, and who is who. */
final class Shared implements AutoCloseable {
  private final ChunkEncoder encoder = new ChunkEncoder();
  private final ZstdCompressor compressor = new ZstdCompressor(1);
  private final ZstdDecompressor decompressor = new ZstdDecompressor();
  private final SimulatedCrypto crypto = new SimulatedCrypto();
  private final Map<PeerId, SimulatedNode> byId = new HashMap<>();
  private final Map<String, SimulatedNode> byName = new LinkedHashMap<>();

  void add(SimulatedNode node) {
    byId.put(node.peerId(), node);
    byName.put(node.nodeId(), node);
  }

  ChunkEncoder encoder() {
    return encoder;
  }

  ZstdCompressor compressor() {
    return compressor;
  }

  ZstdDecompressor decompressor() {
    return decompressor;
  }

  SimulatedCrypto crypto() {
    return crypto;
  }

  String nameOf(PeerId peer) {
    SimulatedNode node = byId.get(peer);
    return node == null ? peer.toString() : node.nodeId();
  }

  @Nullable
  SimulatedNode find(PeerId peer) {
    return byId.get(peer);
  }

  /** Who goes by a name or an id. */
  @Nullable
  SimulatedNode find(String name) {
    SimulatedNode node = byName.get(name);
    if (node != null) return node;
    for (SimulatedNode each : byName.values()) {
      if (each.peerId().toString().equals(name)) return each;
    }
    return null;
  }

  @Override
  public void close() {
    compressor.close();
    decompressor.close();
  }
}
