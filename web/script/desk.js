// The agent's desk by keyboard alone.
// Holds: the keys printed on the desk: 1 2 3 say what came of a step (or answer a question), 0 takes the last answer
// back, g goes to the code box, x asks for a code, c copies the visit note; and the button that copies what is read
// aloud, which shows itself only here.
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

  const button = desk.querySelector("[data-copy]");
  const aloud = desk.querySelector("[data-aloud]");
  if (button && aloud) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const said = desk.querySelector("[data-copied]");
      copied(aloud.innerText.trim(), said, "话术", () => getSelection().selectAllChildren(aloud));
    });
  }
}

async function copy() {
  const note = document.getElementById("note");
  const said = document.getElementById("copied");
  if (!note || !said) return;
  await copied(note.value, said, "上门单", () => {
    note.focus();
    note.select();
  });
}

// Copies `text` and says so. Without the permission (or without TLS) the text is marked, ready for the usual key.
async function copied(text, said, name, mark) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = `已复制${name}。`;
  } catch {
    mark();
    said.textContent = `已选中${name}，请按 Ctrl+C 复制。`;
  }
  said.classList.add("shown");
}
