// Charts over time, drawn by uPlot.

import uPlot from "../lib/uplot.js";
import { h } from "./dom.js";
import { colour } from "./theme.js";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/**
 * A chart that fills the width of its box.
 *
 * @param series [{label, tone, value(sample), dash}]
 * @param show writes a value
 * @param seconds that it shows at most
 * @param steps from one line of the grid to the next, where only some make sense
 */
export class TimeChart {
  #box;
  #plot = null;
  #series;
  #show;
  #label;
  #samples = [];
  #seconds;
  #steps;
  #resizes;

  constructor(label, series, show, seconds, steps) {
    this.#steps = steps;
    this.#label = label;
    this.#series = series;
    this.#show = show;
    this.#seconds = seconds;
    this.#box = h("div", { class: "chart", role: "img", "aria-label": label });
    this.#values = series.map((each) => h("b", {}, "–"));
    this.element = h(
      "figure",
      {},
      h(
        "figcaption",
        { class: "legend" },
        series.map((each, index) =>
          h("span", {}, h("i", { class: "key tone-" + each.tone + (each.dash ? " dashed" : "") }), each.label, " ", this.#values[index]))),
      this.#box);
    this.#resizes = new ResizeObserver(() => this.#fit());
    this.#resizes.observe(this.#box);
  }

  #values;

  #fit() {
    const width = this.#box.clientWidth;
    if (width === 0) return;
    if (!this.#plot) this.#draw(width);
    else if (this.#plot.width !== width) this.#plot.setSize({ width, height: this.#height() });
  }

  #height() {
    return this.#box.clientHeight;
  }

  #draw(width) {
    const axis = {
      stroke: () => colour("text-soft"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    this.#plot = new uPlot(
      {
        width,
        height: this.#height(),
        legend: { show: false },
        padding: [8, 8, 0, 0],
        cursor: { y: false, points: { size: 6 }, drag: { setScale: false } },
        scales: { x: { range: () => this.#range() }, y: { range: (plot, low, high) => [0, Math.max(high ?? 0, 1) * 1.15] } },
        axes: [
          { ...axis, size: 24, space: 70, values: (plot, splits) => splits.map((at) => CLOCK.format(at * 1000)) },
          { ...axis, size: 64, space: 26, ...(this.#steps && { incrs: this.#steps }), values: (plot, splits) => splits.map((value) => this.#show(value)) },
        ],
        series: [
          {},
          ...this.#series.map((each) => ({
            label: each.label,
            stroke: () => colour(each.tone),
            width: 1.75,
            dash: each.dash ? [5, 4] : undefined,
            points: { show: false },
          })),
        ],
        hooks: { setCursor: [(plot) => this.#legend(plot.cursor.idx)] },
      },
      this.#data(),
      this.#box);
  }

  // The right end is now; until there is enough to fill the chart it begins with the first sample.
  #range() {
    const last = this.#samples.at(-1)?.at ?? Date.now() / 1000;
    const first = this.#samples[0]?.at ?? last;
    return [Math.max(last - this.#seconds, Math.min(first, last - 60)), last];
  }

  #data() {
    const samples = this.#samples;
    return [samples.map((each) => each.at), ...this.#series.map((each) => samples.map(each.value))];
  }

  #legend(index) {
    const sample = index === null || index === undefined ? this.#samples.at(-1) : this.#samples[index];
    this.#series.forEach((each, at) => {
      const value = sample ? each.value(sample) : null;
      this.#values[at].textContent = value === null ? "–" : this.#show(value);
    });
  }

  update(samples) {
    this.#samples = samples;
    this.#fit();
    this.#plot?.setData(this.#data());
    this.#legend(this.#plot?.cursor.idx);
    const now = this.#values.map((value, at) => this.#series[at].label + " " + value.textContent).join(", ");
    this.#box.setAttribute("aria-label", this.#label + ": " + now);
  }

  recoloured() {
    this.#plot?.redraw(false);
  }

  /** Ends it: a plot that is not ended is kept for good by its library, and all of the page's view with it. */
  close() {
    this.#resizes.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }
}
