// The graph of the network, drawn by Cytoscape.js, which is loaded when it is first needed.

import { h } from "./dom.js";
import { clip, nameOf } from "./format.js";
import { colour } from "./theme.js";

const SHAPES = { full: "ellipse", light: "diamond", bootstrap: "hexagon", validator: "triangle", storage: "round-rectangle" };
const TONES = ["self", "good", "fair", "bad", "info", "far"];
const CIRCLE_MAX = 8;
const FORCES_MAX = 250;
const MARGIN = 36;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

let loading = null;

// Its jar has no ES module; as a classic script it sets a global.
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = h("script", { src: "lib/cytoscape.js", onload: () => resolve(globalThis.cytoscape), onerror: () => reject(new Error("the graph's library could not be loaded")) });
    document.head.append(script);
  });
  return loading;
}

export class Graph {
  #choose;
  #cy = null;
  #isLoading = false;
  #model = null;
  #chosen = null;
  #ids = "";

  /** @param choose called with the id of a node that was clicked, or null */
  constructor(choose) {
    this.#choose = choose;
    this.element = h("div", { class: "graph __________cytoscape_container", role: "img", "aria-label": "Graph of the network; the tables below say the same" });
  }

  /** Draws a model; see the topology view. */
  show(model, chosen) {
    this.#model = model;
    this.#chosen = chosen;
    if (this.#cy) this.#draw();
    else if (!this.#isLoading && this.element.clientWidth > 0) this.#begin();
  }

  async #begin() {
    this.#isLoading = true;
    let cytoscape;
    try {
      cytoscape = await load();
    } catch (e) {
      this.element.textContent = e.message;
      return;
    }
    if (!this.element.isConnected) {
      this.#isLoading = false;
      return;
    }
    this.#cy = cytoscape({
      container: this.element,
      style: styles(),
      minZoom: 0.15,
      maxZoom: 3,
      autounselectify: true,
      boxSelectionEnabled: false,
      userZoomingEnabled: true,
    });
    // The wheel scrolls the page unless the reader means the graph.
    this.#cy.userZoomingEnabled(false);
    this.element.addEventListener("wheel", (event) => this.#cy?.userZoomingEnabled(event.ctrlKey || event.metaKey), { capture: true, passive: true });
    this.element.addEventListener("touchstart", (event) => this.#cy?.userZoomingEnabled(event.touches.length > 1), { capture: true, passive: true });
    this.#cy.on("tap", (event) => {
      if (event.target === this.#cy) this.#choose(null);
      else if (event.target.isNode()) this.#choose(event.target.id());
    });
    this.#draw();
  }

