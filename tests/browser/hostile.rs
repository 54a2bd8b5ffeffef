//! Articles, pictures and words that try to run something in the reader's browser. `tests/sample/hostile/`
//! holds them; what their HTML may hold is in `tests/it/hostile.rs`.

use crate::{
    at, shown,
    webdriver::{Browser, Screen, Script, key},
    world::{EDITOR, World},
};

const SAMPLES: &str = "tests/sample/hostile";
/// What the console says of pages and pictures that are not there, and of numbers nobody was asked to dial.
const HANDED_ON: [&str; 3] = [
    "Failed to load resource: the server responded with a status of 404",
    "Not allowed to launch 'mailto:",
    "Not allowed to launch 'tel:",
];
/// What the console says of a picture that is a program.
const REFUSED: [&str; 6] = [
    "violates the following Content Security Policy",
    "Blocked script execution",
    "is sandboxed",
    "Unsafe attempt to load URL",
    "XSLTProcessor",
    "Failed to load resource: the server responded with a status of 404",
];

const FILE: &str = "<img src=x onerror=window.pwned=1>.md";
const ARTICLE: &str = r##"---
title: "脱毛衣<script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
appliance: "<img src=x onerror=window.pwned=1>机"
models: ["\"><script>window.pwned=1</script>"]
symptoms: ["羊毛衫卡住<svg onload=window.pwned=1>"]
owner: "<b onclick=window.pwned=1>"
---
## 步骤 <img src=x onerror=window.pwned=1>
羊毛衫卡住时，<script>window.pwned=1</script><img src=x onerror="window.pwned=1">别拉。

### 点<img src=x onerror=window.pwned=1>一下 {#x" onmouseover="window.pwned=1}
[点我](javascript:window.pwned=1) <a href="javascript:window.pwned=1" onclick="window.pwned=1">点我</a>
<a href="data:text/html,<script>window.pwned=1</script>">点我</a> <iframe srcdoc="<script>parent.pwned=1</script>"></iframe>
![图](x" onerror="window.pwned=1) <form action="javascript:window.pwned=1"><button>点我</button></form>

<style>body { display: none }</style><base href="http://example.invalid/"><meta http-equiv="refresh" content="0;url=/login">
"##;
const WORDS: &str = "羊毛衫卡住<script>window.pwned=1</script>\"><img src=x onerror=window.pwned=1>";

/// What runs, or could at a click or while loading: handlers, foreign scripts, links that are scripts, frames,
/// styles and forms of others, and whatever an article may not hold at all.
const ARMED: &str = "const own = url => url === '' || new URL(url, location.origin).origin === location.origin;
    const address = /^(src|action|formaction|srcset|poster|data|background|ping|xlink:href|cite)$/i;
    const safe = ['http:', 'https:', 'mailto:', 'tel:'];
    const armed = [...document.querySelectorAll('*')].filter(e =>
        [...e.attributes].some(a => /^(on|style$|srcdoc$|target$)/i.test(a.name) ||
            /^\\s*(javascript|data|vbscript):/i.test(a.value) || (address.test(a.name) && !own(a.value))) ||
        (e.localName === 'script' && !new URL(e.src, location.origin).pathname.startsWith('/assets/')) ||
        ['iframe', 'frame', 'base', 'object', 'embed', 'style', 'template', 'noscript', 'video'].includes(e.localName) ||
        (e.localName === 'meta' && e.httpEquiv) || (e.localName === 'link' && !e.href.includes('/assets/')) ||
        (e.localName === 'a' && e.hasAttribute('href') && !safe.includes(e.protocol)) ||
        e.matches('.prose :is(form, input, button, textarea, select, svg, math, svg *, math *, [id])'));
    return armed.map(e => e.outerHTML).concat(window.pwned === undefined ? [] : ['pwned'])";

fn is_harmless(browser: &Browser) {
    assert!(!browser.has_dialog(), "at {}", browser.path());
    assert_eq!(browser.eval(ARMED), serde_json::json!([]), "at {}", browser.path());
}

#[test]
fn a_hostile_article_is_only_text() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    world.save(FILE, ARTICLE);
    browser.go(&world.url("/"));
    is_harmless(&browser);
    browser.find("#q").send_keys("羊毛衫卡住");
    browser.wait_until("the article among the results", &shown("脱毛衣<script>"));
    is_harmless(&browser);

    let links = browser.find_all("#results .result-link");
    links.iter().find(|a| a.text().starts_with("脱毛衣")).expect("its link").click();
    browser.wait_until("the article", "return document.querySelector('article.article') !== null");
    assert!(browser.text("h1").starts_with("脱毛衣<script>"), "the title is shown as it is written");
    is_harmless(&browser);
    for link in browser.find_all(".prose a, .prose button") {
        link.click();
    }
    is_harmless(&browser);

    browser.go(&world.url("/login?next=javascript:window.pwned=1"));
    browser.find("#token").send_keys(&format!("{EDITOR}{}", key::ENTER));
    browser.wait_until("signed in", "return document.querySelector('.role') !== null");
    assert_eq!(browser.path(), "/");
    browser.go(&world.url("/editor"));
    assert!(browser.text(".receipts").contains(FILE), "the file's name is shown as it is written");
    is_harmless(&browser);
    browser.went_well(&world, &[]);
}

