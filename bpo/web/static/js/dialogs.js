/* Dialogs: <a href="#id" data-dialog="id"> opens one; forms inside are sent as usual. */

export function open(dialog) {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
}

function onClick(event) {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      open(dialog);
    }
    return;
  }
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  const leaving = event.target.closest("[data-dialog-close], a[href='#']") || event.target === dialog;
  if (leaving) {
    event.preventDefault();
    dialog.close();
  }
}

export function start(root) {
  root.addEventListener("click", onClick);
}
