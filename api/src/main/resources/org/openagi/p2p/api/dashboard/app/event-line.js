// One event of the log as a line.

import { h } from "./dom.js";
import { clock, HEALTH, moment, nameOf, words } from "./format.js";

const WORST = new Set(["PEER_DEAD", "LINK_DEAD", "PARTITION_NOTICED", "OWN_NETWORK_DOWN", "STORAGE_FAILED", "PEER_REFUSED", "MESSAGE_LOST"]);
const RELIEF = new Set(["PEER_RECOVERED", "PARTITION_HEALED", "OWN_NETWORK_BACK", "PEER_ACCEPTED_AGAIN"]);

/** Kind of an event, for filters: network, fault or security. */
export const kindOf = (event) => (event.type === "fault" || event.type === "security" ? event.type : "network");

/** What happened in words: {tone, sign, title, text}. */
export function describe(event) {
  const { data } = event;
  switch (event.type) {
    case "listening":
      return { tone: "info", sign: "○", title: "Listening", text: data.addresses.join(", ") };
    case "peer_discovered":
      return { tone: "info", sign: "○", title: "Peer discovered", text: data.addresses.join(", ") };
    case "peer_connected":
      return { tone: "good", sign: "●", title: data.inbound ? "Peer connected to us" : "Connected to peer", text: data.address };
    case "peer_identified":
      return { tone: "info", sign: "○", title: "Peer told its name", text: data.nodeType + " node" };
    case "health_changed": {
      const state = HEALTH[data.to] ?? HEALTH.CONNECTED;
      return { ...state, title: words(data.from) + " → " + state.word, text: data.why };
    }
    case "peer_disconnected":
      return { tone: "bad", sign: "✕", title: "Peer disconnected", text: data.reason };
    case "fault": {
      const tone = RELIEF.has(data.what) ? "good" : WORST.has(data.what) ? "bad" : "fair";
      return { tone, sign: tone === "good" ? "●" : tone === "bad" ? "✕" : "▲", title: words(data.what), text: data.cause, more: data.consequence };
    }
    case "security":
      return { tone: "bad", sign: "⛨", title: words(data.what), text: data.cause, more: data.remedy };
    default:
      return { tone: "info", sign: "○", title: words(event.type), text: "" };
  }
}

/** The line, as an item of a list. */
export function eventLine(event) {
  const { tone, sign, title, text, more } = describe(event);
  const { peerId, name } = event.data;
  return h(
    "li",
    { class: "event" },
    h("time", { title: moment(event.timestamp), dateTime: new Date(event.timestamp).toISOString() }, clock(event.timestamp)),
    h("span", { class: "sign tone-" + tone, "aria-hidden": "true" }, sign),
    h(
      "div",
      {},
      h("p", {}, h("b", {}, title), peerId && [" ", h("a", { href: "#/peers/" + encodeURIComponent(peerId), title: peerId }, nameOf(name, peerId))]),
      text && h("p", { class: "why" }, text),
      more && h("p", { class: "more" }, more)));
}
