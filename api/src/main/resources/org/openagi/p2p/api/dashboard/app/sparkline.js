// A line of the last values, small enough for a table's cell.

import { svg } from "./dom.js";

const WIDTH = 84;
const HEIGHT = 22;

/** An empty one. */
export function sparkline() {
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 " + WIDTH + " " + HEIGHT, width: WIDTH, height: HEIGHT, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: "" }));
}

/** Draws values, null where there is none; `max` of them fill the width. */
export function drawSparkline(element, values, max) {
  const known = values.filter((value) => value !== null);
  const top = Math.max(...known, 1);
  const low = Math.min(...known, top);
  // A line that hardly moves is drawn as one, and not its noise from top to bottom.
  const span = Math.max(top - low, top * 0.2);
  let path = "";
  let isDown = false;
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const x = ((max - values.length + index) / (max - 1)) * WIDTH;
    const y = HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4);
    path += (isDown ? "L" : "M") + x.toFixed(1) + " " + y.toFixed(1);
    isDown = true;
  });
  element.firstChild.setAttribute("d", path);
}
