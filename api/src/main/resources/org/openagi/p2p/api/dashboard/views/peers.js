// The table of peers, and everything that is known of one.

import { api } from "../app/api.js";
import { announce, fill, h, panel, reconcile, say } from "../app/dom.js";
import { micros, nameOf, percent, rate, whole } from "../app/format.js";
import { PeerDetails } from "../app/peer-details.js";
import { clockWarning, peerState } from "../app/peer-state.js";
import { drawSparkline, sparkline } from "../app/sparkline.js";
import { LIMITS } from "../app/state.js";

const SHOWN = 500;
const ORDER = { bad: 0, fair: 1, info: 2, good: 3 };
const inRate = (row) => row.link?.bytesInPerSecond ?? 0;
const outRate = (row) => row.link?.bytesOutPerSecond ?? 0;

// By what a column is sorted; names rise, figures fall at first.
const COLUMNS = [
  { id: "name", name: "Peer", of: ({ row }) => nameOf(row.name, row.peerId).toLowerCase(), isText: true },
  { id: "state", name: "State", of: (peer) => ORDER[peerState(peer).tone], isText: true },
  { id: "rtt", name: "Round trip", of: ({ row }) => row.rttMicros ?? 0 },
  { id: "loss", name: "Loss", of: ({ row }) => row.link?.lossPermille ?? -1 },
  { id: "rates", name: "In / out", of: ({ row }) => inRate(row) + outRate(row) },
  { id: "score", name: "Score", of: ({ row }) => row.score ?? 0 },
];

