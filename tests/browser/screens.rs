//! Every page on a phone and on a desk: nothing sticks out, everything can be tapped.
//!
//! With `WENZHEN_SHOTS=<folder>` each is also saved as a picture, for people to look at.

use std::path::Path;

use serde_json::json;

use crate::{
    at,
    webdriver::{Browser, Screen, Script, key},
    world::{EDITOR, HOTLINE, World},
};

/// Name of the picture, path, and what the page is known by.
const PAGES: [(&str, &str, &str); 9] = [
    ("home", "/", ".hazard"),
    ("results-confident", "/?q=洗衣机不脱水", ".found-confident"),
    ("results-possible", "/?q=洗衣机坏了", ".found-possible"),
    ("results-none", "/?q=今天天气", ".found-none"),
    ("results-danger", "/?q=洗衣机插座冒烟", ".alarm"),
    ("article-no-spin", "/a/washer-no-spin", ".step"),
    ("article-leak", "/a/washer-leak", ".step"),
    ("login", "/login", "#token"),
    ("404", "/no/such/page", ".problem-detail"),
];

/// What is wider than the screen.
const STICKS_OUT: &str = "const page = document.documentElement;
    if (page.scrollWidth <= innerWidth) return [];
    const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth);
    return ['page'].concat(out.map(e => e.outerHTML.slice(0, 120)))";

/// What a finger could miss: below 44 pixels high or wide. Links inside a sentence are text.
const TOO_SMALL: &str = "const taps = 'button, summary, input:not([type=hidden]), .button, .chip, .tool, .brand, .back a, .toc-list a, .foot a';
    return [...document.querySelectorAll(taps)].map(e => [e, e.getBoundingClientRect()])
        .filter(([e, r]) => r.width > 0 && (r.width < 44 || r.height < 44))
        .map(([e, r]) => `${r.width} × ${r.height}: ${e.outerHTML.slice(0, 120)}`)";

/// Saves what is on the screen, if pictures were asked for.
pub(crate) fn shoot(browser: &Browser, name: &str) {
    if let Some(folder) = std::env::var_os("WENZHEN_SHOTS") {
        std::fs::create_dir_all(&folder).expect("the folder for pictures is made");
        browser.cdp("Emulation.setScrollbarsHidden", &json!({"hidden": true}));
        browser.screenshot(&Path::new(&folder).join(format!("{name}.png")));
        browser.cdp("Emulation.setScrollbarsHidden", &json!({"hidden": false}));
    }
}

fn fits(browser: &Browser, screen: Screen) {
    browser.eval("document.querySelectorAll('details').forEach(d => { d.open = true; })");
    assert_eq!(browser.eval(STICKS_OUT), json!([]), "{screen:?} {}", browser.path());
    if screen == Screen::Phone {
        assert_eq!(browser.eval(TOO_SMALL), json!([]), "{}", browser.path());
    }
}

fn every_page_fits(screen: Screen, ending: &str) {
    let Some(browser) = Browser::open(screen, Script::On) else { return };
    let world = World::new(&[]);
    for (name, path, sign) in PAGES {
        browser.go(&world.url(path));
        assert!(!browser.find_all(sign).is_empty(), "{path} has no {sign}");
        shoot(&browser, &format!("{name}-{ending}"));
        fits(&browser, screen);
    }
    world.save("洗衣机/broken.md", "---\ntitle: 洗衣机有异味\nkind: troubleshooting\naudience: everyone\n---\n## 硬件排查\n### 擦门圈 {#gasket}\n掰开门圈擦干。\n");
    browser.go(&world.url("/login?next=/editor"));
    browser.find("#token").send_keys(&format!("{EDITOR}{}", key::ENTER));
    browser.wait_until("signed in", &at("/editor"));
    fits(&browser, screen);
    shoot(&browser, &format!("editor-{ending}"));
    browser.went_well(&world, &["/no/such/page - Failed to load resource: the server responded with a status of 404"]);
}

#[test]
fn every_page_fits_a_phone_and_can_be_tapped() {
    every_page_fits(Screen::Phone, "phone");
}

#[test]
fn every_page_fits_a_desk() {
    every_page_fits(Screen::Desk, "desk");
}

#[test]
fn large_text_a_hotline_and_a_signed_in_editor_still_fit_a_phone() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&["--hotline", HOTLINE]);
    browser.go(&world.url("/login?next=/editor"));
    browser.find("#token").send_keys(&format!("{EDITOR}{}", key::ENTER));
    browser.wait_until("signed in", &at("/editor"));
    browser.find("button[name=large]").click();
    browser.wait_until("large text", "return document.documentElement.className === 'large'");
    for (name, path, _) in PAGES {
        browser.go(&world.url(path));
        shoot(&browser, &format!("large-{name}-phone"));
        fits(&browser, Screen::Phone);
    }
    assert_eq!(browser.find("a.call").attribute("href"), format!("tel:{HOTLINE}"));
    browser.went_well(&world, &["/no/such/page - Failed to load resource: the server responded with a status of 404"]);
}

#[test]
fn a_table_of_four_columns_fits_a_phone_without_being_pushed() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/a/policy-warranty-period"));
    let columns = browser.find_all(".prose table:first-of-type tr:first-child th").len();
    let sticks_out = "const t = document.querySelector('.prose table'); return t.scrollWidth - t.clientWidth";
    assert_eq!((columns, browser.eval(sticks_out)), (4, json!(0)));
    browser.went_well(&world, &[]);
}

#[test]
fn paper_behind_a_drawing_does_not_shine_through_its_round_corners() {
    let Some(browser) = Browser::open(Screen::Phone, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/a/ac-howto-clean-filter"));
    // A corner of radius r is nearer to the edges than 0.3 r: there the paper must not reach.
    let margin = "const i = document.querySelector('.prose img'), s = getComputedStyle(i);
        return s.backgroundColor === 'rgba(0, 0, 0, 0)' && s.backgroundRepeat === 'no-repeat'
            && s.backgroundSize === 'calc(100% - 8px) calc(100% - 8px)' && 4 > 0.3 * parseFloat(s.borderRadius)";
    assert_eq!(browser.eval(margin), true);
    browser.went_well(&world, &[]);
}
