//! Articles and words that try to run something in the reader's browser.

use crate::{
    shown,
    webdriver::{Browser, Screen, Script, key},
    world::{EDITOR, World},
};

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

/// What runs, or could at a click: handlers, foreign scripts, links that are scripts, frames.
const ARMED: &str = "const armed = [...document.querySelectorAll('*')].filter(e =>
        [...e.attributes].some(a => /^on/i.test(a.name) || /^\\s*(javascript|data):/i.test(a.value)) ||
        (e.localName === 'script' && !e.src.includes('/assets/')) ||
        ['iframe', 'base', 'object', 'embed'].includes(e.localName) ||
        (e.localName === 'meta' && e.httpEquiv) || (e.localName === 'style'));
    return armed.map(e => e.outerHTML).concat(window.pwned === undefined ? [] : ['pwned'])";

fn is_harmless(browser: &Browser) {
    assert_eq!(browser.eval(ARMED), serde_json::json!([]), "at {}", browser.path());
    assert!(!browser.has_dialog(), "at {}", browser.path());
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
