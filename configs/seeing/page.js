"use strict";
// Sorts a table by the column whose head is pressed, changes the theme, and says
// what a mark or a word is: where it is pointed at, touched or has the focus.
document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" ||
    (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
});
for (const table of document.querySelectorAll("table.sorts")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      const falls = head.getAttribute("aria-sort") === "descending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falls ? "ascending" : "descending");
      const sign = falls ? 1 : -1, body = table.tBodies[0];
      const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const order = (a, b) => {
        const x = key(a), y = key(b), p = Number(x), q = Number(y);
        return sign * (Number.isNaN(p) || Number.isNaN(q) ? x.localeCompare(y) : p - q);
      };
      body.append(...[...body.rows].sort(order));
    });
  });
}
const tip = document.getElementById("tip");
for (const word of document.querySelectorAll("abbr, .legend li")) word.tabIndex = 0;
const says = (mark) => {
  const shape = mark.closest("svg *");
  const title = shape && [...shape.children].find((one) => one.tagName === "title");
  const named = mark.closest("[title], [data-says]");
  if (title) return title.textContent;
  if (named && named.title) { // the browser's own would come on top of it
    named.dataset.says = named.title;
    named.removeAttribute("title");
  }
  return named ? named.dataset.says : "";
};
const show = (event) => {
  const text = says(event.target);
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const at = event.target.getBoundingClientRect();
  const x = event.clientX ?? at.left, y = event.clientX === undefined ? at.bottom : event.clientY;
  tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - tip.offsetHeight - 8))}px`;
};
for (const what of ["pointerover", "focusin", "click"]) document.addEventListener(what, show);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });
document.addEventListener("focusout", () => { tip.hidden = true; });
addEventListener("beforeprint", () => { // what is folded would be left out
  for (const fold of document.querySelectorAll("details")) fold.open = true;
});
