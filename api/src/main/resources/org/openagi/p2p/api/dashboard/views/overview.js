// How the node does: figures, charts, queue, latest faults.

import { TimeChart } from "../app/charts.js";
import { fill, h, panel, reconcile, say } from "../app/dom.js";
import { eventLine } from "../app/event-line.js";
import { bytes, micros, nameOf, rate, span, whole } from "../app/format.js";
import { peerState } from "../app/peer-state.js";
import { depths, QueueReader } from "../app/queue.js";
import { LIMITS } from "../app/state.js";

const FAULTS_SHOWN = 6;
// Lines of a grid at round numbers of KiB and MiB.
const BINARY_STEPS = Array.from({ length: 34 }, (each, power) => 2 ** power);
const perSecond = (value) => (value < 10 ? Math.round(value * 100) / 100 : whole(Math.round(value))) + "/s";

/** Builds the view. */
export function overview(root, state) {
  const tiles = {
    peers: tile("Peers", "connected"),
    trouble: tile("Trouble", "peers not healthy"),
    waiting: tile("Queue", "messages wait"),
    traffic: tile("Traffic", "in and out, now"),
    latency: tile("Round trip", "median of the links"),
    uptime: tile("Up", "since"),
  };
  const charts = [
    new TimeChart(
      "Traffic",
      [
        { label: "in", tone: "series-a", value: (each) => each.bytesIn },
        { label: "out", tone: "series-b", value: (each) => each.bytesOut, dash: true },
      ],
      rate,
      LIMITS.samples,
      BINARY_STEPS),
    new TimeChart(
      "Messages",
      [
        { label: "received", tone: "series-a", value: (each) => each.messagesIn },
        { label: "sent", tone: "series-b", value: (each) => each.messagesOut, dash: true },
      ],
      perSecond,
      LIMITS.samples),
    new TimeChart(
      "Round trip",
      [
        { label: "median", tone: "series-a", value: (each) => each.rttMedian },
        { label: "slowest", tone: "series-b", value: (each) => each.rttMost, dash: true },
      ],
      (value) => (value === 0 ? "0" : micros(value * 1000)),
      LIMITS.samples),
    new TimeChart(
      "Queue",
      [{ label: "messages that wait", tone: "series-a", value: (each) => each.waiting }],
      whole,
      LIMITS.samples,
      [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000]),
  ];
  const queue = h("div", { class: "depths" });
  const faults = h("ol", { class: "event-list" });
  const node = h("dl", { class: "facts" });
  const reader = new QueueReader(state, (page) => drawDepths(queue, page));
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Overview"),
    h("div", { class: "tiles" }, Object.values(tiles).map((each) => each.element)),
    h(
      "div",
      { class: "grid" },
      panel("Throughput", {}, charts[0].element),
      panel("Latency", {}, charts[2].element),
      panel("Messages a second", {}, charts[1].element),
      panel("Queue", {}, charts[3].element, queue),
      panel("Latest faults", { tools: h("a", { href: "#/events" }, "All events") }, faults),
      panel("This node", {}, node)));

  function figures() {
    const { status, samples, peers } = state;
    if (!status) return;
    const last = samples.last;
    const states = [...peers.values()].map(peerState);
    const lost = states.filter((each) => each.code === "LOST").length;
    const trouble = states.filter((each) => each.tone === "fair" || (each.tone === "bad" && each.code !== "LOST")).length;
    put(tiles.peers, whole(status.connectedPeers), "connected of " + whole(status.knownPeers) + " known");
    put(tiles.trouble, whole(trouble + lost), lost > 0 ? trouble + " not healthy, " + lost + " lost" : "peers not healthy or lost", trouble + lost > 0 ? (lost > 0 ? "bad" : "fair") : "good");
    put(tiles.waiting, whole(status.waitingMessages), status.waitingMessages === 1 ? "message waits" : "messages wait, " + bytes(status.waitingBytes));
    put(tiles.traffic, last ? rate(last.bytesIn + last.bytesOut) : "–", bytes(status.bytesIn) + " in, " + bytes(status.bytesOut) + " out");
    put(tiles.latency, last?.rttMedian ? micros(last.rttMedian * 1000) : "–", last?.rttMost ? "slowest link " + micros(last.rttMost * 1000) : "median of the links");
    put(tiles.uptime, span(status.uptimeMillis), "version " + status.version);
    facts(node, [
      ["Name", status.name],
      ["Peer id", h("code", {}, status.peerId)],
      ["Type", status.type],
      ["Addresses", status.addresses.length > 0 ? status.addresses.map((each) => h("code", { class: "line" }, each)) : "none yet"],
      ["Data folder", h("code", {}, status.dataFolder)],
    ]);
  }

  function latestFaults() {
    const list = state.events.list().filter((each) => each.type === "fault" || each.type === "security");
    const shown = list.slice(-FAULTS_SHOWN).reverse();
    if (shown.length === 0) {
      fill(faults, h("li", { class: "empty" }, "None since the node started."));
      return;
    }
    if (faults.firstElementChild && !faults.firstElementChild.dataset.key) faults.replaceChildren();
    reconcile(faults, shown, (each) => each.number, (each) => eventLine(each), () => {});
  }

  return {
    update(topics) {
      if (topics.has("all") || topics.has("sample")) {
        figures();
        const samples = state.samples.list();
        for (const chart of charts) chart.update(samples);
        reader.look();
      }
      if (topics.has("all") || topics.has("events")) latestFaults();
    },
    recoloured() {
      for (const chart of charts) chart.recoloured();
    },
    close() {
      for (const chart of charts) chart.close();
    },
  };
}

