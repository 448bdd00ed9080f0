/* Filters live in the address: a change of a GET form marked data-filters sends it at once. */

const PAUSE = 350;

function address(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (value !== "") query.append(name, value);
  }
  const text = query.toString();
  return form.getAttribute("action") + (text ? `?${text}` : "");
}

function follow(form) {
  const target = address(form);
  if (target === location.pathname + location.search) return;
  sessionStorage.setItem("filter-focus", document.activeElement?.id || "");
  location.assign(target);
}

function watch(form) {
  let timer;
  form.addEventListener("change", (event) => event.target.type !== "search" && follow(form));
  form.addEventListener("input", (event) => {
    if (event.target.type !== "search") return;
    clearTimeout(timer);
    timer = setTimeout(() => follow(form), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    follow(form);
  });
}

function restoreFocus(root) {
  const id = sessionStorage.getItem("filter-focus");
  sessionStorage.removeItem("filter-focus");
  const input = id && root.getElementById(id);
  if (!input) return;
  input.focus();
  if (input.type === "search") input.setSelectionRange(input.value.length, input.value.length);
}

export function start(root) {
  root.querySelectorAll("form[data-filters]").forEach(watch);
  restoreFocus(root);
}
