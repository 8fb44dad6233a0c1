// The queue: read when something in it changed.

import { api, ApiError } from "./api.js";

/** Messages that are listed. */
export const QUEUE_SHOWN = 200;

/** Asks for the queue when the node's figures say that it changed, while somebody looks. */
export class QueueReader {
  #state;
  #tell;
  #seen = "";
  #isBusy = false;

  constructor(state, tell) {
    this.#state = state;
    this.#tell = tell;
  }

  /** To be called with each sample. */
  look() {
    const { messages } = this.#state.stats ?? {};
    if (!messages) return;
    const { sent } = messages;
    const now = [messages.waitingMessages, messages.store.deadLetters, sent.messagesSent, sent.messagesAcknowledged, sent.messagesExpired].join();
    if (now === this.#seen) return;
    if (!this.#isBusy) this.read(now);
  }

  /** Asks at once. */
  async read(now = "") {
    this.#isBusy = true;
    try {
      const page = await api.queue(QUEUE_SHOWN);
      this.#seen = now;
      this.#tell(page);
    } catch (e) {
      if (!(e instanceof ApiError)) throw e;
    } finally {
      this.#isBusy = false;
    }
  }
}

/** How much waits for each peer, in each class of priority; the most first. */
export function depths(page) {
  const byPeer = new Map();
  for (const { peerId, to, lane, messages, bytes } of page.depths) {
    let row = byPeer.get(peerId);
    if (!row) byPeer.set(peerId, (row = { peerId, name: to, total: 0, bytes: 0, lanes: [] }));
    row.total += messages;
    row.bytes += bytes;
    row.lanes.push([lane, messages]);
  }
  return [...byPeer.values()].sort((a, b) => b.total - a.total);
}
