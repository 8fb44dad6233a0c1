// Requests to the local API of the node that served this page.

/** An answer that is not what was asked for; `code` is the API's, or OFFLINE if there was none. */
export class ApiError extends Error {
  constructor(status, code, message, details) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

let onSessionEnd = () => {};

/** Has something done when the node no longer knows this page's session. */
export function whenSessionEnds(callback) {
  onSessionEnd = callback;
}

async function call(method, path, body, isLogin = false) {
  let response;
  try {
    response = await fetch("/api/v1/" + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      cache: "no-store",
      credentials: "same-origin",
    });
  } catch {
    throw new ApiError(0, "OFFLINE", "the node does not answer");
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  const error = answer?.error ?? {};
  if (response.status === 401 && !isLogin) onSessionEnd();
  throw new ApiError(
    response.status,
    error.code ?? "INTERNAL",
    error.message ?? "the node answered with status " + response.status,
    error.details);
}

const part = encodeURIComponent;

export const api = {
  logIn: (token) => call("POST", "session", { token }, true),
  logOut: () => call("DELETE", "session"),
  /** Whether there is a session. */
  async hasSession() {
    try {
      await call("GET", "session", undefined, true);
      return true;
    } catch (e) {
      if (e.status === 401) return false;
      throw e;
    }
  },
  status: () => call("GET", "status"),
  stats: () => call("GET", "stats"),
  identity: () => call("GET", "identity"),
  config: () => call("GET", "config"),
  topology: () => call("GET", "topology"),
  peers: () => call("GET", "peers"),
  peer: (id) => call("GET", "peers/" + part(id)),
  connect: (peer) => call("POST", "peers", { peer }),
  ping: (id) => call("POST", "peers/" + part(id) + "/ping"),
  send: (message) => call("POST", "messages", message),
  message: (id) => call("GET", "messages/" + part(id)),
  trace: (id) => call("GET", "messages/" + part(id) + "/trace"),
  inbox: (after, limit) => call("GET", "inbox?after=" + after + "&limit=" + limit),
  acknowledge: (number) => call("POST", "inbox/" + number + "/ack"),
  queue: (limit) => call("GET", "queue?limit=" + limit),
  retry: (id) => call("POST", "queue/" + part(id) + "/retry"),
  drop: (id) => call("DELETE", "queue/" + part(id)),
  events: (after) => call("GET", "events?after=" + after),
};