  #draw() {
    const { nodes, links } = this.#model;
    const cy = this.#cy;
    const wanted = new Map();
    for (const node of nodes) wanted.set(node.peerId, nodeData(node));
    for (const link of links) wanted.set(linkId(link), linkData(link));
    const ids = nodes.map((node) => node.peerId).sort().join();
    const isOther = ids !== this.#ids;
    cy.batch(() => {
      cy.elements().forEach((element) => {
        if (!wanted.has(element.id())) element.remove();
      });
      for (const [id, data] of wanted) {
        const there = cy.getElementById(id);
        if (there.empty()) cy.add({ data, position: data.source ? undefined : this.#near(data, links) });
        else there.data(data);
      }
      cy.nodes().forEach((node) => node.toggleClass("chosen", node.id() === this.#chosen));
    });
    const bad = nodes.filter((node) => node.how.tone === "bad").map((node) => nameOf(node.name, node.peerId));
    this.element.setAttribute(
      "aria-label",
      "Graph of " + nodes.length + " nodes and " + links.length + " links" + (bad.length > 0 ? "; lost or out of reach: " + bad.slice(0, 5).join(", ") : "") + ". The tables below say the same.");
    if (!isOther) return;
    const isFirst = this.#ids === "";
    this.#ids = ids;
    this.arrange(isFirst);
  }

  // Beside a neighbour that is there, so that the picture stays while it grows.
  #near(data, links) {
    for (const { a, b } of links) {
      const other = a === data.id ? b : b === data.id ? a : null;
      const there = other && this.#cy.getElementById(other);
      if (!there || there.empty()) continue;
      const { x, y } = there.position();
      return { x: x + 40, y: y + 40 };
    }
    return { x: 0, y: 0 };
  }

  // The box less what circles and labels need at its edges.
  #room() {
    return { x1: MARGIN, y1: MARGIN / 2, x2: this.element.clientWidth - MARGIN, y2: this.element.clientHeight - MARGIN };
  }

  /** Lays it out anew. */
  arrange(isFirst = true) {
    const cy = this.#cy;
    if (!cy || cy.nodes().empty()) return;
    // What the library measured while another view was shown is no size, and layouts fail on it.
    cy.resize();
    const count = cy.nodes().length;
    const common = { fit: true, padding: MARGIN, animate: !isFirst && !isCalm.matches && count <= FORCES_MAX, animationDuration: 300 };
    const self = this.#model.self?.peerId;
    const depth = count > FORCES_MAX ? hops(this.#model) : null;
    const layout =
      count <= CIRCLE_MAX
        ? { name: "circle", ...common, fit: false, boundingBox: this.#room(), startAngle: -Math.PI / 2, sort: (a, b) => Number(b.id() === self) - Number(a.id() === self) || (a.id() < b.id() ? -1 : 1), spacingFactor: 1 }
        : depth
          ? { name: "concentric", ...common, concentric: (node) => -(depth.get(node.id()) ?? 99), levelWidth: () => 1, minNodeSpacing: 8 }
          : { name: "cose", ...common, randomize: isFirst, nodeRepulsion: () => 9000, idealEdgeLength: () => 70, componentSpacing: 60, numIter: 600 };
    if (count <= CIRCLE_MAX) cy.viewport({ zoom: 1, pan: { x: 0, y: 0 } });
    else layout.stop = () => cy.zoom() > 1.4 && (cy.zoom(1.4), cy.center());
    cy.layout(layout).run();
  }

  /** To be called when its box has a size again. */
  fitted() {
    if (this.#cy) this.resized();
    else if (this.#model) this.show(this.#model, this.#chosen);
  }

  resized() {
    if (!this.#cy || this.element.clientWidth === 0) return;
    this.#cy.resize();
    if (this.#cy.nodes().length <= CIRCLE_MAX) {
      this.arrange();
      return;
    }
    this.#cy.fit(undefined, MARGIN);
    if (this.#cy.zoom() > 1.4) {
      this.#cy.zoom(1.4);
      this.#cy.center();
    }
  }

  recoloured() {
    this.#cy?.style(styles());
  }

  close() {
    this.#cy?.destroy();
    this.#cy = null;
  }
}

const linkId = (link) => (link.a < link.b ? link.a + "|" + link.b : link.b + "|" + link.a);

function nodeData(node) {
  return {
    id: node.peerId,
    label: node.how.sign + " " + clip(nameOf(node.name, node.peerId), 22),
    tone: node.how.tone,
    shape: SHAPES[node.type] ?? "ellipse",
    size: node.self ? 34 : 22 + Math.min(14, 3 * Math.log2(1 + node.links)),
    ring: node.critical ? 5 : node.self ? 3 : 1.5,
    ringStyle: node.critical ? "double" : node.part > 0 || node.part < 0 ? "dashed" : "solid",
  };
}

function linkData(link) {
  // From a hair for silence to a finger for 10 MiB a second.
  const traffic = link.traffic ?? 0;
  const width = 1.5 + Math.min(8, Math.log10(1 + traffic / 100) * 1.6);
  return {
    id: linkId(link),
    source: link.a,
    target: link.b,
    tone: link.how.tone,
    width: link.critical ? Math.max(4, width) : width,
    line: link.isLost || link.how.tone === "far" ? "dashed" : "solid",
    critical: link.critical ? "yes" : "no",
  };
}

/** How many links each node is away from this one. */
function hops({ self, links }) {
  const next = new Map();
  for (const { a, b } of links) {
    next.set(a, [...(next.get(a) ?? []), b]);
    next.set(b, [...(next.get(b) ?? []), a]);
  }
  const depth = new Map(self ? [[self.peerId, 0]] : []);
  const queue = [...depth.keys()];
  for (const id of queue) {
    for (const other of next.get(id) ?? []) {
      if (depth.has(other)) continue;
      depth.set(other, depth.get(id) + 1);
      queue.push(other);
    }
  }
  return depth;
}

function styles() {
  const text = colour("text");
  const base = colour("sunk");
  return [
    {
      selector: "node",
      style: {
        shape: "data(shape)",
        width: "data(size)",
        height: "data(size)",
        label: "data(label)",
        color: text,
        "font-size": 12,
        "font-family": "system-ui, sans-serif",
        "text-valign": "bottom",
        "text-margin-y": 5,
        "text-outline-color": base,
        "text-outline-width": 2,
        "border-width": "data(ring)",
        "border-style": "data(ringStyle)",
        "border-color": text,
        "border-opacity": 0.65,
      },
    },
    { selector: "edge", style: { width: "data(width)", "line-style": "data(line)", "curve-style": "straight", opacity: 0.85 } },
    ...TONES.flatMap((tone) => [
      { selector: "node[tone='" + tone + "']", style: { "background-color": colour(tone) } },
      { selector: "edge[tone='" + tone + "']", style: { "line-color": colour(tone) } },
    ]),
    { selector: "edge[critical='yes']", style: { "line-outline-width": 2, "line-outline-color": text } },
    { selector: "node.chosen", style: { "underlay-color": colour("accent"), "underlay-opacity": 0.3, "underlay-padding": 8, "underlay-shape": "ellipse" } },
  ];
}
