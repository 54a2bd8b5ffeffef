//! Pages that follow the folder while somebody reads them.

use crate::{
    at,
    webdriver::{Browser, Screen, Script, key},
    world::{EDITOR, World},
};

fn article(more: &str) -> String {
    let steps: String = (1..30).map(|n| format!("### 第 {n} 步 {{#s{n} minutes=1}}\n做第 {n} 件事。\n")).collect();
    format!(
        "---\nid: own\nkind: troubleshooting\nappliance: 洗衣机\n---\n# 洗衣机唱歌\n\n## 现象\n{more}\n\n## 软件排查\n{steps}\n## 联系售后\n报修。\n"
    )
}

#[test]
fn an_open_article_renews_itself_and_keeps_the_place_and_what_is_typed() {
    for screen in [Screen::Phone, Screen::Desk] {
        let Some(browser) = Browser::open(screen, Script::On) else { return };
        let world = World::new(&[]);
        world.save("own.md", &article("机器在唱歌。"));
        browser.go(&world.url("/a/own"));
        browser.find("#q").send_keys("正在打的字");
        browser.eval("document.getElementById('s20').scrollIntoView(); return 1");
        let top = "return Math.round(document.getElementById('s20').getBoundingClientRect().top)";
        let before = browser.eval(top);
        world.save("own.md", &article(&"机器在跳舞。\n\n".repeat(20)));
        browser.wait_until(
            "the new text",
            "return document.querySelector(\".article\").innerText.includes(\"机器在跳舞\")",
        );
        browser.wait_until("the notice", "return document.getElementById('live-note').textContent.includes('更新')");
        let moved = browser.eval(top).as_f64().expect("a number") - before.as_f64().expect("a number");
        assert!(moved.abs() <= 80.0, "the step being read has moved by {moved} px");
        assert_eq!(browser.find("#q").property("value"), "正在打的字");
        // Gone while it is read: the text stays, and says so.
        world.save("own.md", &article("旧").replace("---\nid: own", "---\nid: own\nstatus: retired"));
        browser.wait_until("the notice", "return document.getElementById('live-note').textContent.includes('撤下')");
        assert!(browser.text("article").contains("机器在跳舞"));
        browser.went_well(&world, &["Failed to load resource: the server responded with a status of 410"]);
    }
}

#[test]
fn the_editors_page_shows_a_save_and_its_tests_without_a_reload() {
    let Some(browser) = Browser::open(Screen::Desk, Script::On) else { return };
    let world = World::new(&[]);
    browser.go(&world.url("/login?next=/editor"));
    browser.find("#token").send_keys(&format!("{EDITOR}{}", key::ENTER));
    browser.wait_until("signed in", &at("/editor"));
    world.save("own.md", "---\nid: own\nexpect: [洗衣机为什么唱山歌]\n---\n# 洗衣机唱山歌\n正文。\n");
    browser.wait_until("the receipt", "return document.querySelector(\".receipts\") !== null && document.querySelector(\".receipts\").innerText.includes(\"own.md\")");
    browser.wait_until("its test", "return document.querySelector(\".receipts\").innerText.includes(\"1/1\")");
    browser.went_well(&world, &[]);
}
