// Pages that follow the folder.
// Holds: an open article or the editors' page renews itself when the folder changes, without losing the place,
// what stands in the search box, or what is folded open.
// Leaves to others: searching (search.js), keys (keys.js). Without this file the pages are right when loaded.
// Rules: a hidden page holds no connection (a browser has six for all its tabs); what cannot be loaded leaves
// the page as it is.

const GATHER_MS = 150;
const AGAIN_MS = 5000;

const first = document.querySelector("[data-live]");
if (first) follow(first.dataset);

function follow({ live, id, revision, generation }) {
  const article = live === "article";
  let seen = article ? revision : generation;
  let source = null;
  let timer = 0;

  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  open();

  function open() {
    if (source || document.hidden) return;
    source = new EventSource("/api/v1/events" + (article ? `?article=${encodeURIComponent(id)}` : ""));
    source.addEventListener("hello", (event) => {
      // Something may have been published while nobody listened.
      const hello = JSON.parse(event.data);
      if (String(article ? hello.revision : hello.generation) !== seen) soon();
    });
    for (const name of ["missed", "article", "receipt", "tests"]) source.addEventListener(name, soon);
    source.addEventListener("error", () => {
      // The browser tries again after a lost connection, but not after a refusal.
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      setTimeout(open, AGAIN_MS);
    });
  }

  function close() {
    source?.close();
    source = null;
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(renew, GATHER_MS);
  }

  async function renew() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!response) return;
    if (response.status === 404 || response.status === 410) return say("这篇文章已经撤下，下面是刚才的内容。");
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.querySelector("[data-live]");
    const old = document.querySelector("[data-live]");
    if (!fresh || !old) return;
    seen = article ? fresh.dataset.revision : fresh.dataset.generation;
    if (article && seen === old.dataset.revision) return;
    replace(old, fresh);
    document.title = page.title;
    if (article) say("文章刚刚更新，您看到的是最新内容。");
  }
}

function replace(old, fresh) {
  // What somebody is typing, and what they have unfolded, is theirs.
  const typed = old.querySelector("[data-keep]");
  if (typed) fresh.querySelector("[data-keep]")?.replaceWith(typed);
  const folded = [...old.querySelectorAll("details")];
  [...fresh.querySelectorAll("details")].forEach((details, i) => {
    details.open = folded[i]?.open ?? details.open;
  });
  const anchor = [...old.querySelectorAll("h1, h2[id], h3[id], section[id], li[id]")]
    .filter((e) => e.id && e.getBoundingClientRect().top <= 8)
    .at(-1);
  const before = anchor?.getBoundingClientRect().top;
  const here = document.activeElement;
  old.replaceWith(document.adoptNode(fresh));
  if (typed?.contains(here)) here.focus({ preventScroll: true });
  const after = anchor && document.getElementById(anchor.id)?.getBoundingClientRect().top;
  if (after !== undefined && after !== null) scrollBy({ top: after - before, behavior: "instant" });
}

function say(words) {
  const note = document.getElementById("live-note");
  if (!note) return;
  note.textContent = words;
  note.hidden = false;
}
