// Sends messages, shows what arrives, what became of what was sent and which way it went, and the queue.

import { api } from "../app/api.js";
import { announce, fill, h, panel, reconcile, say, table } from "../app/dom.js";
import { bytes, clip, clock, DELIVERY, moment, nameOf, span, whole } from "../app/format.js";
import { depths, QUEUE_SHOWN, QueueReader } from "../app/queue.js";
import { TracePanel } from "../app/trace.js";

const TYPES = ["DATA", "CONSENSUS", "DISCOVERY", "HEARTBEAT", "ERROR"];
const INBOX_SHOWN = 100;
const SENT_SHOWN = 50;

/** Builds the view. */
export function messages(root, state) {
  const names = h("datalist", { id: "recipients" });
  const to = h("input", { id: "send-to", list: "recipients", required: true, spellcheck: false, autocomplete: "off", placeholder: "Name, peer id, address, or * for everyone" });
  const type = h("select", { id: "send-type" }, TYPES.map((each) => h("option", { value: each }, each)));
  const text = h("textarea", { id: "send-text", rows: 3, placeholder: "Text" });
  const button = h("button", { type: "submit", class: "primary" }, "Send");
  const note = h("p", { class: "note", role: "status" });
  const inbox = h("ol", { class: "inbox", "aria-label": "Messages that arrived, the latest first" });
  const sent = h("tbody");
  const queueRows = h("tbody");
  const queueNote = h("p", { class: "hint", role: "status" });
  const queueDone = h("p", { class: "note", role: "status" });
  const depthRows = h("tbody");
  const trace = new TracePanel(state);
  const reader = new QueueReader(state, drawQueue);

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form.requestSubmit();
  });
  fill(
    root,
    h("h1", { class: "visually-hidden" }, "Messages"),
    h(
      "div",
      { class: "grid" },
      h(
        "div",
        { class: "column" },
        panel(
          "Send a message",
          {},
          h(
            "form",
            { class: "send", onsubmit: submit },
            names,
            h("div", { class: "field" }, h("label", { for: "send-to" }, "To"), to),
            h("div", { class: "field" }, h("label", { for: "send-type" }, "Type"), type),
            h("div", { class: "field wide" }, h("label", { for: "send-text" }, "Text"), text),
            h("div", { class: "actions" }, button, h("span", { class: "hint wide-only" }, "Ctrl+Enter"), note))),
        trace.element),
      h(
        "div",
        { class: "column" },
        panel("Inbox", {}, inbox),
        panel("Sent", { class: "sent" }, table("Messages sent from here or by other clients of the API", ["To", "Text", "State", "#Took", "Way"], sent)))),
    panel(
      "Queue",
      {},
      queueNote,
      queueDone,
      table("Depth of the queue, by peer and class of priority", ["Peer", "Class", "#Messages", "#Size"], depthRows),
      table("Messages in the queue, and those that could not be delivered", ["To", "Class", "State", "#Size", "#Age", "Id", "Do"], queueRows)));
  to.value = "";

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    note.classList.remove("bad");
    say(note, "");
    try {
      const delivery = await api.send({ to: to.value.trim(), type: type.value, text: text.value });
      state.submitted(delivery, text.value);
      text.value = "";
      say(note, "Taken as " + clip(delivery.id, 24) + ".");
      if (!isForAll(delivery)) trace.follow(delivery.id);
    } catch (e) {
      note.classList.add("bad");
      say(note, e.message);
    } finally {
      button.disabled = false;
    }
  }

  function recipients() {
    const known = [...state.peers.values()].map(({ row }) => row.name ?? row.peerId);
    const others = (state.topology?.nodeList ?? []).filter((node) => !node.self).map((node) => node.name);
    const all = [...new Set([...known, ...others, "*"])].slice(0, 200);
    const wanted = all.join("\n");
    if (names.dataset.shown === wanted) return;
    names.dataset.shown = wanted;
    fill(names, all.map((each) => h("option", { value: each })));
  }

  function drawInbox() {
    const shown = state.inbox.list().slice(-INBOX_SHOWN).reverse();
    if (shown.length === 0) {
      fill(inbox, h("li", { class: "empty" }, "Nothing has arrived yet."));
      return;
    }
    if (inbox.firstElementChild && !inbox.firstElementChild.dataset.key) inbox.replaceChildren();
    reconcile(inbox, shown, (message) => message.number, (message) => letter(message, state), () => {});
  }

  function drawSent() {
    const shown = [...state.sent.values()].slice(-SENT_SHOWN).reverse();
    if (shown.length === 0) {
      fill(sent, h("tr", {}, h("td", { colSpan: 5, class: "empty" }, "Nothing was sent since this page was opened.")));
      return;
    }
    fill(
      sent,
      shown.map((each) =>
        h(
          "tr",
          {},
          h("td", { title: each.to ?? "" }, clip(each.to ?? "–", 28)),
          h("td", { class: "ellipsis" }, each.text ?? each.type + ", " + bytes(each.bytes)),
          h("td", {}, deliveryState(each), each.reason && h("span", { class: "why line" }, each.reason)),
          h("td", { class: "number" }, each.ended > 0 ? span(each.ended - each.created) === "0 s" ? each.ended - each.created + " ms" : span(each.ended - each.created) : "–"),
          h("td", {}, isForAll(each) ? h("span", { class: "hint" }, "over all") : h("a", { href: "#/messages/" + encodeURIComponent(each.id), title: each.id }, "Trace")))));
  }

  function drawQueue(page) {
    const rows = depths(page);
    say(
      queueNote,
      whole(page.waiting) + (page.waiting === 1 ? " message waits, " : " messages wait, ") + whole(page.ended) + " could not be delivered and are kept" +
        (page.waiting + page.ended > QUEUE_SHOWN ? "; the first " + QUEUE_SHOWN + " are listed" : "") + ".");
    fill(
      depthRows,
      rows.flatMap((row) =>
        page.depths
          .filter((each) => each.peerId === row.peerId)
          .map((each) =>
            h(
              "tr",
              {},
              h("th", { scope: "row", title: each.peerId }, nameOf(each.to, each.peerId)),
              h("td", {}, h("span", { class: "lane lane-" + each.lane.toLowerCase() }, each.lane)),
              h("td", { class: "number" }, whole(each.messages)),
              h("td", { class: "number" }, bytes(each.bytes))))),
      rows.length === 0 && h("tr", {}, h("td", { colSpan: 4, class: "empty" }, "Nothing waits.")));
    const now = Date.now();
    queueRows.closest(".table-box").hidden = page.messages.length === 0;
    reconcile(
      queueRows,
      page.messages,
      (each) => each.id + each.state,
      (each) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", title: each.peerId }, nameOf(each.to, each.peerId)),
          h("td", {}, each.lane),
          h("td", {}, deliveryState(each), each.reason && h("span", { class: "why line" }, each.reason)),
          h("td", { class: "number" }, bytes(each.bytes)),
          h("td", { class: "number", title: moment(each.created) }, span(now - each.created)),
          h("td", {}, h("a", { href: "#/messages/" + encodeURIComponent(each.id), title: each.id }, h("code", {}, clip(each.id, 18)))),
          h(
            "td",
            { class: "actions" },
            isEnded(each) && h("button", { type: "button", onclick: () => change(() => api.retry(each.id), "Sent again: ", each) }, "Retry"),
            h("button", { type: "button", onclick: () => drop(each) }, "Drop"))),
      () => {});
  }

  function drop(message) {
    if (confirm("Drop the message to " + nameOf(message.to, message.peerId) + "? It will not be delivered.")) {
      change(() => api.drop(message.id), "Dropped: ", message);
    }
  }

  async function change(action, done, message) {
    queueDone.classList.remove("bad");
    try {
      await action();
      say(queueDone, done + clip(message.id, 24));
    } catch (e) {
      queueDone.classList.add("bad");
      say(queueDone, e.message);
    }
    reader.read();
  }

  return {
    shown(rest) {
      if (rest?.startsWith("to/")) {
        const peer = state.peers.get(rest.slice(3));
        to.value = peer?.row.name ?? rest.slice(3);
        requestAnimationFrame(() => text.focus());
      } else if (rest) trace.follow(rest);
    },
    update(topics) {
      const isAll = topics.has("all");
      if (isAll || topics.has("sample")) {
        recipients();
        reader.look();
        trace.update();
      }
      if (isAll || topics.has("inbox")) {
        drawInbox();
        const { last } = state.inbox;
        if (!isAll && last) announce("Message from " + last.from);
      }
      if (isAll || topics.has("sent")) {
        drawSent();
        trace.update();
      }
    },
  };
}

