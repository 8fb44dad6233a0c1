// How figures, names and states are written.

const PLAIN = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const whole = (number) => PLAIN.format(number);

function scaled(value, step, units) {
  let index = 0;
  while (Math.abs(value) >= step && index < units.length - 1) {
    value /= step;
    index++;
  }
  return (index === 0 && step === 1024 ? PLAIN.format(Math.round(value)) : SHORT.format(value)) + " " + units[index];
}

export const bytes = (count) => scaled(count, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);

export const rate = (perSecond) => bytes(perSecond) + "/s";

/** A duration that was measured in microseconds; "–" for 0, which means never measured. */
export function micros(value) {
  if (!value) return "–";
  return value < 1000 ? SHORT.format(value) + " µs" : value < 1e6 ? SHORT.format(value / 1000) + " ms" : SHORT.format(value / 1e6) + " s";
}

export function percent(permille) {
  return SHORT.format(permille / 10) + " %";
}

/** A span of time in its two largest units. */
export function span(millis) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  let left = Math.max(0, Math.round(millis / 1000));
  const parts = [];
  for (const [unit, seconds] of units) {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    if (count > 0 || (unit === "s" && parts.length === 0)) parts.push(count + " " + unit);
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

export const clock = (millis) => CLOCK.format(millis);

export const moment = (millis) => DAY.format(millis);

/** A peer id so short that it fits; ids differ at their end. */
export function shortId(id) {
  return id && id.length > 14 ? id.slice(0, 4) + "…" + id.slice(-6) : (id ?? "");
}

/** The name of a peer, or what is left of its id. */
export const nameOf = (name, id) => (name && name !== id ? clip(name, 48) : shortId(id));

export const clip = (text, length) => (text.length > length ? text.slice(0, length - 1) + "…" : text);

/** A word of the API for people: PEER_SUSPECT becomes "Peer suspect". */
export function words(code) {
  const text = String(code ?? "").replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** States of peers: a tone for the colour, and a sign that says the same without it. */
export const HEALTH = {
  HEALTHY: { tone: "good", sign: "●", word: "Healthy" },
  DEGRADED: { tone: "fair", sign: "▲", word: "Degraded" },
  SUSPECT: { tone: "bad", sign: "◆", word: "Suspect" },
  DEAD: { tone: "bad", sign: "✕", word: "Dead" },
  LOST: { tone: "bad", sign: "✕", word: "Lost" },
  CONNECTING: { tone: "info", sign: "○", word: "Connecting" },
  AUTHENTICATED: { tone: "info", sign: "◌", word: "Authenticated" },
  CONNECTED: { tone: "info", sign: "○", word: "Connected" },
};

/** States of messages. */
export const DELIVERY = {
  QUEUED: { tone: "info", sign: "○", word: "Waits" },
  SENT: { tone: "info", sign: "→", word: "Sent" },
  ACKNOWLEDGED: { tone: "good", sign: "✓", word: "Acknowledged" },
  EXPIRED: { tone: "bad", sign: "✕", word: "Expired" },
  REFUSED: { tone: "bad", sign: "⊘", word: "Refused" },
  KEPT: { tone: "fair", sign: "‖", word: "Kept" },
};
