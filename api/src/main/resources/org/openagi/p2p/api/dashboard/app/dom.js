// Makes elements. All text goes in as text: what peers say of themselves is never parsed as HTML.

// What is no property, or one that cannot be set.
const ATTRIBUTES = new Set(["role", "for", "scope", "list"]);

/**
 * An element. Members of `properties` that start with "on" are listeners, `class` and what has a "-" are attributes, the rest are
 * properties. Children are nodes or texts; null and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name.includes("-") || ATTRIBUTES.has(name)) {
      element.setAttribute(name, String(value));
    } else element[name] = value;
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces the content of an element. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

/** Sets a text only if it changed, so that selections and screen readers are left in peace. */
export function say(element, text) {
  const wanted = String(text ?? "");
  if (element.textContent !== wanted) element.textContent = wanted;
}

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  append(element, children);
  return element;
}

const ICONS = {
  overview: "M3 13h5l2-6 4 11 2.5-7 1 2H21",
  topology: "M6 18 12 6l6 12zM12 6v.01M6 18v.01M18 18v.01",
  peers: "M4 6h16M4 12h16M4 18h16M8 4v4M14 10v4M10 16v4",
  messages: "M4 5h16v11H9l-5 4z",
  events: "M12 4 2.8 20h18.4zM12 10v4M12 17v.01",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  help: "M9 9a3 3 0 1 1 4.2 2.7c-.8.4-1.2 1-1.2 1.8v.5M12 18v.01",
};

/** A small drawing that says nothing to screen readers. */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }));
}

/**
 * Makes the children of an element follow a list, keeping those that stay: focus, selection and scrolling survive.
 *
 * @param create makes the element of an item
 * @param update brings it up to date, also right after it was made
 */
export function reconcile(parent, items, keyOf, create, update) {
  const before = new Map();
  for (const child of parent.children) before.set(child.dataset.key, child);
  let at = parent.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let element = before.get(key);
    if (element) before.delete(key);
    else {
      element = create(item);
      element.dataset.key = key;
    }
    update(element, item);
    if (element === at) at = at.nextElementSibling;
    else parent.insertBefore(element, at);
  }
  for (const gone of before.values()) gone.remove();
}

/** Tells screen readers. */
export function announce(text, isUrgent = false) {
  say(document.getElementById(isUrgent ? "urgent" : "polite"), text);
}

/** A labelled part of a page. */
export function panel(title, properties, ...children) {
  const { tools, ...rest } = properties;
  const id = "panel-" + title.toLowerCase().replace(/[^a-z]+/g, "-");
  return h(
    "section",
    { ...rest, class: "panel " + (rest.class ?? ""), "aria-labelledby": id },
    h("div", { class: "panel-head" }, h("h2", { id }, title), tools),
    children);
}

/** A table with a caption for screen readers, in a box of its own that scrolls sideways on narrow screens. */
export function table(caption, heads, body) {
  return h(
    "div",
    { class: "table-box", tabIndex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, caption),
      h("thead", {}, h("tr", {}, heads.map((head) =>
        head instanceof Node
          ? head
          : h("th", { scope: "col", class: head.startsWith("#") ? "number" : "" }, head.replace(/^#/, ""))))),
      body));
}
