// Everything that is known of one peer, beside a table or graph.

import { api } from "./api.js";
import { fill, h, say } from "./dom.js";
import { bytes, micros, moment, nameOf, percent, rate, span, words } from "./format.js";
import { clockWarning, nodeState, peerState } from "./peer-state.js";

const AGAIN_MILLIS = 4000;

export class PeerDetails {
  #state;
  #id = null;
  #full = null;
  #readAt = 0;
  #isBusy = false;
  #ping = h("p", { class: "note", role: "status" });
  #title = h("h2", { id: "peer-details-title", tabIndex: -1 });
  #body = h("div");

  /** @param close called when the reader has seen enough */
  constructor(state, close) {
    this.#state = state;
    this.element = h(
      "aside",
      { class: "panel details", hidden: true, "aria-labelledby": "peer-details-title" },
      h("div", { class: "panel-head" }, this.#title, h("button", { type: "button", class: "quiet", "aria-label": "Close details (Esc)", onclick: close }, "✕")),
      this.#body);
  }

  /** Shows a peer, or nothing. */
  show(id) {
    const isOther = this.#id !== id;
    this.#id = id;
    this.element.hidden = !id;
    if (!id || !isOther) return;
    this.#full = null;
    this.#readAt = 0;
    say(this.#ping, "");
    this.update();
  }

  /** Brings it up to date. */
  update() {
    if (!this.#id) return;
    this.#draw();
    if (!this.#isBusy && Date.now() - this.#readAt > AGAIN_MILLIS) this.#read(this.#id);
  }

  async #read(id) {
    this.#isBusy = true;
    try {
      const full = await api.peer(id);
      if (id === this.#id) this.#full = full;
    } catch (e) {
      if (id === this.#id) this.#full = { problem: e.message };
    } finally {
      this.#isBusy = false;
      this.#readAt = id === this.#id ? Date.now() : 0;
    }
    if (id === this.#id) this.#draw();
  }

  async #pingNow(button) {
    const id = this.#id;
    button.disabled = true;
    say(this.#ping, "…");
    try {
      const { rttMicros } = await api.ping(id);
      if (id === this.#id) say(this.#ping, "Answered in " + micros(rttMicros) + ".");
    } catch (e) {
      if (id === this.#id) say(this.#ping, "No answer: " + e.message);
    } finally {
      button.disabled = false;
    }
  }

  #draw() {
    const peer = this.#state.peers.get(this.#id);
    const node = this.#state.topology?.nodeList.find((each) => each.peerId === this.#id) ?? this.#state.gone.get(this.#id)?.node;
    const full = this.#full?.problem ? null : this.#full;
    const row = peer?.row.connected !== undefined ? peer.row : (full ?? peer?.row ?? { peerId: this.#id });
    const how = node ? nodeState(this.#state, node, this.#state.gone.has(this.#id)) : peer ? peerState(peer) : null;
    say(this.#title, nameOf(row.name ?? node?.name, this.#id));
    const rows = [
      ["State", how && [h("span", { class: "state tone-" + how.tone }, how.sign + " " + how.word), how.reason && h("span", { class: "why line" }, how.reason)]],
      ["Clock", clockWarning(row) && [h("span", { class: "state tone-fair" }, clockWarning(row)), h("span", { class: "why line" }, "Messages between the two may expire early or late; p2p doctor says whose clock is wrong")]],
      ["Peer id", h("code", {}, this.#id)],
      ["Type", row.type ?? node?.type],
      ["Links", node && node.links + (node.critical ? ", and the network falls apart without it" : "")],
      ["Cost to it", node?.costMicros !== undefined && !node.self && micros(node.costMicros)],
      ...this.#measured(row, peer),
      ["Addresses", full?.addresses.length > 0 && full.addresses.map((each) => h("code", { class: "line" }, each))],
      ["Program", row.agent],
    ];
    const shown = rows.filter(([, value]) => value);
    const wanted = JSON.stringify([this.#id, shown.map(([name, value]) => [name, [value].flat().map((each) => each?.textContent ?? each)]), full?.terms, full?.protocols, this.#full?.problem]);
    if (this.#body.dataset.shown === wanted) return;
    this.#body.dataset.shown = wanted;
    const hadFocus = document.activeElement?.id === "peer-ping";
    const button = h("button", { type: "button", id: "peer-ping" }, "Ping");
    button.addEventListener("click", () => this.#pingNow(button));
    const isSelf = node?.self === true;
    fill(
      this.#body,
      h("dl", { class: "facts" }, shown.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      !isSelf && h("div", { class: "actions" }, button, h("a", { class: "button", href: "#/messages/to/" + encodeURIComponent(this.#id) }, "Write to it"), this.#ping),
      this.#full?.problem && !isSelf && h("p", { class: "hint" }, this.#full.problem),
      full && score(full),
      full?.protocols.length > 0 && h("details", {}, h("summary", {}, full.protocols.length + " protocols"), h("ul", { class: "plain" }, full.protocols.map((each) => h("li", {}, h("code", {}, each))))));
    if (hadFocus) button.focus();
  }

  #measured(row, peer) {
    if (!row.link || peer?.lost) return [["Traffic", row.bytesIn !== undefined && bytes(row.bytesIn) + " in, " + bytes(row.bytesOut) + " out"]];
    const { link } = row;
    return [
      ["Round trip", micros(link.rttMicros) + "; median " + micros(link.rttP50Micros) + ", 99 % within " + micros(link.rttP99Micros)],
      ["Jitter, loss", micros(link.jitterMicros) + ", " + percent(link.lossPermille)],
      ["Load", percent(link.loadPermille)],
      ["Traffic", rate(link.bytesInPerSecond) + " in, " + rate(link.bytesOutPerSecond) + " out; " + bytes(row.bytesIn) + " and " + bytes(row.bytesOut) + " so far"],
      ["Connected", row.connectedSince > 0 && "since " + moment(row.connectedSince)],
      ["Security", row.security && h("code", {}, row.security)],
    ];
  }
}

function score(full) {
  if (full.score === undefined) return null;
  return [
    h("h3", {}, "Score " + full.score + (full.standing ? " · " + words(full.standing) : "")),
    full.terms.length === 0
      ? h("p", { class: "hint" }, "Nothing counts for or against it.")
      : h(
        "table",
        { class: "terms" },
        h("caption", { class: "visually-hidden" }, "What its score is made of"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Cause"), h("th", { scope: "col", class: "number" }, "Points"), h("th", { scope: "col", class: "number" }, "Last"))),
        h("tbody", {}, full.terms.map((term) =>
          h(
            "tr",
            {},
            h("td", {}, term.words, term.count > 1 && h("span", { class: "hint" }, " × " + term.count)),
            h("td", { class: "number tone-" + (term.points < 0 ? "bad" : "good") }, (term.points > 0 ? "+" : "") + term.points),
            h("td", { class: "number" }, span(term.agoSeconds * 1000) + " ago"))))),
  ];
}
