// The log: network, faults, security, with a filter.

import { fill, h, panel, reconcile, say } from "../app/dom.js";
import { describe, eventLine, kindOf } from "../app/event-line.js";
import { whole } from "../app/format.js";

const SHOWN = 400;
const KINDS = [["fault", "Faults"], ["security", "Security"], ["network", "Network"]];

/** Builds the view. */
export function events(root, state) {
  const chosen = new Set(KINDS.map(([kind]) => kind));
  let isHeld = false;
  const counts = new Map();
  const search = h("input", { type: "search", id: "event-search", placeholder: "Name, id or words", oninput: () => draw() });
  const count = h("p", { class: "hint", role: "status" });
  const list = h("ol", { class: "event-list", "aria-label": "Events, the latest first" });
  const hold = h("button", { type: "button", "aria-pressed": "false", onclick: () => setHeld(!isHeld) }, "Hold");
  const boxes = KINDS.map(([kind, name]) => {
    const figure = h("span", { class: "count" });
    counts.set(kind, figure);
    return h(
      "label",
      { class: "chip" },
      h("input", {
        type: "checkbox",
        checked: true,
        onchange: (event) => {
          if (event.target.checked) chosen.add(kind);
          else chosen.delete(kind);
          draw();
        },
      }),
      name,
      figure);
  });
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Events"),
    panel(
      "Events",
      {},
      h(
        "div",
        { class: "filters" },
        h("fieldset", {}, h("legend", { class: "visually-hidden" }, "Kinds"), boxes),
        h("label", { for: "event-search", class: "visually-hidden" }, "Filter"),
        search,
        hold),
      count,
      list));

  function setHeld(value) {
    isHeld = value;
    hold.setAttribute("aria-pressed", String(isHeld));
    if (!isHeld) draw();
  }

  function fits(event, text) {
    if (!chosen.has(kindOf(event))) return false;
    if (text === "") return true;
    const { title, text: why, more } = describe(event);
    return [title, why, more, event.data.name, event.data.peerId].some((each) => each && each.toLowerCase().includes(text));
  }

  function draw() {
    const all = state.events.list();
    const text = search.value.trim().toLowerCase();
    const found = all.filter((event) => fits(event, text)).reverse();
    const shown = found.slice(0, SHOWN);
    for (const [kind, figure] of counts) say(figure, whole(all.filter((event) => kindOf(event) === kind).length));
    say(count, shown.length < found.length ? "The latest " + SHOWN + " of " + whole(found.length) + " that fit" : whole(found.length) + " of " + whole(all.length) + " events kept");
    reconcile(list, shown, (each) => each.number, (each) => eventLine(each), () => {});
  }

  return {
    update(topics) {
      if (topics.has("all") || (topics.has("events") && !isHeld)) draw();
    },
    escaped() {
      search.value = "";
      draw();
    },
  };
}
