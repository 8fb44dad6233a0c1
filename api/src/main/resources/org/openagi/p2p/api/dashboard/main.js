// Starts the page: logs in, opens the WebSocket, and shows the view that the address names.

import { api, whenSessionEnds } from "./app/api.js";
import { announce } from "./app/dom.js";
import { Live } from "./app/live.js";
import { showLogin } from "./app/login.js";
import { Shell } from "./app/shell.js";
import { State } from "./app/state.js";

// Whether a session was begun here; asking without one would only be refused.
const SESSION_HINT = "p2p-session";
const root = document.getElementById("app");
const state = new State();
const live = new Live((told) => (told.type === "link" && told.state === "refused" ? ended() : state.take(told)));
let shell = null;

function remember(isIn) {
  try {
    if (isIn) localStorage.setItem(SESSION_HINT, "1");
    else localStorage.removeItem(SESSION_HINT);
  } catch {
    // Without storage one logs in again after a reload.
  }
}

function remembers() {
  try {
    return localStorage.getItem(SESSION_HINT) === "1";
  } catch {
    return false;
  }
}

/** The token of #token=…, taken out of the address and of the browser's history at once. */
function tokenOfAddress() {
  const found = /^#token=([^&]*)(?:&(.*))?$/.exec(location.hash);
  if (!found) return null;
  history.replaceState(null, "", location.pathname + location.search + (found[2] ? "#" + found[2] : ""));
  return decodeURIComponent(found[1]);
}

async function logIn(token) {
  await api.logIn(token);
  remember(true);
  open();
}

async function logOut() {
  close();
  try {
    await api.logOut();
  } finally {
    askForToken("You are logged out.");
  }
}

function open() {
  state.clear();
  shell = new Shell(root, state, logOut);
  live.open();
}

function close() {
  live.close();
  shell?.close();
  shell = null;
  remember(false);
  state.clear();
}

function askForToken(message) {
  showLogin(root, logIn, message);
}

function ended() {
  if (!shell) return;
  close();
  askForToken("The session has ended. Log in again.");
  announce("The session has ended.", true);
}

async function start() {
  whenSessionEnds(ended);
  const token = tokenOfAddress();
  if (token !== null) {
    try {
      await logIn(token);
      return;
    } catch (e) {
      askForToken(e.message);
      return;
    }
  }
  const isIn = remembers() && (await api.hasSession().catch(() => false));
  if (isIn) open();
  else askForToken("");
}

// A link with a token that is opened in this same page only changes the address.
addEventListener("hashchange", () => {
  const token = tokenOfAddress();
  if (token !== null && !shell) logIn(token).catch((e) => askForToken(e.message));
});

start();
