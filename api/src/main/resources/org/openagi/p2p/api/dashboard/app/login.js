// Asks for the token.

import { fill, h } from "./dom.js";

/** Shows the form; `logIn` is called with what was written, and may fail. */
export function showLogin(root, logIn, message) {
  document.title = "Log in · P2P node";
  const field = h("input", {
    id: "token",
    name: "token",
    type: "password",
    autocomplete: "current-password",
    spellcheck: false,
    required: true,
    "aria-describedby": "token-hint login-note",
  });
  const note = h("p", { id: "login-note", class: "note", role: "alert" }, message);
  const button = h("button", { type: "submit", class: "primary" }, "Log in");
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    note.textContent = "";
    try {
      await logIn(field.value.trim());
    } catch (e) {
      note.textContent = e.message;
      button.disabled = false;
      field.select();
    }
  };
  fill(
    root,
    h(
      "main",
      { id: "main", class: "login", tabIndex: -1 },
      h("img", { src: "icon.svg", alt: "", width: 40, height: 40 }),
      h("h1", {}, "P2P node"),
      h(
        "form",
        { onsubmit: submit },
        // For password managers, which keep tokens by name.
        h("input", { type: "text", name: "name", value: location.host, autocomplete: "username", hidden: true }),
        h("label", { for: "token" }, "Token"),
        field,
        h("p", { id: "token-hint", class: "hint" }, "It is in the file ", h("code", {}, "api.token"), " of the node’s data folder:"),
        h("pre", { class: "hint" }, "cat ~/.local/share/openagi-p2p/default/api.token"),
        button,
        note)));
  field.focus();
}
