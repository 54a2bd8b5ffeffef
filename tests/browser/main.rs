//! What people do in a browser, with a real Chromium and a real server over a copy of `kb/`.
//!
//! Without Chromium these tests are skipped, with a line that says so. The journeys of customers are
//! here; those of the staff in `desk.rs`, walkthroughs in `walk.rs`, hostile articles in `hostile.rs`, screens and pictures in
//! `screens.rs`.

mod desk;
mod hostile;
mod live;
mod program;
mod screens;
mod walk;
mod webdriver;
mod world;

use std::time::Duration;

use serde_json::json;
use webdriver::{Browser, Screen, Script, key};
use world::World;

/// The page's own waiting time after a keystroke, read where it is set.
fn pause() -> Duration {
    let (_, rest) = include_str!("../../web/script/search.js").split_once("PAUSE_MS = ").expect("the pause has a name");
    Duration::from_millis(rest.split(';').next().and_then(|n| n.parse().ok()).expect("the pause is a number"))
}

/// Whether `words` stand in the results.
fn shown(words: &str) -> String {
    format!("return document.querySelector('#results').innerText.includes({})", json!(words))
}

/// Whether the page at this path has come.
fn at(path: &str) -> String {
    format!("return document.readyState === 'complete' && location.pathname === {}", json!(path))
}

impl Browser {
    /// Searches asked for by script or form.
    fn searches(&self) -> usize {
        self.requests().iter().filter(|url| url.contains("/?q=")).count()
    }

    /// The end of every journey: the console is silent but for lines with one of `expected`, no dialog is
    /// open, and nothing was asked of anybody but our server.
    fn went_well(&self, world: &World, expected: &[&str]) {
        assert!(!self.has_dialog(), "a dialog is open");
        let mut said = self.console();
        said.retain(|line| !expected.iter().any(|e| line.contains(e)));
        assert!(said.is_empty(), "the console says: {said:#?}");
        let asked = self.requests();
        let foreign: Vec<&String> = asked.iter().filter(|url| !url.starts_with(&world.address)).collect();
        assert!(!asked.is_empty() && foreign.is_empty(), "asked of others: {foreign:#?}");
    }
}

#[test]
fn a_customer_types_on_the_phone_reads_the_steps_and_finds_the_way_out() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.find("#q").send_keys("洗衣机不脱水");
    browser.wait_until("results without Enter", &shown("最可能的答案"));
    browser.wait_until("the address follows", "return decodeURIComponent(location.search) === '?q=洗衣机不脱水'");
    let told = browser.find("#search-status").property("textContent");
    assert!(told.as_str().is_some_and(|t| t.ends_with("已列出最可能的答案")), "a screen reader hears {told}");

    let first = browser.find("#results .result-link");
    assert_eq!(first.text(), "洗衣机不脱水");
    first.click();
    browser.wait_until("the article", &at("/a/washer-no-spin"));
    assert_eq!(browser.text("h1"), "洗衣机不脱水");
    let numbers = browser.eval("return [...document.querySelectorAll('.step-n')].map(n => n.textContent.trim())");
    let n_steps = browser.find_all(".step").len();
    assert_eq!(numbers, json!((1..=n_steps).map(|n| format!("第 {n} 步")).collect::<Vec<_>>()));
    assert_eq!(browser.find_all(".step .verdict").len(), n_steps, "each step ends with what to make of it");
    assert!(browser.text(".safety").starts_with("动手前\n"));
    let warning = "return getComputedStyle(document.querySelector('.markdown-alert-warning'), '::before').content";
    assert_eq!(browser.eval(warning), "\"警告\"");
    let exit_seen = "const b = document.querySelector('.bar').getBoundingClientRect();
        return b.height > 40 && b.bottom <= innerHeight + 1 && b.top > innerHeight / 2";
    browser.wait_until("the exit at the bottom of the screen", exit_seen);
    let exit = browser.find(".bar a");
    assert_eq!(exit.text(), "联系售后");
    exit.click();
    let arrived = "const h = document.getElementById('联系售后').getBoundingClientRect();
        return h.top >= 0 && h.bottom < innerHeight";
    browser.wait_until("the last section on the screen", arrived);
    assert_eq!(browser.find_all(".agent-note").len(), 0);

    browser.find(".back a").click();
    browser.wait_until("the results again", &shown("最可能的答案"));
    assert_eq!(browser.find("#q").property("value"), "洗衣机不脱水");
    browser.went_well(&world, &[]);
}

