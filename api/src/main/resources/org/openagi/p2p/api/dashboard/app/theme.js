// Light and dark: the system's, or the chosen one; and the colours as canvases need them.

const ORDER = ["auto", "light", "dark"];
const listeners = new Set();
const system = matchMedia("(prefers-color-scheme: dark)");

export const theme = {
  get chosen() {
    return document.documentElement.dataset.theme ?? "auto";
  },

  /** Takes the next of system, light and dark. */
  next() {
    const chosen = ORDER[(ORDER.indexOf(this.chosen) + 1) % ORDER.length];
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem("p2p-theme", chosen);
    } catch {
      // It holds until the page is left.
    }
    changed();
    return chosen;
  },

  /** Has something drawn again when the colours changed, until a signal ends it. */
  onChange(listener, { signal }) {
    listeners.add(listener);
    signal.addEventListener("abort", () => listeners.delete(listener));
  },
};

system.addEventListener("change", changed);

let colours = null;

function changed() {
  colours = null;
  for (const listener of listeners) listener();
}

/** A colour of the style sheet, such as "good", in a form that a canvas understands. */
export function colour(name) {
  colours ??= new Map();
  if (!colours.has(name)) {
    const probe = document.createElement("span");
    probe.className = "probe";
    probe.style.color = "var(--" + name + ")";
    document.body.append(probe);
    colours.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return colours.get(name);
}
