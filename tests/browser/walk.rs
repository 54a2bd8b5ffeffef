//! A customer is led step by step on a small phone, an agent takes a call with the keyboard alone.

use serde_json::json;

use crate::{
    at,
    screens::shoot,
    webdriver::{Browser, Screen, Script, key},
    world::{AGENT, HOTLINE, World},
};

const PROMISE: &str = "24 小时内电话预约，市区 48 小时内上门。";
const SETTINGS: [&str; 4] = ["--hotline", HOTLINE, "--promise", PROMISE];
const ON_A_STEP: &str = "return document.readyState === 'complete' && !!document.querySelector('.walk-bar')";

/// A small phone of today.
fn small(browser: &Browser) {
    let size = json!({"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": true});
    browser.cdp("Emulation.setDeviceMetricsOverride", &size);
}

/// From the complaint to the first step.
fn begin(browser: &Browser, world: &World) {
    browser.go(&world.url("/"));
    browser.find("#q").send_keys(&format!("洗衣机不脱水{}", key::ENTER));
    browser.wait_until("results", "return !!document.querySelector('#results .result-link')");
    browser.find("#results .result-link").click();
    browser.wait_until("the article", &at("/a/washer-no-spin"));
    browser.find(".walk-start .button").click();
    browser.wait_until("the first step", ON_A_STEP);
    assert!(browser.path().starts_with("/w/w_"), "{}", browser.path());
}

/// Presses an answer and waits for what follows.
fn answer(browser: &Browser, outcome: &str) {
    let before = browser.eval("return document.body.dataset.before = '1', document.querySelector('h1').textContent");
    browser.find(&format!("button[value={outcome}]")).click();
    let gone = "return document.readyState === 'complete' && !document.body.dataset.before";
    browser.wait_until(&format!("what follows {before}"), gone);
}

fn nothing_sticks_out(browser: &Browser) {
    assert_eq!(browser.eval("return document.documentElement.scrollWidth <= innerWidth"), true, "{}", browser.path());
}

fn solved(script: Script, ending: &str) {
    let Some(browser) = Browser::open(Screen::Phone, script) else { return };
    small(&browser);
    let world = World::new(&SETTINGS);
    begin(&browser, &world);
    shoot(&browser, &format!("walk-step-{ending}"));
    nothing_sticks_out(&browser);
    let bar =
        "const r = document.querySelector('.walk-bar').getBoundingClientRect(); return r.bottom <= innerHeight + 1";
    assert_eq!(browser.eval(bar), true, "the answers are in reach of the thumb");
    let first = browser.text("h1");
    answer(&browser, "not_solved");
    let second = browser.text("h1");
    assert_ne!(first, second);
    assert!(browser.text(".tried").contains(&first));
    browser.find("button[name=back]").click();
    browser.wait_until(
        "the step before",
        &format!("return document.querySelector('h1')?.textContent === {}", json!(first)),
    );
    answer(&browser, "not_solved");
    answer(&browser, "solved");
    assert_eq!(browser.text("h1"), "好了，问题解决了");
    shoot(&browser, &format!("walk-solved-{ending}"));
    browser.went_well(&world, &[]);
}

#[test]
fn a_customer_is_led_to_the_step_that_helps() {
    solved(Script::On, "phone");
}

#[test]
fn a_customer_without_script_is_led_to_the_step_that_helps() {
    solved(Script::Off, "phone-no-script");
}

fn to_the_code(script: Script, ending: &str) {
    let Some(browser) = Browser::open(Screen::Phone, script) else { return };
    small(&browser);
    let world = World::new(&SETTINGS);
    begin(&browser, &world);
    answer(&browser, "not_solved");
    answer(&browser, "cannot_do");
    answer(&browser, "cannot_do");
    assert_eq!(browser.text("h1"), "到这里停下，找人来修");
    let code = browser.text(".walk-code-digits");
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 6, "{code}");
    assert_eq!(browser.find(".walk .hotline a").attribute("href"), format!("tel:{HOTLINE}"));
    assert_eq!(browser.text(".walk-promise"), PROMISE);
    assert_eq!(browser.find_all(".tried li").len(), 3);
    assert_eq!(browser.find_all(".agent-note").len(), 0);
    shoot(&browser, &format!("walk-exit-{ending}"));
    nothing_sticks_out(&browser);
    browser.reload();
    assert_eq!(browser.text(".walk-code-digits"), code, "again, the same");
    browser.find(".walk-main a[href$='?on=1']").click();
    browser.wait_until("the step after all", ON_A_STEP);
    browser.find("button[name=exit]").click();
    browser.wait_until("the way out", "return document.querySelector('h1')?.textContent.startsWith('到这里')");
    browser.went_well(&world, &[]);
}

