// Keys for people who do not want to reach for the mouse.
// Holds: "/" goes to the search box; the down and up arrows walk through the results and back to the box;
// Esc clears the box, or leaves the results for it.
// Leaves to others: searching (search.js), Enter on a result (it is a link).
// Rule: while an input method is composing, every key belongs to it.

const box = document.getElementById("q");

if (box) {
  let composing = false;
  box.addEventListener("compositionstart", () => {
    composing = true;
  });
  box.addEventListener("compositionend", () => {
    composing = false;
  });

  document.addEventListener("keydown", (event) => {
    // 229 is how Safari marks the key that has just ended a composition.
    if (composing || event.isComposing || event.keyCode === 229) return;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "/") toBox(event);
    else if (event.key === "ArrowDown") walk(event, 1);
    else if (event.key === "ArrowUp") walk(event, -1);
    else if (event.key === "Escape") leave(event);
  });
}

function toBox(event) {
  if (document.activeElement?.matches("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
  box.select();
}

function walk(event, by) {
  const links = [...document.querySelectorAll("#results .alarm a, #results .result-link")];
  const here = document.activeElement;
  const at = links.indexOf(here);
  // From anywhere else the arrows scroll the page, as always.
  if (here !== box && at < 0) return;
  if (here === box && by < 0) return;
  const next = at + by;
  const target = next < 0 ? box : links[next];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function leave(event) {
  const here = document.activeElement;
  if (here === box) {
    if (box.value === "") return;
    event.preventDefault();
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (here?.closest("#results")) {
    event.preventDefault();
    box.focus();
    box.select();
  }
}
