// Everything the page knows, bounded. The WebSocket's news go in; the views read, and are told what changed.

import { api, ApiError } from "./api.js";
import { clip } from "./format.js";
import { Ring } from "./ring.js";

export const LIMITS = {
  /** Seconds of the charts. */
  samples: 600,
  /** Round trips of a peer's sparkline. */
  roundTrips: 60,
  events: 1000,
  inbox: 300,
  sent: 200,
  /** Peers that were lost, and nodes that left the topology. */
  lost: 200,
  /** Characters of a message's text. */
  text: 4000,
};

/** Missed answers are asked for again after this. */
const AGAIN_MILLIS = 2000;

export class State {
  #listener = () => {};
  #changed = new Set();
  #frame = 0;
  #last = null;
  #eventsAfter = 0;
  #eventsBusy = false;
  #eventsMore = false;
  #inboxAfter = 0;
  #inboxBusy = false;
  #topologyBusy = false;
  #topologyMore = false;
  #topologyAgain = 0;

  constructor() {
    this.clear();
  }

  /** Forgets all, for another node or another run of this one. */
  clear() {
    this.link = { state: "connecting", retryAt: 0 };
    this.status = null;
    this.stats = null;
    this.samples = new Ring(LIMITS.samples);
    /** By peer id: {row, roundTrips, lost: {reason, at} or null}. */
    this.peers = new Map();
    this.events = new Ring(LIMITS.events);
    this.inbox = new Ring(LIMITS.inbox);
    this.unread = 0;
    this.unseen = 0;
    this.missed = 0;
    this.holds = false;
    /** By id, those this page sent. */
    this.sent = new Map();
    this.topology = null;
    /** By peer id: nodes that were in the topology and are not any more: {node, at}. */
    this.gone = new Map();
    this.#last = null;
    this.#eventsAfter = 0;
    this.#inboxAfter = 0;
  }

  /** Has a function called with a set of topics, at most once for each frame that is drawn. */
  subscribe(listener) {
    this.#listener = listener;
  }

