package org.openagi.p2p.network;

import org.openagi.p2p.core.identity.PeerId;
import org.openagi.p2p.core.record.NodeType;

/**
 * Who a node is. Immutable.
 *
 * @param nodeId the name it tells others, 1 to 64 of the characters {@code A-Z a-z 0-9 . _ -}
 * @param peerId the hash of its key, which is what counts
 * @param nodeType what it is for
 */
public record Identity(String nodeId, PeerId peerId, NodeType nodeType) {}
