// A node that plays days to the dashboard, as fast as the page can draw them. It is run before the page's own scripts: the clock,
// timers, frames, requests and the WebSocket are its own, and all else is the page's.
(() => {
  const SECOND = 1000;
  const HOUR = 3600;
  const PEERS = 12;
  const FAR = 20;
  const EVENTS_KEPT = 1000;
  const INBOX_KEPT = 300;
  const VIEW_SECONDS = 600;
  // How often things happen.
  const EVERY = { peer: 30, fault: 97, health: 61, message: 10, delivery: 20, reload: 900, recolour: 1800, login: 2 * HOUR };
  const DRAWN_FIRST = 10;
  const DRAWN_EVERY = 30;

  // The clock, timers and frames
  const started = Date.now();
  let second = 0;
  const now = () => started + second * SECOND;
  Date.now = now;
  const timers = new Map();
  let lastTimer = 0;
  const later = (run, delay, every) => timers.set(++lastTimer, { run, at: now() + delay, every }) && lastTimer;
  window.setTimeout = (run, delay = 0, ...rest) => later(() => run(...rest), delay, 0);
  window.setInterval = (run, delay = 0, ...rest) => later(() => run(...rest), delay, Math.max(1, delay));
  window.clearTimeout = window.clearInterval = (id) => timers.delete(id);
  let frames = new Map();
  window.requestAnimationFrame = (draw) => frames.set(++lastTimer, draw) && lastTimer;
  window.cancelAnimationFrame = (id) => frames.delete(id);

  function ring() {
    for (const [id, timer] of [...timers]) {
      if (timer.at > now() || !timers.has(id)) continue;
      if (timer.every) timer.at = now() + timer.every;
      else timers.delete(id);
      timer.run();
    }
  }

  function draw() {
    const due = frames;
    frames = new Map();
    for (const each of due.values()) each(performance.now());
  }

  // Lets promises and messages of the page come to their end.
  const channel = new MessageChannel();
  const breathe = () => new Promise((done) => {
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });

  // The node
  const id = (kind, number) => "12D3KooW" + (kind + String(number).padStart(8, "0")).repeat(4).slice(0, 44);
  const self = id("self", 0);
  const near = Array.from({ length: PEERS }, (each, index) => ({ peerId: id("near", index), name: "near-" + index, since: started }));
  const far = Array.from({ length: FAR }, (each, index) => ({ peerId: id("faraway", index), name: "far-" + index }));
  let passing = null;
  let isIn = false;
  let requests = 0;
  let logins = 0;
  const totals = { bytes: 0, sent: 0, received: 0 };
  const events = [];
  const inbox = [];
  let eventNumber = 0;
  const peers = () => (passing ? [...near, passing] : near);
  const noise = (seed, size) => Math.floor((Math.sin(second * 0.7 + seed) + 1) * size);

  function row(peer, index) {
    const rtt = 20_000 + noise(index, 5000);
    return {
      peerId: peer.peerId, name: peer.name, type: "full", connected: true, state: "HEALTHY", rttMicros: rtt, security: "/tls/1.0.0",
      connectedSince: peer.since, lastSeen: now(), bytesIn: totals.bytes, bytesOut: totals.bytes, agent: "openagi-p2p", score: 14.4, standing: "GOOD",
      link: {
        reason: "heard of it " + (second % 60) + " s ago", inStateMillis: 793, silentMillis: 0, rttMicros: rtt, rttP50Micros: rtt, rttP99Micros: 2 * rtt, jitterMicros: 2406,
        lossPermille: noise(index, 9), bytesInPerSecond: noise(index, 5000), bytesOutPerSecond: noise(index, 4000), loadPermille: 3,
      },
    };
  }

  const status = () => ({
    state: "running", name: "day", peerId: self, type: "full", version: "test", startedAt: started, uptimeMillis: second * SECOND,
    addresses: ["/ip4/127.0.0.1/tcp/4001/p2p/" + self], connectedPeers: peers().length, knownPeers: peers().length + FAR, connections: peers().length,
    waitingMessages: noise(3, 4), waitingBytes: noise(3, 400), bytesIn: totals.bytes, bytesOut: totals.bytes, dataFolder: "/home/day",
  });
  const stats = () => ({
    messages: {
      waitingMessages: noise(3, 4), store: { deadLetters: 2 },
      sent: { messagesSent: totals.sent, messagesAcknowledged: totals.sent, messagesExpired: 0 }, received: { messagesHandled: totals.received },
    },
  });

  function topology() {
    const nodeList = [{ peerId: self, name: "day", type: "full", self: true, links: peers().length, critical: false, costMicros: 0 }];
    const linkList = [];
    const link = (a, b) => linkList.push({ a, b, costMicros: 20_000, critical: false });
    for (const { peerId, name } of peers()) {
      nodeList.push({ peerId, name, type: "full", self: false, links: 2, critical: false, costMicros: 20_000 });
      link(self, peerId);
    }
    far.forEach(({ peerId, name }, index) => {
      nodeList.push({ peerId, name, type: "light", self: false, links: 1, critical: false, costMicros: 40_000 });
      link(near[index % PEERS].peerId, peerId);
    });
    return {
      nodes: nodeList.length, links: linkList.length, components: [nodeList.length], averageDegree: 2, maxDegree: 13, diameter: 4, averagePathLength: 2.5,
      clustering: 0, criticalKnown: true, criticalNodes: 0, criticalLinks: 0, sampled: false, nodeList, linkList,
    };
  }

  const delivery = (key) => ({
    id: key, to: "near-1", type: "DATA", bytes: 12, state: "ACKNOWLEDGED", code: null, reason: null, created: now() - 30, ended: now(), attempts: 1,
  });
  const trace = (key) => ({
    id: key, to: "near-1", peerId: near[1].peerId, state: "ACKNOWLEDGED", attempts: 1,
    steps: ["QUEUED", "SENT", "HOP", "RECEIVED", "ENDED"].map((stage, index) => ({
      at: now(), afterMillis: index, stage, node: "near-" + index, nodeId: near[index].peerId, tookMicros: 12, linkMicros: 34, text: "",
    })),
  });
  const waiting = () => Array.from({ length: 5 }, (each, index) => ({
    id: "waits-" + (Math.floor(second / 60) + index), to: "near-2", peerId: near[2].peerId, lane: "BULK", type: "DATA", bytes: 12, state: index ? "QUEUED" : "EXPIRED",
    code: null, reason: null, created: now() - 5000, ended: 0, attempts: 0,
  }));
  const pageOf = (name, log, after, limit) => ({
    first: log[0]?.number ?? 1, last: log.at(-1)?.number ?? 0, [name]: log.filter((each) => each.number > after).slice(0, limit),
  });

  const ANSWERS = [
    ["GET", /^status$/, status],
    ["GET", /^stats$/, stats],
    ["GET", /^session$/, () => null],
    ["GET", /^identity$/, () => ({ peerId: self, name: "day", type: "full" })],
    ["GET", /^config$/, () => ({ keys: Array.from({ length: 40 }, (each, index) => ({ key: "key_" + index, value: "v", origin: "default", default: "v", description: "A key." })) })],
    ["GET", /^topology$/, topology],
    ["GET", /^peers\/(.+)$/, (peer) => ({ ...row({ peerId: peer, name: "one", since: started }, 1), addresses: ["/ip4/127.0.0.1/tcp/1"], protocols: ["/a", "/b"], terms: [{ cause: "A", words: "kept its word", points: 1 + noise(1, 9), count: 2, agoSeconds: second % 60 }] })],
    ["GET", /^events\?after=(\d+)$/, (after) => pageOf("events", events, Number(after), EVENTS_KEPT)],
    ["GET", /^inbox\?after=(\d+)&limit=(\d+)$/, (after, limit) => pageOf("messages", inbox, Number(after), Number(limit))],
    ["GET", /^queue\?limit=\d+$/, () => ({ waiting: 4, ended: 1, depths: [{ peerId: near[2].peerId, to: "near-2", lane: "BULK", messages: 4, bytes: 48 }], messages: waiting() })],
    ["GET", /^messages\/([^/]+)\/trace$/, trace],
    ["POST", /^messages$/, () => ({ ...delivery("page-" + second), state: "QUEUED", ended: 0 })],
  ];

  window.fetch = async (address, { method = "GET" } = {}) => {
    requests++;
    const path = String(address).replace(/^\/api\/v1\//, "");
    const answer = (code, body) => ({ status: code, ok: code < 300, json: async () => JSON.parse(JSON.stringify(body)) });
    if (method === "POST" && path === "session") {
      isIn = true;
      logins++;
      return answer(204, null);
    }
    if (!isIn) return answer(401, { error: { code: "UNAUTHENTICATED", message: "the session has ended" } });
    for (const [by, pattern, body] of ANSWERS) {
      const found = method === by && pattern.exec(path);
      if (!found) continue;
      const made = body(...found.slice(1).map(decodeURIComponent));
      return answer(made === null ? 204 : 200, made);
    }
    problems.push(method + " " + path + " is not known here");
    return answer(404, { error: { code: "NOT_FOUND", message: path } });
  };

  // The WebSocket
  let socket = null;
  window.WebSocket = class {
    constructor() {
      socket = this;
      setTimeout(() => this.tell("welcome", { channels: [], holds: false }));
    }

    tell(type, data, channel) {
      if (this.isClosed) return;
      this.onmessage?.({ data: JSON.stringify({ type, channel, data, timestamp: now() }) });
    }

    send(text) {
      if (JSON.parse(text).type === "subscribe") setTimeout(() => this.tell("subscribed", { channels: [] }));
    }

    close() {
      if (this.isClosed) return;
      this.isClosed = true;
      if (socket === this) socket = null;
      this.onclose?.();
    }
  };

  // What happens
  const problems = [];
  addEventListener("error", (event) => problems.push(String(event.error?.stack ?? event.message)));
  addEventListener("unhandledrejection", (event) => problems.push(String(event.reason?.stack ?? event.reason)));

  function happens(type, channel, data) {
    events.push({ number: ++eventNumber, type, data, timestamp: now() });
    if (events.length > EVENTS_KEPT) events.shift();
    socket?.tell(type, data, channel);
  }

  function fault(number) {
    happens("fault", "security_events", { what: "DIAL_FAILED", peerId: far[number % FAR].peerId, name: "far-" + (number % FAR), cause: "could not be dialled: " + number, consequence: "it is tried again" });
  }

  function passes() {
    if (passing) happens("peer_disconnected", "network_events", { peerId: passing.peerId, name: passing.name, reason: "it went" });
    const number = second / EVERY.peer;
    passing = { peerId: id("passing", number), name: "passing-" + number, since: now() };
    const { peerId, name } = passing;
    happens("peer_connected", "network_events", { peerId, name, address: "/ip4/127.0.0.1/tcp/" + (number % 60_000), inbound: true, security: "/tls/1.0.0" });
    happens("peer_identified", "network_events", { peerId, name, nodeType: "light" });
  }

  function arrives() {
    totals.received++;
    const message = {
      number: totals.received, id: "in-" + totals.received, from: "near-" + (totals.received % PEERS), to: "day", type: "DATA", sent: now(), hopsLeft: 7, redelivered: false,
      bytes: 200, base64: "", text: ("message " + totals.received + " ").repeat(15),
    };
    inbox.push(message);
    if (inbox.length > INBOX_KEPT) inbox.shift();
    socket?.tell("message", message, "messages");
  }

  const VIEWS = [
    () => "overview",
    () => "topology/" + (passing ?? near[0]).peerId,
    () => "peers/" + (passing ?? near[0]).peerId,
    () => "messages/in-" + totals.received,
    () => "events",
    () => "settings",
  ];

  function looks() {
    if (second % VIEW_SECONDS === 1) location.hash = "#/" + VIEWS[Math.floor(second / VIEW_SECONDS) % VIEWS.length]();
    if (second % EVERY.recolour === 7) dispatchEvent(new KeyboardEvent("keydown", { key: "t" }));
    if (second % HOUR === 3 * VIEW_SECONDS + 30) writes();
  }

  function writes() {
    document.querySelector("#send-to").value = "near-1";
    document.querySelector("#send-text").value = "written at " + second;
    document.querySelector("form.send").requestSubmit();
  }

  function tick() {
    totals.bytes += 1000 + noise(5, 4000);
    if (second % EVERY.peer === 0) passes();
    if (second % EVERY.fault === 0) fault(second);
    if (second % EVERY.health === 0) happens("health_changed", "network_events", { peerId: near[second % PEERS].peerId, name: "near", from: "HEALTHY", to: second % 2 ? "HEALTHY" : "DEGRADED", why: "slow" });
    if (second % EVERY.message === 0) arrives();
    if (second % EVERY.delivery === 0) {
      totals.sent++;
      socket?.tell("delivery", delivery("out-" + totals.sent), "messages");
    }
    if (second % EVERY.reload === 0) socket?.close();
    if (second % EVERY.login === 300) isIn = false;
    if (second % EVERY.login === 360) location.hash = "#token=again";
    socket?.tell("sample", { status: status(), stats: stats(), peers: peers().map(row) }, "monitoring_events");
  }

  for (let i = 0; i < EVENTS_KEPT; i++) fault(i);

  window.day = {
    /** Plays some seconds; a page that is looked at is drawn, now and then also one that is not. */
    async play(seconds) {
      for (const end = second + seconds; second < end; ) {
        second++;
        looks();
        tick();
        ring();
        const inView = second % VIEW_SECONDS;
        if (inView < DRAWN_FIRST || inView % DRAWN_EVERY === 0) {
          await breathe();
          draw();
          await breathe();
        }
      }
      await breathe();
      draw();
      return problems.splice(0);
    },
    figures: () => ({ second, requests, logins, timers: timers.size }),
  };
})();
