// The network as this node knows it: a graph, its figures, and the same as tables.

import { fill, h, panel, say, table } from "../app/dom.js";
import { micros, nameOf, rate, whole } from "../app/format.js";
import { Graph } from "../app/graph.js";
import { PeerDetails } from "../app/peer-details.js";
import { components, nodeState, peerState } from "../app/peer-state.js";

const DRAWN = 1000;
const LISTED = 500;
// The graph is asked for again by events; what others tell each other makes none here.
const AGAIN_MILLIS = 5000;
const GONE_SHOWN_MILLIS = 10 * 60_000;

/** Builds the view. */
export function topology(root, state) {
  const note = h("p", { class: "hint", role: "status" });
  const figures = h("dl", { class: "figures" });
  const nodeRows = h("tbody");
  const linkRows = h("tbody");
  const details = new PeerDetails(state, () => (location.hash = "#/topology"));
  const graph = new Graph((id) => (location.hash = id ? "#/topology/" + encodeURIComponent(id) : "#/topology"));
  const fit = h("button", { type: "button", class: "small", onclick: () => graph.arrange() }, "Arrange");
  let chosen = null;
  let readAt = 0;
  let isShown = false;
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Topology"),
    h(
      "div",
      { class: "with-details" },
      panel("Topology", { class: "graph-panel", tools: fit }, note, graph.element, legend()),
      details.element),
    panel("Figures", {}, figures),
    h(
      "div",
      { class: "grid" },
      panel("Nodes", {}, table("Nodes of the network", ["Node", "Type", "State", "#Links", "#Cost", "Part"], nodeRows)),
      panel("Links", {}, table("Links of the network", ["Between", "And", "State", "#Cost", "#Traffic"], linkRows))));

  function draw() {
    const { topology: shape } = state;
    if (!shape) {
      say(note, "The network is being looked at …");
      return;
    }
    const model = modelOf(state, shape);
    const cut = model.parts.length > 1;
    const bad = model.nodes.filter((node) => node.how.tone === "bad").length;
    say(
      note,
      whole(shape.nodes) + (shape.nodes === 1 ? " node, " : " nodes, ") + whole(shape.links) + (shape.links === 1 ? " link" : " links") +
        (cut ? ", in " + model.parts.length + " parts" : "") + (bad > 0 ? "; " + bad + " lost or out of reach" : "") +
        (model.left > 0 ? "; the " + DRAWN + " nearest are drawn" : "") + ".");
    graph.show(model, chosen);
    drawFigures(shape, model.parts);
    drawTables(model);
  }

  function drawFigures(shape, parts) {
    const rows = [
      ["Parts", parts.length === 1 ? "1" : parts.length + " (" + shape.components.slice(0, 6).join(", ") + " nodes)"],
      ["Diameter", (shape.sampled ? "at least " : "") + shape.diameter],
      ["Average way", shape.averagePathLength.toFixed(2) + " links"],
      ["Links of a node", shape.averageDegree.toFixed(1) + ", at most " + shape.maxDegree],
      ["Clustering", shape.clustering.toFixed(2)],
      ["Critical", shape.criticalKnown ? shape.criticalNodes + " nodes, " + shape.criticalLinks + " links" : "not looked for"],
    ];
    fill(figures, rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }

  function drawTables(model) {
    // Rows with links in them would lose the focus if they were made anew while it is there.
    if (nodeRows.contains(document.activeElement)) return;
    fill(
      nodeRows,
      model.nodes.slice(0, LISTED).map((node) =>
        h(
          "tr",
          { class: node.peerId === chosen ? "chosen" : "" },
          h("th", { scope: "row" }, h("a", { href: "#/topology/" + encodeURIComponent(node.peerId), title: node.peerId }, nameOf(node.name, node.peerId))),
          h("td", {}, node.type ?? "?"),
          h("td", {}, h("span", { class: "state tone-" + node.how.tone }, node.how.sign + " " + node.how.word), node.critical && h("span", { class: "hint line" }, "critical")),
          h("td", { class: "number" }, node.links),
          h("td", { class: "number" }, micros(node.costMicros)),
          h("td", {}, node.part < 0 ? "–" : node.part + 1))));
    fill(
      linkRows,
      model.links.slice(0, LISTED).map((link) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, link.nameA),
          h("td", {}, link.nameB),
          h("td", {}, h("span", { class: "state tone-" + link.how.tone }, link.how.sign + " " + link.how.word), link.critical && h("span", { class: "hint line" }, "critical")),
          h("td", { class: "number" }, micros(link.costMicros)),
          h("td", { class: "number" }, link.traffic === null ? "–" : rate(link.traffic)))));
  }

  return {
    shown(id) {
      isShown = true;
      chosen = id;
      details.show(id);
      requestAnimationFrame(() => graph.fitted());
    },
    hidden() {
      isShown = false;
    },
    update(topics) {
      if (!isShown) return;
      if (topics.has("sample") && Date.now() - readAt > AGAIN_MILLIS) {
        readAt = Date.now();
        state.readTopology();
      }
      draw();
      details.update();
    },
    recoloured: () => graph.recoloured(),
    resized: () => graph.resized(),
    escaped() {
      if (chosen) location.hash = "#/topology";
    },
    close: () => graph.close(),
  };
}

