// The frame of the page: header, navigation, shortcuts, and the view that is shown.

import { events } from "../views/events.js";
import { messages } from "../views/messages.js";
import { overview } from "../views/overview.js";
import { peers } from "../views/peers.js";
import { settings } from "../views/settings.js";
import { topology } from "../views/topology.js";
import { announce, fill, h, icon, say } from "./dom.js";
import { nameOf } from "./format.js";
import { theme } from "./theme.js";

const VIEWS = [
  { id: "overview", name: "Overview", make: overview },
  { id: "topology", name: "Topology", make: topology },
  { id: "peers", name: "Peers", make: peers },
  { id: "messages", name: "Messages", make: messages },
  { id: "events", name: "Events", make: events },
  { id: "settings", name: "Settings", make: settings },
];

const THEMES = { auto: "as the system", light: "light", dark: "dark" };

export class Shell {
  #root;
  #state;
  #made = new Map();
  #shown = null;
  #links = new Map();
  #ends = new AbortController();
  #seenFaults = 0;

  constructor(root, state, logOut) {
    this.#root = root;
    this.#state = state;
    this.#build(logOut);
    state.subscribe((topics) => this.#update(topics));
    const { signal } = this.#ends;
    addEventListener("hashchange", () => this.#route(true), { signal });
    addEventListener("keydown", (event) => this.#key(event), { signal });
    addEventListener("resize", () => this.#shown?.view.resized?.(), { signal });
    theme.onChange(() => this.#recolour(), { signal });
    this.#ticker = setInterval(() => this.#showLink(), 1000);
    this.#route(false);
  }

  #ticker;

  close() {
    this.#ends.abort();
    this.#state.subscribe(() => {});
    clearInterval(this.#ticker);
    for (const { view } of this.#made.values()) view.close?.();
    this.#made.clear();
    this.#shown = null;
  }

  #build(logOut) {
    this.#name = h("span", { class: "node-name" }, "…");
    this.#pill = h("span", { class: "pill", role: "status" }, "Connecting");
    this.#theme = h("button", { type: "button", class: "quiet", onclick: () => this.#nextTheme() }, icon("theme"));
    this.#labelTheme(theme.chosen);
    this.#help = this.#helpDialog();
    const nav = h(
      "nav",
      { "aria-label": "Views" },
      VIEWS.map((view, index) => {
        const badge = h("span", { class: "badge", hidden: true });
        const link = h(
          "a",
          { href: "#/" + view.id, "aria-keyshortcuts": String(index + 1), title: view.name + " (" + (index + 1) + ")" },
          icon(view.id),
          h("span", {}, view.name),
          badge);
        this.#links.set(view.id, { link, badge });
        return link;
      }));
    this.#main = h("main", { id: "main", tabIndex: -1 });
    fill(
      this.#root,
      h(
        "div",
        { class: "shell" },
        h(
          "header",
          {},
          h("img", { src: "icon.svg", alt: "", width: 26, height: 26 }),
          this.#name,
          this.#pill,
          h("span", { class: "grow" }),
          h("button", { type: "button", class: "quiet wide-only", title: "Keys (?)", "aria-label": "Keys", onclick: () => this.#help.showModal() }, icon("help")),
          this.#theme,
          h("button", { type: "button", class: "quiet", title: "Log out", "aria-label": "Log out", onclick: logOut }, icon("out"))),
        nav,
        this.#main),
      this.#help);
  }

  #name;
  #pill;
  #theme;
  #help;
  #main;

  #helpDialog() {
    const keys = [
      ["1 – 6", "the views"],
      ["/", "to the view’s search or first field"],
      ["n", "write a message"],
      ["t", "light, dark, or as the system"],
      ["Esc", "close what is open"],
      ["?", "this list"],
    ];
    const dialog = h(
      "dialog",
      { "aria-labelledby": "keys-title" },
      h("h2", { id: "keys-title" }, "Keys"),
      h("dl", { class: "keys" }, keys.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
      h("form", { method: "dialog" }, h("button", { type: "submit", class: "primary" }, "Close")));
    return dialog;
  }

  #nextTheme() {
    const chosen = theme.next();
    this.#labelTheme(chosen);
    announce("Colours: " + THEMES[chosen]);
  }

  #labelTheme(chosen) {
    const label = "Colours: " + THEMES[chosen] + " (t)";
    this.#theme.title = label;
    this.#theme.setAttribute("aria-label", label);
  }

  #recolour() {
    for (const { view } of this.#made.values()) view.recoloured?.();
  }

  #route(isMove) {
    const [, id, rest] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(location.hash) ?? [];
    const wanted = VIEWS.find((view) => view.id === id) ?? VIEWS[0];
    let entry = this.#made.get(wanted.id);
    if (!entry) {
      const element = h("div", { class: "view view-" + wanted.id });
      entry = { id: wanted.id, element, view: wanted.make(element, this.#state) };
      this.#made.set(wanted.id, entry);
    }
    const isOther = this.#shown !== entry;
    if (isOther) {
      this.#shown?.view.hidden?.();
      this.#shown = entry;
      this.#main.replaceChildren(entry.element);
      for (const [each, { link }] of this.#links) {
        if (each === wanted.id) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      if (isMove) {
        this.#main.scrollTop = 0;
        this.#main.focus({ preventScroll: true });
      }
    }
    this.#title();
    entry.view.shown?.(decoded(rest));
    entry.view.update(new Set(["all"]));
    this.#badges();
  }

  #title() {
    const view = VIEWS.find((each) => each.id === this.#shown?.id);
    const { status } = this.#state;
    document.title = (view?.name ?? "") + " · " + (status ? status.name : "P2P node");
  }

  #update(topics) {
    if (!this.#shown) return;
    const { status } = this.#state;
    if (status && this.#name.dataset.id !== status.peerId) {
      this.#name.dataset.id = status.peerId;
      say(this.#name, nameOf(status.name, status.peerId));
      this.#name.title = status.peerId;
      this.#title();
    }
    if (topics.has("link")) this.#showLink();
    this.#shown.view.update(topics);
    this.#badges();
    this.#speak();
  }

  #showLink() {
    const { link, missed } = this.#state;
    const isOpen = link.state === "open";
    const wait = Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000));
    this.#pill.className = "pill " + (isOpen ? "good" : link.state === "down" ? "bad" : "info");
    say(
      this.#pill,
      isOpen
        ? missed > 0 ? "● Live, " + missed + " news missed" : "● Live"
        : link.state === "down" ? "✕ Disconnected" : "○ Connecting");
    this.#pill.title = isOpen ? "News arrive as they happen" : wait > 0 ? "Next attempt in " + wait + " s" : "Trying to connect";
    document.body.classList.toggle("stale", link.state === "down");
  }

  #badges() {
    const state = this.#state;
    if (this.#shown.id === "messages") state.unread = 0;
    if (this.#shown.id === "events") state.unseen = 0;
    this.#badge("messages", state.unread, "not read");
    this.#badge("events", state.unseen, "new faults");
  }

  #badge(id, count, what) {
    const { link, badge } = this.#links.get(id);
    badge.hidden = count === 0;
    say(badge, count > 99 ? "99+" : count);
    if (count > 0) link.setAttribute("aria-label", id + ", " + count + " " + what);
    else link.removeAttribute("aria-label");
  }

  // Faults and refusals are spoken; all else would be chatter.
  #speak() {
    const fault = this.#state.events.last;
    if (!fault || fault.number <= this.#seenFaults) return;
    const isFirst = this.#seenFaults === 0;
    this.#seenFaults = fault.number;
    if (isFirst || (fault.type !== "fault" && fault.type !== "security")) return;
    announce(fault.data.cause, fault.type === "security");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#help.open) return;
    const { target } = event;
    const isField = target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape") {
      if (isField) target.blur();
      else this.#shown?.view.escaped?.();
      return;
    }
    if (isField) return;
    const number = Number(event.key);
    if (number >= 1 && number <= VIEWS.length) location.hash = "#/" + VIEWS[number - 1].id;
    else if (event.key === "?") this.#help.showModal();
    else if (event.key === "t") this.#nextTheme();
    else if (event.key === "/") this.#main.querySelector("input, textarea, select")?.focus();
    else if (event.key === "n") {
      location.hash = "#/messages";
      requestAnimationFrame(() => document.getElementById("send-text")?.focus());
    } else return;
    event.preventDefault();
  }
}

/** A part of the address; null if there is none, or none that can be read. */
function decoded(text) {
  try {
    return text ? decodeURIComponent(text) : null;
  } catch {
    return null;
  }
}