#[test]
fn a_customer_without_script_searches_reads_and_enlarges_the_text() {
    let Some(browser) = Browser::open(Screen::Phone, Script::Off) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.find("#q").send_keys(&format!("洗衣机不脱水{}", key::ENTER));
    browser.wait_until("results after Enter", &shown("最可能的答案"));
    browser.go(&world.url("/"));
    browser.find("#q").send_keys("洗衣机漏水");
    browser.find("#search button").click();
    browser.wait_until("results after a tap", &shown("洗衣机漏水"));
    browser.find("#results a[href='/a/washer-leak']").click();
    browser.wait_until("the article", &at("/a/washer-leak"));
    assert!(browser.find_all(".step").len() > 3);

    let size = "return getComputedStyle(document.querySelector('.step')).fontSize";
    let normal = browser.eval(size);
    browser.find("button[name=large]").click();
    browser.wait_until("large text", "return document.documentElement.className === 'large'");
    assert_eq!(browser.path(), "/a/washer-leak", "the reader stays on the page");
    assert_ne!(browser.eval(size), normal);
    browser.go(&world.url("/"));
    assert_eq!(browser.find("html").attribute("class"), "large", "it is remembered");
    assert_eq!(browser.text("button[name=large]"), "标准字");
    browser.find("button[name=large]").click();
    browser.wait_until("standard text", "return document.documentElement.className === ''");
    let scripts = browser.requests().iter().filter(|url| url.ends_with(".js")).count();
    assert_eq!(scripts, 0, "the switch has turned scripts off");
    browser.went_well(&world, &[]);
}

#[test]
fn composing_with_an_input_method_asks_nothing_until_the_words_stand() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/?q=洗衣机漏水"));
    browser.eval("document.querySelector('#q').focus(); document.querySelector('#q').select()");
    let results = "return document.querySelector('#results').innerHTML";
    let before = browser.eval(results);
    let n_before = browser.searches();

    for text in ["x", "xi", "xi yi", "洗", "洗衣"] {
        let end = text.chars().count();
        let parameters = json!({"text": text, "selectionStart": end, "selectionEnd": end});
        browser.cdp("Input.imeSetComposition", &parameters);
        browser.let_pass(pause() * 2);
    }
    assert_eq!(browser.find("#q").property("value"), "洗衣");
    for code in [229, 13] {
        enter(&browser, code);
    }
    browser.let_pass(pause() * 2);
    assert_eq!(browser.searches(), n_before, "something was asked while composing");
    assert_eq!(browser.path(), "/?q=洗衣机漏水");
    assert_eq!(browser.eval(results), before, "the results have changed while composing");

    browser.cdp("Input.insertText", &json!({"text": "洗衣机不脱水"}));
    browser.wait_until("results of the words", &shown("最可能的答案"));
    // Safari sends the Enter that ended the composition only now.
    enter(&browser, 229);
    browser.let_pass(pause() * 2);
    assert_eq!(browser.searches(), n_before + 1, "once, and only for the finished words");
    assert_eq!(browser.path(), "/?q=洗衣机不脱水");

    enter(&browser, 13);
    browser.let_pass(pause() * 2);
    assert_eq!(browser.searches(), n_before + 2, "Enter asks again");
    assert_eq!(browser.path(), "/?q=洗衣机不脱水");
    browser.went_well(&world, &[]);
}

/// Enter with the code of a key: 13 is plain, 229 belongs to an input method.
fn enter(browser: &Browser, code: u32) {
    for (kind, text) in [("rawKeyDown", ""), ("char", "\r"), ("keyUp", "")] {
        let event = json!({"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": code, "text": text});
        browser.cdp("Input.dispatchKeyEvent", &event);
    }
}

#[test]
fn a_new_article_is_found_without_reloading_the_page() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.eval("window.sameOne = true");
    let text = "---\ntitle: 烘干机滤网怎么取\nappliance: 烘干机\n---\n## 步骤\n1. 打开机门，往上提滤网。\n";
    world.save("烘干机/dryer-lint.md", text);
    browser.find("#q").send_keys("烘干机滤网怎么取");
    browser.wait_until("the new article", &shown("打开机门，往上提滤网"));
    browser.find("#results .result-link").click();
    browser.wait_until("the article", "return document.querySelector('h1')?.textContent === '烘干机滤网怎么取'");
    browser.back();
    world.save("烘干机/dryer-lint.md", &text.replace("往上提滤网", "轻轻抽出滤网"));
    browser.wait_until("the start page", &at("/"));
    browser.find("#q").send_keys("？");
    browser.wait_until("the new words", &shown("轻轻抽出滤网"));
    browser.went_well(&world, &[]);
}

#[test]
fn dark_mode_is_dark() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    let brightest = "return Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3))";
    browser.go(&world.url("/a/washer-leak"));
    assert!(browser.eval(brightest).as_u64() > Some(200));
    let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    browser.cdp("Emulation.setEmulatedMedia", &dark);
    assert!(browser.eval(brightest).as_u64() < Some(50));
    screens::shoot(&browser, "article-dark-phone");
    browser.went_well(&world, &[]);
}
