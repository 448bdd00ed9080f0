/* Where tabs do not fit beside one another, the one that is open is in sight. */

export function start(root) {
  for (const open of root.querySelectorAll(".tabs [aria-current], .pills [aria-current], .bar-nav [aria-current]")) {
    const row = open.parentElement;
    const beside = open.getBoundingClientRect().left - row.getBoundingClientRect().left;
    row.scrollLeft += beside - (row.clientWidth - open.offsetWidth) / 2;
  }
}
