/* Writing a text: variables go where the cursor is, and checks and preview follow what is typed. */

const PAUSE = 450;

function put(field, text, alone) {
  const start = field.selectionStart ?? field.value.length;
  const before = field.value.slice(0, start);
  const after = field.value.slice(field.selectionEnd ?? start);
  const lead = alone && before && !before.endsWith("\n\n") ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  const tail = alone && after && !after.startsWith("\n") ? "\n\n" : "";
  field.setRangeText(lead + text + tail, start, field.selectionEnd ?? start, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/* A frame of its own for every showing, so that the way back does not lead through previews. */
function freshFrame(box) {
  const old = box.querySelector("iframe[name=message]");
  if (!old) return null;
  const frame = old.cloneNode();
  frame.removeAttribute("src");
  old.replaceWith(frame);
  return frame;
}

function watch(box) {
  const form = box.querySelector("form[data-live]");
  const here = box.querySelector("[data-live-here]");
  const show = form.querySelector("[data-show-message]");
  const readers = form.querySelector("select[name=debtor]");
  let field = form.elements.body;
  let timer;
  let turn = 0;

  async function refresh() {
    const mine = ++turn;
    here.setAttribute("aria-busy", "true");
    const answer = await fetch(form.dataset.live, { method: "POST", body: new FormData(form) });
    if (mine !== turn) return;
    here.removeAttribute("aria-busy");
    if (!answer.ok) return;
    const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
    here.replaceChildren(...shown.body.childNodes);
    if (show && freshFrame(box)) form.requestSubmit(show);
  }

  form.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea, input[type=text]")) field = event.target;
  });
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button) return;
    event.preventDefault();
    const alone = "insertLine" in button.dataset;
    put(alone ? form.elements.body : field, button.dataset.insert, alone);
  });
  form.querySelector("[data-next-reader]")?.addEventListener("click", () => {
    readers.selectedIndex = (readers.selectedIndex + 1) % readers.options.length;
    readers.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

export function start(root) {
  root.querySelectorAll("[data-writing]").forEach(watch);
}
