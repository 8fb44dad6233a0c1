// The way of a message, hop by hop.

import { api } from "./api.js";
import { announce, fill, h, panel, say } from "./dom.js";
import { DELIVERY, micros, nameOf, whole, words } from "./format.js";

const AGAIN_MILLIS = 1000;
const MISSES_MAX = 5;
const STAGES = {
  QUEUED: { tone: "info", sign: "○", word: "Queued" },
  SENT: { tone: "info", sign: "→", word: "Sent" },
  TAKEN: { tone: "info", sign: "↷", word: "Taken over" },
  LOST: { tone: "bad", sign: "✕", word: "Lost, sent again" },
  HOP: { tone: "info", sign: "◇", word: "Passed" },
  RECEIVED: { tone: "good", sign: "●", word: "Received" },
  ENDED: { tone: "good", sign: "✓", word: "Settled" },
};

export class TracePanel {
  #state;
  #id = null;
  #isEnded = false;
  #isBusy = false;
  #misses = 0;
  #readAt = 0;
  #field = h("input", { id: "trace-id", spellcheck: false, autocomplete: "off", required: true, placeholder: "Id of a message this node sent" });
  #note = h("p", { class: "note", role: "status" });
  #way = h("ol", { class: "way", "aria-label": "The way, node by node" });
  #steps = h("ol", { class: "steps", "aria-label": "What happened, in order of time" });

  constructor(state) {
    this.#state = state;
    const submit = (event) => {
      event.preventDefault();
      location.hash = "#/messages/" + encodeURIComponent(this.#field.value.trim());
    };
    this.element = panel(
      "Trace",
      { class: "trace" },
      h("form", { class: "inline", onsubmit: submit }, h("label", { for: "trace-id", class: "visually-hidden" }, "Message id"), this.#field, h("button", { type: "submit" }, "Trace")),
      this.#note,
      this.#way,
      this.#steps);
    fill(this.#steps, h("li", { class: "empty" }, "Send a message, or give the id of one, to see which way it went."));
  }

  /** Shows the way of a message, until it has ended. */
  follow(id) {
    this.#id = id;
    this.#isEnded = false;
    this.#misses = 0;
    this.#readAt = 0;
    this.#field.value = id;
    fill(this.#way);
    fill(this.#steps);
    this.update();
  }

  /** Asks again if the message is under way. */
  update() {
    if (!this.#id || this.#isBusy || this.#isEnded) return;
    const ended = this.#state.sent.get(this.#id)?.ended > 0;
    if ((!ended || this.#misses > 0) && Date.now() - this.#readAt < AGAIN_MILLIS) return;
    this.#read(this.#id);
  }

  async #read(id) {
    this.#isBusy = true;
    this.#readAt = Date.now();
    try {
      const trace = await api.trace(id);
      if (id === this.#id) this.#draw(trace);
    } catch (e) {
      if (id === this.#id) {
        // What was sent from here is known; it has just ended, and is noted in a moment.
        this.#isEnded = e.status === 404 ? ++this.#misses >= MISSES_MAX || !this.#state.sent.has(id) : e.status !== 0;
        fill(this.#way);
        fill(this.#steps);
        say(this.#note, e.message);
      }
    } finally {
      this.#isBusy = false;
    }
    if (id !== this.#id) this.update();
  }

  #draw(trace) {
    const how = DELIVERY[trace.state] ?? { tone: "info", sign: "○", word: words(trace.state) };
    this.#isEnded = !["QUEUED", "SENT"].includes(trace.state);
    say(this.#note, how.sign + " " + how.word + " · to " + nameOf(trace.to, trace.peerId) + " · sent " + (trace.attempts === 1 ? "once" : whole(trace.attempts) + " times"));
    this.#note.className = "note tone-" + how.tone;
    this.#drawWay(trace, how);
    fill(
      this.#steps,
      trace.steps.map((step) => {
        const stage = step.stage === "ENDED" ? how : (STAGES[step.stage] ?? STAGES.QUEUED);
        return h(
          "li",
          {},
          h("span", { class: "number" }, "+" + whole(step.afterMillis) + " ms"),
          h("span", { class: "sign tone-" + stage.tone, "aria-hidden": "true" }, stage.sign),
          h(
            "span",
            {},
            h("b", {}, stage.word),
            step.nodeId && [step.stage === "SENT" ? " to " : " by ", h("span", { title: step.nodeId }, nameOf(step.node, step.nodeId))],
            step.tookMicros > 0 && h("span", { class: "hint" }, step.stage === "HOP" ? " held for " + micros(step.tookMicros) : " after " + micros(step.tookMicros)),
            step.linkMicros > 0 && h("span", { class: "hint" }, ", link " + micros(step.linkMicros)),
            step.text && h("span", { class: "why line" }, step.text)));
      }));
    if (this.#isEnded) announce("Message " + how.word);
  }

  // The nodes it passed: this one, those that noted a hop, and the recipient.
  #drawWay(trace, how) {
    const received = trace.steps.findLast((step) => step.stage === "RECEIVED");
    const isThere = received !== undefined || trace.state === "ACKNOWLEDGED";
    const hops = trace.steps.filter((step) => step.stage === "HOP" && step.nodeId !== trace.peerId);
    const stop = (name, id, note, tone) =>
      h("li", { class: "stop tone-" + tone }, h("span", { class: "dot", "aria-hidden": "true" }), h("b", { title: id }, name), h("span", { class: "hint" }, note));
    const { status } = this.#state;
    fill(
      this.#way,
      stop(nameOf(status?.name, status?.peerId), status?.peerId ?? "", "this node", "good"),
      hops.map((step) => stop(nameOf(step.node, step.nodeId), step.nodeId, "held " + micros(step.tookMicros) + (step.linkMicros > 0 ? ", link " + micros(step.linkMicros) : ""), "good")),
      stop(
        nameOf(trace.to, trace.peerId),
        trace.peerId,
        received?.tookMicros > 0 ? "after " + micros(received.tookMicros) : isThere ? "received" : how.word.toLowerCase(),
        isThere ? "good" : how.tone));
  }
}
