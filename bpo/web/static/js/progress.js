/* Long work: asks data-progress-url for {done, total, text, label, finished, next} until it ends. */

const FIRST = 700;
const LONGEST = 5000;

function paint(box, state) {
  const bar = box.querySelector("progress");
  bar.max = state.total || 1;
  bar.value = state.done ?? 0;
  if (state.text) box.querySelector("[data-progress-text]").textContent = state.text;
  if (state.label) box.querySelector("[data-progress-label]").textContent = state.label;
}

async function follow(box, wait) {
  let pause = wait;
  try {
    const answer = await fetch(box.dataset.progressUrl, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const state = await answer.json();
      paint(box, state);
      if (state.finished) {
        if (state.next) location.assign(state.next);
        else location.reload();
        return;
      }
    } else if (answer.status < 500) return;
  } catch {
    pause = LONGEST;
  }
  setTimeout(() => follow(box, Math.min(pause * 1.3, LONGEST)), pause);
}

export function start(root) {
  for (const box of root.querySelectorAll("[data-progress-url]")) {
    setTimeout(() => follow(box, FIRST), FIRST);
  }
}