#[test]
fn a_customer_who_cannot_go_on_gets_a_code_and_a_number_to_call() {
    to_the_code(Script::On, "phone");
}

#[test]
fn a_customer_without_script_gets_a_code_and_a_number_to_call() {
    to_the_code(Script::Off, "phone-no-script");
}

fn stopped(script: Script, ending: &str) {
    let Some(browser) = Browser::open(Screen::Phone, script) else { return };
    small(&browser);
    let world = World::new(&SETTINGS);
    begin(&browser, &world);
    answer(&browser, "unsafe");
    assert_eq!(browser.find_all(".walk-bar").len(), 0, "no step is offered");
    assert_eq!(browser.text(".walk h1"), "停下来");
    assert!(browser.text(".walk .alarm-say").contains("断总闸"), "what to do about the current");
    assert_eq!(browser.find(".walk .alarm a[href^='tel:']").attribute("href"), format!("tel:{HOTLINE}"));
    shoot(&browser, &format!("walk-danger-{ending}"));
    nothing_sticks_out(&browser);
    browser.went_well(&world, &[]);
}

#[test]
fn a_step_that_does_not_look_safe_stops_everything() {
    stopped(Script::On, "phone");
}

#[test]
fn without_script_a_step_that_does_not_look_safe_stops_everything() {
    stopped(Script::Off, "phone-no-script");
}

#[test]
fn an_agent_takes_a_call_with_the_keyboard_alone() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&SETTINGS);
    browser.go(&world.url("/login?next=/desk"));
    browser.find("#token").send_keys(&format!("{AGENT}{}", key::ENTER));
    browser.wait_until("the desk", &at("/desk"));
    let focused = "return document.activeElement.id";
    browser.wait_until("the box has the focus", &format!("{focused} === 'q'"));
    browser.find("#q").send_keys("洗衣机不脱水");
    let typed = "return decodeURIComponent(location.search) === '?q=洗衣机不脱水'
        && document.querySelectorAll('.desk-results li').length > 2";
    browser.wait_until("results while typing", typed);
    browser.press(&[key::DOWN, key::ENTER]);
    let on_a_step = "return document.readyState === 'complete' && !!document.querySelector('.desk-step')";
    browser.wait_until("the first step", on_a_step);
    shoot(&browser, "desk-article");
    assert!(!browser.find_all(".agent-note").is_empty(), "read-aloud lines for the agent");
    assert_eq!(browser.text("[data-copy]"), "复制", "the script shows the button");
    let first = browser.text(".desk-step h2");
    let step_is_not = |title: &str| {
        format!(
            "return document.readyState === 'complete' && ![null, undefined, {}].includes(document.querySelector('.desk-step h2')?.textContent)",
            json!(title)
        )
    };
    browser.press(&["2"]);
    browser.wait_until("the second step", &step_is_not(&first));
    let second = browser.text(".desk-step h2");
    browser.press(&["3"]);
    browser.wait_until("the third step", &step_is_not(&second));
    let note = browser.find("#note").property("value");
    let note = note.as_str().expect("a note");
    assert!(note.contains("现象：洗衣机不脱水") && note.contains(&format!("1. {first}（没解决）")), "{note}");
    shoot(&browser, "desk-step");
    browser.press(&["0"]);
    browser.wait_until(
        "the second step again",
        &format!("return document.querySelector('.desk-step h2')?.textContent === {}", json!(second)),
    );
    browser.press(&["x"]);
    browser.wait_until("a code", "return !!document.querySelector('.desk-code-shown strong')");
    let code = browser.text(".desk-code-shown strong");

    browser.go(&world.url("/desk"));
    browser.wait_until("the box has the focus", &format!("{focused} === 'q'"));
    browser.press(&[key::ESCAPE, "g"]);
    browser.wait_until("the box for codes", &format!("{focused} === 'code'"));
    browser.find("#code").send_keys(&format!("{code}{}", key::ENTER));
    browser.wait_until("the walkthrough of the code", on_a_step);
    assert_eq!(browser.text(".desk-step h2"), second, "the second line goes on where the first stopped");
    assert!(browser.text(".tried").contains(&first));
    browser.press(&["1"]);
    browser.wait_until("solved", "return !!document.querySelector('.desk-solved')");
    shoot(&browser, "desk-solved");
    nothing_sticks_out(&browser);
    browser.go(&world.url("/desk?code=123456"));
    assert!(browser.text(".note").contains("没有这个接力码"));
    browser.went_well(&world, &[]);
}