/** Builds the view. */
export function peers(root, state) {
  let sortBy = COLUMNS[0];
  let isReversed = false;
  let chosen = null;
  const search = h("input", { type: "search", id: "peer-search", placeholder: "Name, id or state", oninput: () => draw() });
  const count = h("p", { class: "hint", role: "status" });
  const heads = new Map();
  const body = h("tbody", { role: "rowgroup" });
  const details = new PeerDetails(state, () => (location.hash = "#/peers"));
  const address = h("input", { id: "connect-to", required: true, spellcheck: false, autocomplete: "off", placeholder: "/ip4/192.0.2.7/tcp/4001 or a name" });
  const answer = h("p", { class: "note", role: "status" });
  const button = h("button", { type: "submit" }, "Connect");
  const head = h(
    "tr",
    { role: "row" },
    COLUMNS.map((column) => {
      const cell = h(
        "th",
        { scope: "col", role: "columnheader", class: column.isText ? "" : "number" },
        h("button", { type: "button", class: "sort", onclick: () => sort(column) }, column.name));
      heads.set(column, cell);
      return cell;
    }));
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Peers"),
    h(
      "div",
      { class: "with-details" },
      panel(
        "Peers",
        {},
        h(
          "div",
          { class: "filters" },
          h("label", { for: "peer-search", class: "visually-hidden" }, "Filter"),
          search,
          h("form", { class: "inline", onsubmit: connect }, h("label", { for: "connect-to", class: "visually-hidden" }, "Connect to"), address, button)),
        answer,
        count,
        h(
          "table",
          { class: "peers cards", role: "table" },
          h("caption", { class: "visually-hidden" }, "Peers that are connected or were lost lately"),
          h("thead", { role: "rowgroup" }, head),
          body)),
      details.element));
  sort(sortBy, true);

  async function connect(event) {
    event.preventDefault();
    button.disabled = true;
    say(answer, "Connecting …");
    answer.classList.remove("bad");
    try {
      const peer = await api.connect(address.value.trim());
      say(answer, "Connected to " + nameOf(peer.name, peer.peerId) + ".");
      address.value = "";
    } catch (e) {
      say(answer, "Not connected: " + e.message);
      answer.classList.add("bad");
    } finally {
      button.disabled = false;
    }
  }

  function sort(column, isFirst = false) {
    isReversed = !isFirst && sortBy === column ? !isReversed : !column.isText;
    sortBy = column;
    for (const [each, cell] of heads) {
      if (each === column) cell.setAttribute("aria-sort", isReversed ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    draw();
  }

  function compare(a, b) {
    if (!a.lost !== !b.lost) return a.lost ? 1 : -1;
    const left = sortBy.of(a);
    const right = sortBy.of(b);
    const order = left < right ? -1 : left > right ? 1 : a.row.peerId < b.row.peerId ? -1 : 1;
    return isReversed ? -order : order;
  }

  function draw() {
    const text = search.value.trim().toLowerCase();
    const all = [...state.peers.values()];
    const found = all.filter(
      (peer) =>
        text === "" ||
        [peer.row.name, peer.row.peerId, peer.row.type, peerState(peer).word].some((each) => each && each.toLowerCase().includes(text)));
    found.sort(compare);
    const lost = all.filter((peer) => peer.lost).length;
    say(
      count,
      whole(all.length - lost) + " connected" + (lost > 0 ? ", " + whole(lost) + " lost" : "") +
        (text ? ", " + whole(found.length) + " fit" : "") + (found.length > SHOWN ? "; the first " + SHOWN + " are shown" : ""));
    if (found.length === 0) {
      fill(body, h("tr", { role: "row" }, h("td", { role: "cell", colSpan: COLUMNS.length, class: "empty" }, all.length === 0 ? "No peers yet. The node looks for them; or connect to one by its address." : "No peer fits.")));
      return;
    }
    if (body.firstElementChild && !body.firstElementChild.dataset.key) body.replaceChildren();
    reconcile(body, found.slice(0, SHOWN), (peer) => peer.row.peerId, makeRow, (element, peer) => updateRow(element, peer, chosen));
  }

  return {
    shown(id) {
      chosen = id;
      details.show(id);
      draw();
    },
    update(topics) {
      if (topics.has("all") || topics.has("sample") || topics.has("events")) {
        draw();
        details.update();
      }
    },
    escaped() {
      if (chosen) {
        const row = body.querySelector("tr.chosen a");
        location.hash = "#/peers";
        row?.focus();
        announce("Details closed");
      }
    },
  };
}

function makeRow(peer) {
  const cell = (label, tag, className, ...children) =>
    h(tag, { role: tag === "th" ? "rowheader" : "cell", class: className, "data-label": label, scope: tag === "th" ? "row" : null }, ...children);
  const parts = {
    link: h("a", { href: "#/peers/" + encodeURIComponent(peer.row.peerId), title: peer.row.peerId }),
    type: h("span", { class: "hint" }),
    state: h("span", { class: "state" }),
    reason: h("span", { class: "why" }),
    clock: h("span", { class: "clock tone-fair" }),
    rtt: h("span", { class: "rtt" }),
    spark: sparkline(),
    loss: h("span"),
    in: h("span"),
    out: h("span"),
    score: h("span"),
  };
  const row = h(
    "tr",
    { role: "row" },
    cell("Peer", "th", "who", parts.link, parts.type),
    cell("State", "td", "what", parts.state, parts.reason, parts.clock),
    cell("Round trip", "td", "number", parts.spark, parts.rtt),
    cell("Loss", "td", "number", parts.loss),
    cell("In / out", "td", "number rates", parts.in, parts.out),
    cell("Score", "td", "number", parts.score));
  row.parts = parts;
  return row;
}

function updateRow(element, peer, chosen) {
  const { parts } = element;
  const { row, lost } = peer;
  const { tone, sign, word, reason } = peerState(peer);
  say(parts.link, nameOf(row.name, row.peerId));
  say(parts.type, row.type ?? "");
  say(parts.state, sign + " " + word);
  parts.state.className = "state tone-" + tone;
  say(parts.reason, reason);
  parts.reason.title = reason;
  say(parts.clock, lost ? "" : clockWarning(row));
  say(parts.rtt, lost ? "–" : micros(row.rttMicros));
  drawSparkline(parts.spark, peer.roundTrips.list(), LIMITS.roundTrips);
  say(parts.loss, lost || !row.link ? "–" : percent(row.link.lossPermille));
  say(parts.in, lost || !row.link ? "–" : "↓ " + rate(inRate(row)));
  say(parts.out, lost || !row.link ? "" : "↑ " + rate(outRate(row)));
  say(parts.score, row.score === undefined ? "–" : row.score);
  element.classList.toggle("lost", Boolean(lost));
  element.classList.toggle("chosen", row.peerId === chosen);
}
