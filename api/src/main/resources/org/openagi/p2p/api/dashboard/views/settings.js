// Who the node is and how it is configured.

import { api } from "../app/api.js";
import { fill, h, panel } from "../app/dom.js";

/** Builds the view. */
export function settings(root, state) {
  const identity = h("dl", { class: "facts" });
  const rows = h("tbody", { role: "rowgroup" });
  const search = h("input", { type: "search", id: "key-search", placeholder: "Key, value or words", oninput: () => draw() });
  const onlyChanged = h("input", { type: "checkbox", onchange: () => draw() });
  const note = h("p", { class: "note", role: "status" });
  let keys = [];
  let readFor = null;
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Settings"),
    panel("Identity", {}, identity),
    panel(
      "Configuration",
      {},
      h("p", { class: "hint" }, "Read at the node’s start: change it in its file, environment or command line, and start it again."),
      h(
        "div",
        { class: "filters" },
        h("label", { for: "key-search", class: "visually-hidden" }, "Filter"),
        search,
        h("label", { class: "chip" }, onlyChanged, "Only what is not the default")),
      note,
      h(
        "table",
        { class: "cards", role: "table" },
        h("caption", { class: "visually-hidden" }, "Configuration: keys, values and where they were written"),
        h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, ["Key", "Value", "Origin", "Meaning"].map((head) => h("th", { scope: "col", role: "columnheader" }, head)))),
        rows)));

  async function read() {
    const { startedAt } = state.status ?? {};
    if (readFor === startedAt && keys.length > 0) return;
    try {
      const [who, config] = await Promise.all([api.identity(), api.config()]);
      keys = config.keys;
      readFor = startedAt;
      fill(
        identity,
        [["Name", who.name], ["Peer id", h("code", {}, who.peerId)], ["Type", who.type], ["Addresses", (state.status?.addresses ?? []).map((each) => h("code", { class: "line" }, each))]].map(
          ([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
      note.textContent = "";
      draw();
    } catch (e) {
      note.textContent = e.message;
    }
  }

  const isDefault = (key) => /^default/i.test(key.origin);

  function draw() {
    const text = search.value.trim().toLowerCase();
    const found = keys.filter(
      (key) =>
        (!onlyChanged.checked || !isDefault(key)) &&
        [key.key, key.value, key.origin, key.description].some((each) => String(each).toLowerCase().includes(text)));
    fill(
      rows,
      found.map((key) =>
        h(
          "tr",
          { role: "row", class: isDefault(key) ? "" : "changed" },
          h("th", { scope: "row", role: "rowheader" }, h("code", {}, key.key)),
          h("td", { role: "cell" }, h("code", {}, key.value === "" ? "(empty)" : key.value)),
          h("td", { role: "cell" }, isDefault(key) ? "default" : [h("b", {}, key.origin), h("span", { class: "hint line" }, "default: " + (key.default || "(empty)"))]),
          h("td", { role: "cell", class: "prose" }, key.description))),
      found.length === 0 && h("tr", {}, h("td", { colSpan: 4, class: "empty" }, "No key fits.")));
  }

  return {
    shown: () => read(),
    update(topics) {
      if (topics.has("sample")) read();
    },
    escaped() {
      search.value = "";
      draw();
    },
  };
}