/// Goes to a page of [`SAMPLES`] and clicks whatever in an article can be clicked, one after the other.
/// What only opens a page of another site is the reader's to open.
fn clicks_everything(browser: &Browser, url: &str) -> usize {
    const IN_REACH: &str = "const all = [...document.querySelectorAll('.prose a, .prose button, .prose [tabindex]')]
            .filter(e => e.localName !== 'a' || !/^https?:/.test(e.href) || e.origin === location.origin);
        all.forEach(e => e.dataset.reach = '1');
        return all.length";
    browser.go(url);
    is_harmless(browser);
    let n = browser.eval(IN_REACH).as_u64().expect("a number");
    for nth in 0..n {
        browser.eval(&format!("document.querySelectorAll('[data-reach]')[{nth}].click()"));
        let still_there = browser.eval("return document.querySelectorAll('[data-reach]').length");
        is_harmless(browser);
        if still_there != n {
            browser.go(url);
            browser.eval(IN_REACH);
        }
    }
    usize::try_from(n).expect("a page's worth")
}

/// The pages of all articles the reader finds.
fn pages(browser: &Browser, world: &World) -> Vec<String> {
    browser.go(&world.url("/?limit=50&q=羊毛衫卡住"));
    is_harmless(browser);
    let links = browser.eval("return [...document.querySelectorAll('#results .result-link')].map(a => a.href)");
    let links = links.as_array().expect("a list").clone();
    links.into_iter().filter_map(|link| link.as_str().map(str::to_owned)).collect()
}

/// The console says only what is `expected`, and nothing was sent to another host. What a page has tried to load
/// and its rules have refused never left; a telephone number goes to no host.
fn went_harmlessly(browser: &Browser, world: &World, expected: &[&str]) {
    let mut said = browser.console();
    said.retain(|line| !expected.iter().any(|e| line.contains(e)));
    assert!(said.is_empty(), "the console says: {said:#?}");
    let sent = browser.sent();
    let foreign = |url: &&String| !["data:", "tel:", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
    let foreign: Vec<_> = sent.iter().filter(foreign).filter(|url| !url.starts_with(&world.address)).collect();
    assert!(!sent.is_empty() && foreign.is_empty(), "asked of others: {foreign:#?}");
}

#[test]
fn a_customer_reads_a_whole_folder_of_hostile_articles_and_clicks_everything() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::over(SAMPLES, &[]);
    world.save(FILE, ARTICLE);
    let pages = pages(&browser, &world);
    assert!(pages.len() > 12, "{} articles", pages.len());
    let n_clicks: usize = pages.iter().map(|page| clicks_everything(&browser, page)).sum();
    assert!(n_clicks > 20, "{n_clicks} clicks");
    for path in ["/", "/?q=羊毛衫卡住&appliance=洗衣机", "/old/javascript:window.pwned=1"] {
        browser.go(&world.url(path));
        is_harmless(&browser);
    }
    went_harmlessly(&browser, &world, &HANDED_ON);
}

#[test]
fn an_editor_reads_a_whole_folder_of_hostile_articles_and_clicks_everything() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::over(SAMPLES, &[]);
    world.save(FILE, ARTICLE);
    browser.go(&world.url("/login?next=/editor"));
    browser.find("#token").send_keys(&format!("{EDITOR}{}", key::ENTER));
    browser.wait_until("the editors' page", &at("/editor"));
    assert!(browser.find_all(".problem").len() > 20, "the folder is full of problems");
    is_harmless(&browser);
    let pages = pages(&browser, &world);
    assert!(pages.len() > 15, "{} articles", pages.len());
    let n_clicks: usize = pages.iter().map(|page| clicks_everything(&browser, page)).sum();
    assert!(n_clicks > 20, "{n_clicks} clicks");
    browser.go(&world.url("/editor"));
    is_harmless(&browser);
    went_harmlessly(&browser, &world, &HANDED_ON);
}

#[test]
fn a_picture_that_is_a_program_does_nothing_in_an_article_and_on_its_own() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::over(SAMPLES, &[]);
    browser.go(&world.url("/a/pictures"));
    let drawn = "const all = [...document.querySelectorAll('.prose img')];
        return all.length >= 3 && all.every(i => i.complete) && all.filter(i => i.naturalWidth === 160).length >= 2";
    browser.wait_until("the pictures are drawn", drawn);
    is_harmless(&browser);
    for name in ["script.svg", "onload.svg", "external.svg"] {
        browser.go(&world.url(&format!("/media/{name}")));
        assert_eq!(browser.path(), format!("/media/{name}"));
        assert!(!browser.has_dialog(), "{name}");
        browser.eval("document.documentElement.dispatchEvent(new MouseEvent('click', { bubbles: true }))");
        browser.eval("document.querySelectorAll('a').forEach(a => a.dispatchEvent(new MouseEvent('click')))");
        assert_eq!(browser.eval("return window.pwned === undefined"), true, "{name}");
        assert!(!browser.has_dialog(), "{name} after a click");
        assert_eq!(browser.path(), format!("/media/{name}"));
    }
    went_harmlessly(&browser, &world, &REFUSED);
}

#[test]
fn hostile_words_in_the_box_and_in_the_address_are_only_words() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.find("#q").send_keys(WORDS);
    browser.wait_until("an answer", "return document.querySelector('.found') !== null");
    is_harmless(&browser);
    browser.reload();
    assert_eq!(browser.find("#q").property("value"), WORDS);
    is_harmless(&browser);
    for path in [
        "/a/<img src=x onerror=window.pwned=1>",
        "/?q=x&appliance=<script>window.pwned=1</script>",
        "/?<svg onload=window.pwned=1>=1",
    ] {
        browser.go(&world.url(path));
        is_harmless(&browser);
    }
    browser.went_well(&world, &["Failed to load resource: the server responded with a status of 40"]);
}
