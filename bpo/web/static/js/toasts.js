/* Good news leaves by itself: flashed successes become toasts; warnings and errors stay on the page. */

const SHOWN_FOR = 8000;
const FLEETING = new Set(["success", "good", "message", "info"]);

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), SHOWN_FOR);
  const wait = () => clearTimeout(timer);
  const again = () => { wait(); timer = setTimeout(() => toast.remove(), SHOWN_FOR / 2); };
  for (const kind of ["mouseenter", "focusin"]) toast.addEventListener(kind, wait);
  for (const kind of ["mouseleave", "focusout"]) toast.addEventListener(kind, again);
}

export function start(root) {
  const place = root.querySelector("[data-toasts]");
  if (!place) return;
  for (const flash of root.querySelectorAll("[data-flash]")) {
    if (!FLEETING.has(flash.dataset.flash)) continue;
    flash.className = "toast";
    place.append(flash);
    leave(flash);
  }
  for (const box of root.querySelectorAll("[data-flashes]")) if (!box.children.length) box.remove();
}
