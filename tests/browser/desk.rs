//! Journeys at the desk: hands on the keyboard, agents who see more, editors who are told what is wrong.

use crate::{
    at, shown,
    webdriver::{Browser, Screen, Script, key},
    world::{AGENT, EDITOR, World},
};

/// The outline of what has the focus: of the element, or of the box drawn around a result.
const OUTLINE: &str = "const e = document.activeElement;
    const drawn = [getComputedStyle(e), getComputedStyle(e, '::after')];
    return drawn.some(s => s.outlineStyle === 'solid' && parseFloat(s.outlineWidth) >= 2)";
const FOCUSED: &str = "return document.activeElement.id || document.activeElement.textContent";

fn sign_in(browser: &Browser, world: &World, token: &str) {
    browser.go(&world.url("/login?next=/editor"));
    browser.find("#token").send_keys(&format!("{token}{}", key::ENTER));
    browser.wait_until("signed in", &at("/editor"));
}

#[test]
fn the_keyboard_alone_reaches_the_box_the_results_and_the_article() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.press(&[key::TAB]);
    assert_eq!(browser.eval(FOCUSED), "跳到正文");
    let on_screen = "return document.activeElement.getBoundingClientRect().top >= 0";
    assert_eq!(browser.eval(on_screen), true, "the skip link shows itself");
    browser.press(&["/"]);
    assert_eq!(browser.eval(FOCUSED), "q");
    assert_eq!(browser.find("#q").property("value"), "", "the slash is a key here, not a letter");
    assert_eq!(browser.eval(OUTLINE), true, "the box shows the focus");

    browser.find("#q").send_keys("洗衣机不脱水");
    browser.wait_until("results", &shown("最可能的答案"));
    let titles: Vec<String> = browser.find_all("#results .result-link").iter().map(|e| e.text()).collect();
    for title in &titles[..3] {
        browser.press(&[key::DOWN]);
        assert_eq!(browser.eval(FOCUSED), *title);
        assert_eq!(browser.eval(OUTLINE), true, "{title} shows the focus");
    }
    browser.press(&[key::UP]);
    assert_eq!(browser.eval(FOCUSED), titles[1]);
    browser.press(&[key::ESCAPE]);
    assert_eq!(browser.eval(FOCUSED), "q");
    browser.press(&[key::DOWN, key::ENTER]);
    browser.wait_until("the article", &at("/a/washer-no-spin"));

    browser.back();
    browser.wait_until("the results again", &shown("最可能的答案"));
    browser.press(&["/", key::ESCAPE]);
    browser.wait_until("the start page", &shown("有危险，先离开"));
    assert_eq!((browser.find("#q").property("value"), browser.path().as_str()), ("".into(), "/"));
    browser.went_well(&world, &[]);
}

#[test]
fn a_slash_is_a_letter_while_somebody_types() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/"));
    browser.press(&["/", "E", "1", "/", "E", "2"]);
    assert_eq!(browser.find("#q").property("value"), "E1/E2");
    browser.wait_until("both codes", &shown("E2"));
    browser.went_well(&world, &[]);
}

#[test]
fn an_agent_signs_in_and_sees_what_customers_do_not() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    let secret = "---\ntitle: 坐席安抚话术\nkind: script\naudience: agent\n---\n## 这样说\n您先别急。\n";
    world.save("script-calm.md", secret);
    let search = world.url("/?q=坐席安抚话术");
    browser.go(&search);
    assert!(!browser.text("#results").contains("坐席安抚话术\n"));
    browser.go(&world.url("/a/script-calm"));
    assert_eq!(browser.text("h1"), "没有找到这个页面");
    browser.go(&world.url("/a/washer-no-spin"));
    assert_eq!(browser.find_all(".agent-note").len(), 0);

    browser.go(&world.url("/login"));
    browser.find("#token").send_keys(&format!("wrong{}", key::ENTER));
    browser.wait_until("the reason", "return document.querySelector('#failed') !== null");
    browser.find("#token").send_keys(&format!("{AGENT}{}", key::ENTER));
    browser.wait_until("signed in", "return document.querySelector('.role')?.textContent === '坐席'");
    browser.go(&search);
    assert_eq!(browser.text("#results .flag-agent"), "仅坐席可见");
    browser.go(&world.url("/a/washer-no-spin"));
    assert!(browser.text(".agent-note").contains("坐席话术：您先别急"));
    let head = "return getComputedStyle(document.querySelector('.agent-note'), '::before').content";
    assert_eq!(browser.eval(head), "\"仅坐席可见\"");
    browser.go(&world.url("/editor"));
    assert_eq!(browser.text("h1"), "这里需要登录", "the editors' page is not for agents");
    browser.find(".who button").click();
    browser.wait_until("signed out", &at("/"));
    browser.go(&world.url("/a/washer-no-spin"));
    assert_eq!(browser.find_all(".agent-note").len(), 0);
    let refused = ["/a/script-calm - Failed to load", "/login - Failed to load", "/editor - Failed to load"];
    browser.went_well(&world, &refused);
}

#[test]
fn an_editor_sees_the_receipt_of_a_save_and_what_is_wrong_with_a_file() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    sign_in(&browser, &world, EDITOR);
    assert_eq!(browser.text("h1"), "编辑台");
    let rows = ".receipts tbody tr";
    assert!(!browser.text(rows).contains("dryer-lint.md"));

    world.save("烘干机/dryer-lint.md", "# 烘干机滤网怎么取\n\n打开机门，往上提滤网。\n");
    browser.reload();
    let row = browser.text(rows);
    assert!(row.contains("烘干机/dryer-lint.md") && row.contains("毫秒"), "{row}");
    assert!(!browser.text(".desk").contains("broken.md"));

    world.save("broken.md", "---\ntitle: [没有写完\naudience: everyone\n---\n## 步骤\n[看这里](nowhere.md)\n");
    browser.reload();
    let files: Vec<String> = browser.find_all(".file").iter().map(|e| e.text()).collect();
    let told = files.iter().find(|f| f.starts_with("broken.md")).unwrap_or_else(|| panic!("not in {files:#?}"));
    assert!(told.contains("错误") && told.contains("第 2 行"), "{told}");

    world.save("broken.md", "# 好了\n\n现在读得懂。\n");
    browser.reload();
    assert!(browser.text(rows).contains("broken.md"), "the newest receipt stands first");
    assert!(browser.find_all(".file-name").iter().all(|f| f.text() != "broken.md"));
    browser.find(&format!("{rows} a")).click();
    browser.wait_until("the article", "return document.querySelector('h1')?.textContent === '好了'");
    browser.went_well(&world, &[]);
}
