/* Keys in lists: j and k move, Enter opens, x chooses, / searches, ? shows the keys; a row's
   buttons may name keys of their own. */

import { open } from "./dialogs.js";

const ROWS = "table[data-keyboard] tbody tr, [data-keyboard] > .work-item";
const rows = () => Array.from(document.querySelectorAll(ROWS)).filter((row) => row.offsetParent);
const current = () => document.querySelector("[data-current]");

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = list.indexOf(current());
  const next = list[Math.min(Math.max(at + step, 0), list.length - 1)];
  current()?.removeAttribute("data-current");
  next.setAttribute("data-current", "");
  next.scrollIntoView({ block: "nearest" });
  const link = next.querySelector("a[href], button, input");
  link?.focus({ preventScroll: true });
}

function choose() {
  const box = current()?.querySelector(".row-check");
  if (!box) return;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  x: choose,
  Enter: () => current()?.querySelector("a[href]")?.click(),
  "/": () => document.querySelector("form[data-filters] [type=search]")?.focus(),
  "?": () => document.getElementById("keys") && open(document.getElementById("keys")),
};

/* A button of the current row, or of the page, that names its key: data-key="a". */
function named(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  return current()?.querySelector(wanted) ?? document.querySelector(`[data-keys] ${wanted}, [data-flash] ${wanted}`);
}

function busy(target) {
  if (document.querySelector("dialog[open]")) return true;
  return target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
  const button = named(event.key);
  const act = ACTS[event.key] ?? (button && (() => button.click()));
  if (!act) return;
  if (event.key === "Enter" && (event.target.closest("a, button, summary") || !current())) return;
  event.preventDefault();
  act();
}

export function start(root) {
  root.addEventListener("keydown", onKey);
}
