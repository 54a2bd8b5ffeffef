// Search as you type.
// Holds: the live search of the start page and of the desk. It asks the server for the page's own `results` block
// (header X-Fragment), puts it into #results and keeps the address in step. Where a call is on beside the results
// (data-beside) the address stays that of the call, and a search that is sent is a page of its own.
// Leaves to others: the form itself, which works without this file, and keys (keys.js).
// Rules: nothing is asked while an input method is composing; the Enter that ends a composition sends nothing;
// a failed request leaves the last results on the page and says so.

const PAUSE_MS = 120;

const form = document.getElementById("search");
const box = document.getElementById("q");
const results = document.getElementById("results");
const status = document.getElementById("search-status");

if (form && box && results && status) start();

function start() {
  let composing = false;
  let timer = 0;
  let request = null;
  let shown = address();
  const beside = "beside" in form.dataset;

  box.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
  });
  box.addEventListener("compositionend", () => {
    composing = false;
    later();
  });
  box.addEventListener("input", (event) => {
    if (!composing && !event.isComposing) later();
  });
  box.addEventListener("keydown", (event) => {
    // 229 is how Safari marks the Enter that has just ended a composition.
    if (event.key === "Enter" && (composing || event.isComposing || event.keyCode === 229)) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (composing) {
      event.preventDefault();
      return;
    }
    clearTimeout(timer);
    request?.abort();
    if (beside) return;
    event.preventDefault();
    // On a phone the keyboard covers the results; on a desk the next word follows.
    if (matchMedia("(pointer: coarse)").matches) box.blur();
    show(address(), true);
  });
  // A page kept by the browser may come back with other words in the box than it shows results for.
  addEventListener("pageshow", (event) => {
    if (event.persisted && address() !== shown) later();
  });

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => show(address(), false), PAUSE_MS);
  }

  async function show(url, asked) {
    if (url === shown && !asked) {
      request?.abort();
      return;
    }
    request?.abort();
    const mine = new AbortController();
    request = mine;
    results.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, {
        headers: { "X-Fragment": "results" },
        cache: "no-store", // the whole page lives at the same address
        signal: mine.signal,
      });
      const html = await response.text();
      if (mine.signal.aborted) return;
      if (!response.ok || response.redirected || /^\s*<!doctype/i.test(html)) {
        // Not the block we asked for. Whoever pressed 搜索 gets the server's own page.
        if (asked) location.assign(url);
        else say("这次没有搜成。请按「搜索」再试一次。", true);
        return;
      }
      put(html);
      shown = url;
      if (!beside) history.replaceState(history.state, "", url);
    } catch (error) {
      if (error.name === "AbortError") return;
      say("网络不通，结果没有更新。请检查网络，再按「搜索」。", true);
    } finally {
      if (request === mine) results.removeAttribute("aria-busy");
    }
  }

  function put(html) {
    // Focus inside the old results would be lost with them; the box is where typing goes on.
    const inside = results.contains(document.activeElement);
    results.innerHTML = html;
    if (inside) box.focus();
    say(results.querySelector("[data-say]")?.dataset.say ?? "", false);
  }

  function say(words, visible) {
    status.classList.toggle("shown", visible);
    if (status.textContent !== words) status.textContent = words;
  }
}

// The address of what the box asks now: empty fields stay out of it.
function address() {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text !== "") fields.append(name, text);
  }
  const query = fields.toString();
  const page = form.getAttribute("action");
  return query === "" ? page : `${page}?${query}`;
}
