/* Forms: no second sending (but for data-repeatable, such as a download), a shown password, a dropped file, the first error in focus. */

function onSubmit(event) {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if ("repeatable" in form.dataset) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
}

/* A page that comes back out of the browser's memory must be sendable again. */
function onReturn(event) {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    input.focus();
  });
}

function drop(box) {
  const input = box.querySelector("input[type=file]");
  const name = box.querySelector("[data-drop-name]");
  for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, () => box.classList.add("over"));
  for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("over"));
  input.addEventListener("change", () => {
    const names = Array.from(input.files, (file) => file.name);
    if (!names.length) return;
    name.textContent = names.join(", ");
    name.classList.add("drop-name");
  });
}

export function start(root) {
  root.addEventListener("submit", onSubmit);
  window.addEventListener("pageshow", onReturn);
  root.querySelectorAll("[data-reveal]").forEach(reveal);
  root.querySelectorAll("[data-drop]").forEach(drop);
  root.querySelector("[data-focus]")?.focus();
}
