/* Starts every behaviour of the pages. Everything here is a comfort: pages work without it. */

import * as choosing from "./choosing.js";
import * as copying from "./copying.js";
import * as dialogs from "./dialogs.js";
import * as filtering from "./filtering.js";
import * as forms from "./forms.js";
import * as keyboard from "./keyboard.js";
import * as menus from "./menus.js";
import * as palette from "./palette.js";
import * as preferences from "./preferences.js";
import * as progress from "./progress.js";
import * as tabs from "./tabs.js";
import * as toasts from "./toasts.js";
import * as writing from "./writing.js";

document.documentElement.classList.add("js");

for (const behaviour of [
  toasts, menus, dialogs, forms, filtering, choosing, copying, keyboard, palette, preferences, progress,
  tabs, writing,
]) {
  behaviour.start(document);
}