/** What is drawn: nodes and links with their states, those that left lately among them. */
function modelOf(state, shape) {
  const parts = components(shape.nodeList, shape.linkList);
  const partOf = new Map(parts.flatMap((part, index) => part.map((id) => [id, index])));
  const now = Date.now();
  const gone = [...state.gone.values()].filter((each) => now - each.at < GONE_SHOWN_MILLIS).map((each) => ({ ...each.node, links: 0, costMicros: undefined, isGone: true }));
  const self = shape.nodeList.find((node) => node.self);
  let nodes = [...shape.nodeList, ...gone].map((node) => ({
    ...node,
    how: nodeState(state, node, node.isGone === true),
    part: partOf.get(node.peerId) ?? -1,
  }));
  nodes.sort((a, b) => Number(b.self) - Number(a.self) || (a.costMicros ?? Infinity) - (b.costMicros ?? Infinity));
  const left = Math.max(0, nodes.length - DRAWN);
  nodes = nodes.slice(0, DRAWN);
  const byId = new Map(nodes.map((node) => [node.peerId, node]));
  const links = shape.linkList.filter((link) => byId.has(link.a) && byId.has(link.b)).map((link) => linkOf(state, link, self, byId));
  // A link of this node that is not told of (any more) is drawn as long as its other end is.
  const told = new Set(links.flatMap((link) => (link.a === self?.peerId ? [link.b] : link.b === self?.peerId ? [link.a] : [])));
  for (const [id, peer] of state.peers) {
    if (!self || !byId.has(id) || told.has(id) || (!peer.row.connected && !peer.lost)) continue;
    links.push(linkOf(state, { a: self.peerId, b: id, costMicros: 0, critical: false }, self, byId));
  }
  return { self, nodes, links, parts, left };
}

function linkOf(state, link, self, byId) {
  const other = link.a === self?.peerId ? link.b : link.b === self?.peerId ? link.a : null;
  const peer = other ? state.peers.get(other) : null;
  const how = peer ? peerState(peer) : { tone: "far", sign: "·", word: "Told by others" };
  const measured = peer && !peer.lost ? peer.row.link : null;
  return {
    ...link,
    how,
    isLost: Boolean(peer?.lost),
    traffic: measured ? measured.bytesInPerSecond + measured.bytesOutPerSecond : null,
    nameA: nameOf(byId.get(link.a).name, link.a),
    nameB: nameOf(byId.get(link.b).name, link.b),
  };
}

function legend() {
  const item = (className, text) => h("li", {}, h("i", { class: className, "aria-hidden": "true" }), text);
  return h(
    "ul",
    { class: "graph-legend" },
    item("node-key tone-self", "★ this node"),
    item("node-key tone-good", "● healthy"),
    item("node-key tone-fair", "▲ degraded"),
    item("node-key tone-bad", "✕ suspect, lost"),
    item("node-key tone-far", "· known through others"),
    item("link-key critical", "double: critical"),
    item("link-key thick", "thicker: more traffic"),
    item("link-key dashed", "dashed: told by others, or lost"),
    h("li", {}, "Shapes: ○ full, ◇ light, ⬡ bootstrap, △ validator, □ storage"));
}
