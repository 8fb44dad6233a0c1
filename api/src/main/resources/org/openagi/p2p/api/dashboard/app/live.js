// The WebSocket: subscribes to all channels, and comes back with growing pauses when it was lost.

import { api } from "./api.js";

const CHANNELS = ["network_events", "security_events", "monitoring_events", "messages"];
const PAUSE_FIRST = 500;
const PAUSE_MAX = 15_000;
// Samples come once a second; a connection without any for so long is dead, whatever the browser thinks.
const SILENCE_MAX = 10_000;

export class Live {
  #tell;
  #socket = null;
  #pause = PAUSE_FIRST;
  #timer = 0;
  #heard = 0;
  #watch = 0;
  #isWanted = false;

  /**
   * @param tell called with each message of the node, and with {type: "link", state, retryAt}: "open", "down", or "refused" if
   *     the session has ended
   */
  constructor(tell) {
    this.#tell = tell;
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#hurry();
    });
  }

  open() {
    this.#isWanted = true;
    this.#pause = PAUSE_FIRST;
    this.#connect();
  }

  close() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#socket?.close();
    this.#socket = null;
  }

  #hurry() {
    if (this.#isWanted && !this.#socket) this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const socket = new WebSocket(scheme + location.host + "/api/v1/ws");
    this.#socket = socket;
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#heard = Date.now();
      const told = JSON.parse(event.data);
      if (told.type === "welcome") {
        socket.send(JSON.stringify({ type: "subscribe", data: { channels: CHANNELS } }));
      } else if (told.type === "subscribed") {
        this.#pause = PAUSE_FIRST;
        this.#tell({ type: "link", state: "open" });
      }
      this.#tell(told);
    };
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#heard = Date.now();
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      if (Date.now() - this.#heard > SILENCE_MAX && !document.hidden) socket.close();
    }, 2000);
  }

  async #lost() {
    this.#socket = null;
    clearInterval(this.#watch);
    if (!this.#isWanted) return;
    const wait = this.#pause * (0.75 + Math.random() / 2);
    this.#pause = Math.min(PAUSE_MAX, this.#pause * 2);
    this.#tell({ type: "link", state: "down", retryAt: Date.now() + wait });
    // A socket does not say why it was refused; the session does.
    const isGood = await api.hasSession().catch(() => true);
    if (!this.#isWanted || this.#socket) return;
    if (!isGood) {
      this.close();
      this.#tell({ type: "link", state: "refused" });
      return;
    }
    this.#timer = setTimeout(() => this.#connect(), wait);
  }
}
