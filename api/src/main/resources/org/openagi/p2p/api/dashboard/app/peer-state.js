// What is thought of a peer or node, put together from its row, the event log and the topology.

import { HEALTH, span } from "./format.js";

/** A clock that is off by less does no harm that anybody would notice. */
const CLOCK_TOLERANCE_MILLIS = 5000;

/** How a peer of this node does: {code, tone, sign, word, reason}. */
export function peerState(peer) {
  if (peer.lost) return { code: "LOST", ...HEALTH.LOST, reason: peer.lost.reason };
  const code = peer.row.state ?? (peer.row.connected ? "CONNECTED" : "LOST");
  return {
    code,
    ...(HEALTH[code] ?? HEALTH.CONNECTED),
    reason: peer.row.link?.reason ?? (code === "CONNECTED" ? "takes no part in the overlay" : ""),
  };
}

/** What is to be said of a peer's clock: nothing unless it differs from this machine's by more than some seconds. */
export function clockWarning(row) {
  const ahead = row.clockAheadMillis ?? 0;
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MILLIS) return "";
  return "▲ Clock " + span(Math.abs(ahead)) + (ahead > 0 ? " ahead of" : " behind") + " this machine's";
}

/** How a node of the topology does, as seen from here. */
export function nodeState(state, node, isGone) {
  if (node.self) return { code: "SELF", tone: "self", sign: "★", word: "This node", reason: "" };
  const peer = state.peers.get(node.peerId);
  const hasWay = !isGone && node.costMicros !== undefined;
  if (peer?.lost) {
    return hasWay
      ? { code: "AROUND", tone: "fair", sign: "▲", word: "Reached through others", reason: peer.lost.reason }
      : { code: "LOST", tone: "bad", sign: "✕", word: "Lost", reason: peer.lost.reason };
  }
  if (isGone) return { code: "GONE", tone: "bad", sign: "✕", word: "Gone", reason: "nobody tells of it any more" };
  if (peer) return peerState(peer);
  return hasWay
    ? { code: "KNOWN", tone: "far", sign: "·", word: "Known through others", reason: "" }
    : { code: "CUT", tone: "bad", sign: "✕", word: "No way to it", reason: "none of its links leads here" };
}

/** The connected parts of the network, the largest first: arrays of peer ids. */
export function components(nodes, links) {
  const next = new Map(nodes.map((node) => [node.peerId, []]));
  for (const { a, b } of links) {
    next.get(a)?.push(b);
    next.get(b)?.push(a);
  }
  const seen = new Set();
  const parts = [];
  for (const start of next.keys()) {
    if (seen.has(start)) continue;
    seen.add(start);
    const part = [start];
    for (let i = 0; i < part.length; i++) {
      for (const id of next.get(part[i])) {
        if (seen.has(id) || !next.has(id)) continue;
        seen.add(id);
        part.push(id);
      }
    }
    parts.push(part);
  }
  return parts.sort((a, b) => b.length - a.length);
}
