/* The command palette: Ctrl or Cmd and K; asks the server for [{group, label, hint, url, colour}]. */

const PAUSE = 120;

let dialog, input, list, empty, results = [], chosen = 0, asked = 0, timer;

function option(result, position) {
  const item = document.createElement("li");
  item.className = "palette-option";
  item.id = `palette-${position}`;
  item.setAttribute("role", "option");
  if (result.colour) {
    const dot = item.appendChild(document.createElement("span"));
    dot.className = "dot";
    dot.dataset.colour = result.colour;
  }
  const label = item.appendChild(document.createElement("span"));
  label.className = "label";
  label.textContent = result.label;
  if (result.hint) {
    const hint = item.appendChild(document.createElement("span"));
    hint.className = "hint";
    hint.textContent = result.hint;
  }
  item.addEventListener("click", () => location.assign(result.url));
  item.addEventListener("mousemove", () => choose(position));
  return item;
}

function heading(text) {
  const item = document.createElement("li");
  item.className = "palette-group";
  item.setAttribute("role", "presentation");
  item.textContent = text;
  return item;
}

function choose(position) {
  const options = list.querySelectorAll("[role=option]");
  if (!options.length) return;
  chosen = (position + options.length) % options.length;
  options.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
  input.setAttribute("aria-activedescendant", options[chosen].id);
  options[chosen].scrollIntoView({ block: "nearest" });
}

function show(found) {
  results = found;
  list.replaceChildren();
  let group = null;
  results.forEach((result, position) => {
    if (result.group && result.group !== group) list.append(heading(result.group));
    group = result.group;
    list.append(option(result, position));
  });
  empty.hidden = results.length > 0;
  choose(0);
}

async function ask() {
  const turn = ++asked;
  const url = new URL(dialog.dataset.paletteUrl, location.href);
  url.searchParams.set("q", input.value.trim());
  if (dialog.dataset.workspace) url.searchParams.set("workspace", dialog.dataset.workspace);
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const body = await answer.json();
    show(body.results || body);
  } catch {
    /* offline: what is shown stays */
  }
}

function onKey(event) {
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Enter" && results[chosen]) location.assign(results[chosen].url);
  else return;
  event.preventDefault();
}

function open() {
  if (dialog.open) return;
  input.value = "";
  dialog.showModal();
  input.focus();
  ask();
}

export function start(root) {
  dialog = root.getElementById("palette");
  if (!dialog) return;
  input = dialog.querySelector("input");
  list = dialog.querySelector("[role=listbox]");
  empty = dialog.querySelector(".palette-empty");
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  root.querySelectorAll("[data-palette-open]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    open();
  }));
}