// What goes to everyone is passed on by all, and no way of it is noted.
const isForAll = (delivery) => delivery.to === "*";

const isEnded = (message) => message.state === "EXPIRED" || message.state === "REFUSED";

function deliveryState(delivery) {
  const how = DELIVERY[delivery.state] ?? { tone: "info", sign: "○", word: delivery.state };
  return h("span", { class: "state tone-" + how.tone, title: delivery.code ?? "" }, how.sign + " " + how.word);
}

function letter(message, state) {
  const body =
    message.text === null
      ? h("p", { class: "hint" }, bytes(message.bytes) + " that are not text")
      : h("p", { class: "text" }, message.text === "" ? h("span", { class: "hint" }, "(empty)") : message.text);
  const item = h(
    "li",
    {},
    h(
      "div",
      { class: "letter-head" },
      h("b", { title: message.from }, nameOf(message.from, message.from)),
      h("span", { class: "hint" }, message.type + (message.to === "*" ? " to everyone" : "") + (message.redelivered ? ", again" : "")),
      h("time", { dateTime: new Date(message.sent).toISOString(), title: "Sent " + moment(message.sent) + " by the sender’s clock" }, clock(message.sent))),
    body,
    message.isCut && h("p", { class: "hint" }, "The beginning of " + bytes(message.bytes)));
  if (state.holds) {
    const done = h("button", { type: "button" }, "Handled");
    done.addEventListener("click", async () => {
      done.disabled = true;
      try {
        await api.acknowledge(message.number);
        done.textContent = "✓ Handled";
      } catch (e) {
        done.replaceWith(h("span", { class: "hint" }, e.code === "NOT_FOUND" ? "✓ Handled before" : e.message));
      }
    });
    item.append(h("div", { class: "actions" }, done));
  }
  return item;
}
