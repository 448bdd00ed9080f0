/* The little that the debtor's page adds when it can: copying a code, sending a form once. */

import * as copying from "./copying.js";
import * as forms from "./forms.js";

document.documentElement.classList.add("js");
copying.start(document);
forms.start(document);
