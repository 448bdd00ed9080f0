/* Small menus are <details data-menu>: one open at a time, closed by Escape or a click elsewhere. */

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

function closeAll(except) {
  for (const menu of openMenus()) {
    if (menu !== except && !menu.contains(except)) menu.open = false;
  }
}

function onKey(event) {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
}

function rail(root) {
  const panel = root.getElementById("rail");
  if (!panel) return;
  root.querySelector("[data-rail-open]")?.addEventListener("click", (event) => {
    event.preventDefault();
    panel.classList.add("open");
    panel.querySelector("a").focus();
  });
  const close = () => panel.classList.remove("open");
  panel.querySelector("[data-rail-close]")?.addEventListener("click", (event) => {
    event.preventDefault();
    close();
    root.querySelector("[data-rail-open]").focus();
  });
  root.addEventListener("keydown", (event) => event.key === "Escape" && close());
  root.getElementById("content")?.addEventListener("click", close);
}

export function start(root) {
  root.addEventListener("click", (event) => {
    closeAll(event.target.closest("details[data-menu]"));
  });
  root.addEventListener("keydown", onKey);
  rail(root);
}