function tile(title, note) {
  const value = h("b", {}, "–");
  const text = h("span", {}, note);
  return { value, text, element: h("div", { class: "tile", role: "group", "aria-label": title }, h("h2", {}, title), value, text) };
}

function put(tile, value, note, tone = "") {
  say(tile.value, value);
  say(tile.text, note);
  if (tile.element.dataset.tone !== tone) tile.element.dataset.tone = tone;
}

function facts(list, rows) {
  const wanted = JSON.stringify(rows.map(([name, value]) => [name, [value].flat().map((each) => each.textContent ?? each)]));
  if (list.dataset.shown === wanted) return;
  list.dataset.shown = wanted;
  fill(list, rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const BARS_SHOWN = 8;

function drawDepths(box, page) {
  const rows = depths(page);
  if (rows.length === 0) {
    fill(box, h("p", { class: "empty" }, page.ended > 0 ? "Nothing waits. " + whole(page.ended) + " could not be delivered: " : "Nothing waits.", page.ended > 0 && h("a", { href: "#/messages" }, "see the queue")));
    return;
  }
  const most = Math.max(...rows.map((row) => row.total));
  fill(
    box,
    h(
      "table",
      { class: "bars" },
      h("caption", { class: "visually-hidden" }, "Messages that wait, by peer and class of priority"),
      rows.slice(0, BARS_SHOWN).map((row) => {
        const bar = h("span", { class: "bar" }, row.lanes.map(([lane, count]) => {
          const piece = h("i", { class: "lane-" + lane.toLowerCase(), title: lane + ": " + count });
          piece.style.width = (100 * count) / most + "%";
          return piece;
        }));
        return h(
          "tr",
          {},
          h("th", { scope: "row", title: row.peerId }, nameOf(row.name, row.peerId)),
          h("td", {}, bar),
          h("td", { class: "number" }, row.lanes.map(([lane, count]) => lane.toLowerCase() + " " + whole(count)).join(", ")));
      })),
    rows.length > BARS_SHOWN && h("p", { class: "hint" }, "and " + (rows.length - BARS_SHOWN) + " peers more"));
}
