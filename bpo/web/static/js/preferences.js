/* The theme changes at once; the form that changes it is sent behind, so that it lasts. */

const YEAR = 365 * 24 * 3600;

function apply(form, button) {
  const theme = button.value;
  document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  for (const other of form.querySelectorAll("[name=theme]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
}

async function onSubmit(event) {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-preferences]") || button?.name !== "theme") return;
  event.preventDefault();
  apply(form, button);
  const body = new FormData(form, button);
  await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual" }).catch(() => {});
}

export function start(root) {
  root.addEventListener("submit", onSubmit, true);
}
