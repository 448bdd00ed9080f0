/* Chosen rows: check boxes tied to a <form data-bulk>, which shows how many and what can be done. */

/* Not form.id: a form answers that with its input called "id". */
const nameOf = (form) => form.getAttribute("id");
const boxesOf = (form) =>
  Array.from(document.querySelectorAll(`.row-check[form="${CSS.escape(nameOf(form))}"]`));

function refresh(form) {
  const boxes = boxesOf(form);
  const chosen = boxes.filter((box) => box.checked).length;
  form.classList.toggle("shown", chosen > 0);
  form.querySelector("[data-bulk-count]").textContent = chosen.toLocaleString(document.documentElement.lang);
  const all = document.querySelector(`[data-check-all="${CSS.escape(nameOf(form))}"]`);
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
}

/* Shift and click choose everything between the last box and this one. */
function range(form) {
  let last = null;
  return (event) => {
    const box = event.target;
    const boxes = boxesOf(form);
    if (!boxes.includes(box)) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
    }
    last = box;
    refresh(form);
  };
}

function watch(form) {
  document.addEventListener("click", range(form));
  document.addEventListener("change", (event) => {
    if (event.target.dataset.checkAll === nameOf(form)) {
      for (const box of boxesOf(form)) box.checked = event.target.checked;
    }
    refresh(form);
  });
  const clear = form.querySelector("[data-bulk-clear]");
  clear.hidden = false;
  clear.addEventListener("click", () => {
    for (const box of boxesOf(form)) box.checked = false;
    refresh(form);
  });
  refresh(form);
}

export function start(root) {
  root.querySelectorAll("form[data-bulk]").forEach(watch);
}
