// The agent's desk by keyboard alone.
// Holds: the keys printed on the desk: 1 2 3 say what came of a step (or answer a question), 0 takes the last answer
// back, g goes to the code box, x asks for a code, c copies the visit note.
// Leaves to others: "/" and the arrows (keys.js), the forms themselves, which work without this file.
// Rule: a key is a letter wherever somebody types.

const desk = document.querySelector("[data-desk]");

if (desk) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.repeat) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (document.activeElement?.matches("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") document.activeElement.blur();
      return;
    }
    // With a call on, the keys are for its step, not for the question above the results.
    const asked = desk.querySelector(".desk-walk") ?? desk;
    const button = asked.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      event.preventDefault();
      // A second press while the answer is under way would speak of a step nobody has seen.
      if (!desk.hasAttribute("aria-busy")) button.click();
    } else if (event.key === "g") {
      event.preventDefault();
      document.getElementById("code").select();
    } else if (event.key === "c") {
      event.preventDefault();
      copy();
    }
  });
  desk.addEventListener("submit", (event) => {
    // A search that stays on the page (search.js) is nothing to wait for.
    if (!event.defaultPrevented) desk.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => desk.removeAttribute("aria-busy"));
}

async function copy() {
  const note = document.getElementById("note");
  const said = document.getElementById("copied");
  if (!note || !said) return;
  try {
    await navigator.clipboard.writeText(note.value);
    said.textContent = "已复制上门单。";
  } catch {
    // Without the permission (or without TLS) the text is marked, ready for the usual key.
    note.focus();
    note.select();
    said.textContent = "已选中上门单，请按 Ctrl+C 复制。";
  }
  said.classList.add("shown");
}