  /** Says that something changed. */
  touch(...topics) {
    for (const topic of topics) this.#changed.add(topic);
    if (this.#frame) return;
    // A hidden page draws no frames, and would let the changes pile up.
    const later = document.hidden ? (run) => setTimeout(run, 250) : requestAnimationFrame;
    this.#frame = later(() => {
      this.#frame = 0;
      const topics = this.#changed;
      this.#changed = new Set();
      this.#listener(topics);
    });
  }

  /** Takes one of the node's news, or what the WebSocket says of itself. */
  take(told) {
    switch (told.type) {
      case "link":
        this.link = told;
        if (told.state === "open") this.#reload();
        this.touch("link");
        break;
      case "welcome":
        this.holds = told.data.holds;
        break;
      case "missed":
        this.missed += told.data.count;
        this.#reload();
        this.touch("link");
        break;
      case "sample":
        this.#sample(told.data, told.timestamp);
        break;
      case "message":
        this.#arrived(told.data);
        break;
      case "delivery":
        this.#settled(told.data);
        break;
      default:
        if (told.channel) this.#ring(told);
    }
  }

  // Events ring the bell; the log, which numbers them, is what is read: nothing is doubled or lost over a reconnect.
  #ring(told) {
    this.readEvents();
    if (told.channel === "network_events" || told.type === "fault") this.readTopology();
  }

  async #reload() {
    try {
      const status = await api.status();
      if (this.status && this.status.startedAt !== status.startedAt) {
        const link = this.link;
        this.clear();
        this.link = link;
      }
      this.status = status;
      this.touch("sample");
      await Promise.all([this.readEvents(), this.#readInbox(), this.readTopology()]);
    } catch (e) {
      this.#expected(e);
    }
  }

  #expected(e) {
    // The connection's end is shown, and all is read again when it is back.
    if (!(e instanceof ApiError)) throw e;
  }

  // Samples

  #sample(data, at) {
    this.status = data.status;
    this.stats = data.stats;
    const before = this.#last;
    const now = counters(data, at);
    this.#last = now;
    if (before && now.at > before.at && now.startedAt === before.startedAt) {
      const seconds = (now.at - before.at) / 1000;
      const each = (name) => Math.max(0, (now[name] - before[name]) / seconds);
      this.samples.push({
        at: at / 1000,
        bytesIn: each("bytesIn"),
        bytesOut: each("bytesOut"),
        messagesIn: each("messagesIn"),
        messagesOut: each("messagesOut"),
        waiting: data.status.waitingMessages,
        ...roundTrips(data.peers),
      });
    }
    this.#rows(data.peers, at);
    this.touch("sample");
  }

  #rows(rows, at) {
    const seen = new Set();
    for (const row of rows) {
      seen.add(row.peerId);
      const peer = this.#peer(row.peerId);
      peer.row = row;
      peer.lost = null;
      peer.roundTrips.push(row.rttMicros || null);
    }
    for (const [id, peer] of this.peers) {
      if (!seen.has(id) && !peer.lost) peer.lost = { reason: "no longer connected", at };
    }
  }

  #peer(id) {
    let peer = this.peers.get(id);
    if (!peer) {
      peer = { row: { peerId: id }, roundTrips: new Ring(LIMITS.roundTrips), lost: null };
      this.peers.set(id, peer);
      const lost = [...this.peers].filter(([, each]) => each.lost);
      lost.sort((a, b) => a[1].lost.at - b[1].lost.at);
      for (const [old] of lost.slice(0, Math.max(0, lost.length - LIMITS.lost))) this.peers.delete(old);
    }
    return peer;
  }

  // Events

  async readEvents() {
    this.#eventsMore = true;
    if (this.#eventsBusy) return;
    this.#eventsBusy = true;
    try {
      while (this.#eventsMore) {
        this.#eventsMore = false;
        const isFirst = this.#eventsAfter === 0;
        const page = await api.events(this.#eventsAfter);
        for (const event of page.events) this.#event(event, isFirst);
        this.#eventsAfter = page.last;
        if (page.events.length > 0) this.touch("events");
      }
    } catch (e) {
      this.#expected(e);
    } finally {
      this.#eventsBusy = false;
    }
  }

  #event(event, isOld) {
    this.events.push(event);
    const { peerId } = event.data;
    if (event.type === "peer_disconnected") {
      const peer = this.#peer(peerId);
      peer.row = { ...peer.row, name: event.data.name ?? peer.row.name ?? null };
      peer.lost = { reason: event.data.reason, at: event.timestamp };
    } else if (event.type === "peer_connected") {
      this.#peer(peerId).lost = null;
    } else if (event.type === "health_changed" && event.data.to === "DEAD") {
      const peer = this.#peer(peerId);
      peer.lost ??= { reason: event.data.why, at: event.timestamp };
    } else if (event.type === "peer_identified" && this.peers.has(peerId)) {
      const peer = this.#peer(peerId);
      peer.row = { ...peer.row, name: event.data.name, type: event.data.nodeType };
    }
    if (!isOld && (event.type === "fault" || event.type === "security")) this.unseen++;
  }

  // Messages

  #arrived(message) {
    if (message.number !== this.#inboxAfter + 1) {
      this.#readInbox();
      return;
    }
    this.#inboxAfter = message.number;
    this.#keep(message);
    this.unread++;
    this.touch("inbox");
  }

  #keep(message) {
    const text = message.text === null ? null : clip(message.text, LIMITS.text);
    const { base64, ...rest } = message;
    this.inbox.push({ ...rest, text, isCut: text !== message.text, at: Date.now() });
  }

  async #readInbox() {
    if (this.#inboxBusy) return;
    this.#inboxBusy = true;
    try {
      const ends = await api.inbox(this.#inboxAfter, 1);
      const isFirst = this.#inboxAfter === 0;
      if (ends.last < this.#inboxAfter) this.#inboxAfter = 0;
      let after = Math.max(this.#inboxAfter, ends.last - 100);
      while (after < ends.last) {
        const page = await api.inbox(after, 20);
        if (page.messages.length === 0) break;
        for (const message of page.messages) {
          this.#keep(message);
          if (!isFirst) this.unread++;
          after = message.number;
        }
      }
      this.#inboxAfter = Math.max(after, ends.last);
      this.touch("inbox");
    } catch (e) {
      this.#expected(e);
    } finally {
      this.#inboxBusy = false;
    }
  }

  /** A message this page has sent, as the node took it. */
  submitted(delivery, text) {
    // It may have ended before this answer came.
    const known = this.sent.get(delivery.id);
    this.sent.set(delivery.id, { ...delivery, ...(known ?? {}), text: clip(text, 200) });
    while (this.sent.size > LIMITS.sent) this.sent.delete(this.sent.keys().next().value);
    this.touch("sent");
  }

  #settled(delivery) {
    const known = this.sent.get(delivery.id);
    this.sent.set(delivery.id, { text: null, ...(known ?? {}), ...delivery });
    while (this.sent.size > LIMITS.sent) this.sent.delete(this.sent.keys().next().value);
    this.touch("sent");
  }

  // Topology

  /** Asks for the topology; soon again if it is asked for while it is on its way. */
  async readTopology() {
    if (this.#topologyBusy) {
      this.#topologyMore = true;
      return;
    }
    this.#topologyBusy = true;
    try {
      do {
        this.#topologyMore = false;
        this.#shape(await api.topology());
      } while (this.#topologyMore);
    } catch (e) {
      this.#expected(e);
      // One at a time, however often it was asked for: each that fails would come back for ever.
      clearTimeout(this.#topologyAgain);
      this.#topologyAgain = setTimeout(() => {
        if (this.link.state === "open") this.readTopology();
      }, AGAIN_MILLIS);
    } finally {
      this.#topologyBusy = false;
    }
  }

  #shape(topology) {
    const there = new Set(topology.nodeList.map((node) => node.peerId));
    for (const node of this.topology?.nodeList ?? []) {
      if (!there.has(node.peerId)) this.gone.set(node.peerId, { node, at: Date.now() });
    }
    for (const id of there) this.gone.delete(id);
    while (this.gone.size > LIMITS.lost) this.gone.delete(this.gone.keys().next().value);
    this.topology = topology;
    this.touch("topology");
  }
}

function counters(data, at) {
  return {
    at,
    startedAt: data.status.startedAt,
    bytesIn: data.status.bytesIn,
    bytesOut: data.status.bytesOut,
    messagesOut: data.stats.messages.sent.messagesSent,
    messagesIn: data.stats.messages.received.messagesHandled,
  };
}

/** The median and the largest of the smoothed round trips, in milliseconds; null without any. */
function roundTrips(rows) {
  const all = rows.map((row) => row.rttMicros / 1000).filter((millis) => millis > 0);
  if (all.length === 0) return { rttMedian: null, rttMost: null };
  all.sort((a, b) => a - b);
  return { rttMedian: all[Math.floor((all.length - 1) / 2)], rttMost: all.at(-1) };
}
