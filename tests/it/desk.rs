//! The agent's desk as a page: what is read aloud, what is asked, where codes and complaints lead.

use axum::{body::Body, http::Request};
use wenzhen::{access::Role, guide::Channel, journey::Beginning};

use crate::{
    walk,
    world::{AGENT, Answer, World, encoded},
};

const SPIN: &str = "---
id: spin
title: 洗衣机不脱水
kind: troubleshooting
appliance: 洗衣机
symptoms: [甩不干]
signs: {能排水: 是}
expect: [洗完的衣服滴水]
---
## 先看一眼
### 看代码：门边的屏幕 {#look minutes=1}
看屏幕。
## 软件排查
### 单脱水 {#program minutes=2 likely=常见}
选单脱水。

:::agent
跟用户说慢慢来。
:::
## 联系售后
报修请说型号。
";
const DRAIN: &str = "---
id: drain
title: 洗衣机不排水
kind: troubleshooting
appliance: 洗衣机
symptoms: [水放不掉]
signs: {能排水: 否}
---
## 软件排查
### 单排水 {#drain-only minutes=2}
选排水。
## 联系售后
报修。
";
const SIGNS: &str = "[洗衣机.能排水]\nask = \"水能排干净吗？\"\nvalues = [\"是\", \"否\"]\norder = 1\n";

fn house() -> World {
    World::new(&[("spin.md", SPIN), ("drain.md", DRAIN), ("signs.toml", SIGNS)])
}

async fn desk(world: &World, query: &str) -> String {
    let answer = world.get(&format!("/desk{query}"), AGENT).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.text()
}

async fn press(world: &World, path: &str, body: String, token: &str) -> Answer {
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    world.send(request, token, Body::from(body)).await
}

/// The text between `from` and `to`.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("`{from}` is not in {text}")) + from.len();
    let length = text[start..].find(to).unwrap_or_else(|| panic!("`{to}` is not behind `{from}`"));
    &text[start..start + length]
}

#[tokio::test]
async fn what_is_read_aloud_holds_the_lines_for_agents_and_nothing_of_the_header() {
    let page = desk(&house(), &format!("?q={}&a=spin", encoded("洗衣机不脱水"))).await;
    let aloud = between(&page, "<section class=\"desk-aloud\"", "</section>");
    assert!(aloud.contains("跟用户说慢慢来"), "{aloud}");
    assert!(aloud.contains("data-copy hidden>复制") && aloud.contains("data-aloud"), "the script shows the button");
    for written in ["id: spin", "symptoms", "洗完的衣服滴水"] {
        assert!(!page.contains(written), "`{written}` is for the program");
    }
    assert!(!desk(&house(), "?a=drain").await.contains("desk-aloud"), "nothing to read, no block");
}

#[tokio::test]
async fn a_title_with_a_colon_is_not_torn_apart_by_the_reason_below_it() {
    let world = house();
    let page = desk(&world, "?a=spin").await;
    let reason = between(&page, "<span class=\"layer-name\">先看一眼</span>", "</p>");
    assert!(reason.starts_with("约 1 分钟") && !reason.contains("屏幕"), "{reason}");

    let begun = press(&world, "/w", "article=spin".into(), "").await;
    let page = world.get(begun.header("location"), "").await.text();
    let why = between(&page, "<p class=\"walk-why\">", "</p>");
    assert!(why.starts_with("约 1 分钟") && !why.contains('」'), "{why}");
}

#[tokio::test]
async fn a_code_opens_however_it_was_typed_or_copied() {
    let world = house();
    let beginning = Beginning {
        article: Some("spin".into()),
        complaint: None,
        channel: Channel::OwnHands,
        model: None,
        signs: Vec::new(),
    };
    let begun = world.walker.begin(beginning, Role::Customer).await.expect("begun");
    let given = world.walker.hand_off(begun.walkthrough.id.as_str(), Role::Customer).await.expect("a code");
    let digits = given.code.as_str().to_owned();
    let wide: String = digits.bytes().filter_map(|b| char::from_u32(0xFF10 + u32::from(b - b'0'))).collect();
    for typed in [wide, format!("接力码{digits}"), format!("接力码：{}", given.code.spoken())] {
        let page = desk(&world, &format!("?code={}", encoded(&typed))).await;
        assert!(page.contains("desk-step") && !page.contains("role=\"alert\""), "{typed}: {page}");
        let opened = world.get(&format!("/api/v1/handoffs/{}", encoded(&typed)), AGENT).await;
        assert_eq!((opened.status.as_u16(), opened.json()["code"].as_str()), (200, Some(&*digits)), "{typed}");
    }
    assert!(desk(&world, "?code=123456").await.contains("没有这个接力码"));
}

#[tokio::test]
async fn a_public_procedure_is_not_called_internal() {
    let article = |audience: &str| {
        format!(
            "---\ntitle: 漏水应急处置\nkind: procedure\naudience: {audience}\n---\n## 步骤\n### 关水 {{#off}}\n关总阀。\n"
        )
    };
    let world = World::new(&[("open.md", &article("public")), ("closed.md", &article("agent"))]);
    let open = world.get("/a/open", "").await.text();
    assert!(open.contains("处理流程") && !open.contains("内部流程"), "{open}");
    assert!(world.get("/a/closed", AGENT).await.text().contains("内部流程"));
    let found = desk(&world, &format!("?q={}", encoded("漏水应急处置"))).await;
    assert!(found.contains("处理流程") && found.contains("内部流程"), "{found}");
    let found = world.get(&format!("/?q={}", encoded("漏水应急处置")), "").await.text();
    assert!(found.contains("处理流程") && !found.contains("内部流程"), "{found}");
}

#[tokio::test]
async fn the_desk_has_what_search_as_you_type_needs_and_works_without_it() {
    let world = house();
    let path = format!("/desk?q={}", encoded("洗衣机不脱水"));
    let whole = desk(&world, &path["/desk".len()..]).await;
    for id in ["search", "q", "results", "search-status"] {
        assert!(whole.contains(&format!("id=\"{id}\"")), "the script looks for #{id}");
    }
    let form = between(&whole, "<form class=\"search\"", "</form>");
    assert!(form.contains("action=\"/desk\"") && form.contains("method=\"get\"") && !form.contains("data-beside"));
    let request = Request::get(&path).header("x-fragment", "results");
    let block = world.send(request, AGENT, Body::empty()).await.text();
    assert!(
        block.contains("href=\"/desk?q=") && whole.contains(block.trim()),
        "the same block as in the page: {block}"
    );
    for outside in ["<html", "id=\"q\"", "desk-keys", "desk-work"] {
        assert!(!block.contains(outside), "{outside} in the fragment");
    }
    let called = desk(&world, "?a=spin").await;
    let form = between(&called, "<form class=\"search\"", "</form>");
    assert!(form.contains("data-beside"), "a call that is on keeps its address: {form}");
}

#[tokio::test]
async fn near_results_are_told_apart_on_the_desk_by_a_question_to_the_customer() {
    let world = walk::world();
    let q = encoded("洗衣机脱水排水都不行");
    let page = desk(&world, &format!("?q={q}")).await;
    let asked = between(&page, "<section class=\"narrowing\"", "</section>");
    assert!(asked.contains("问用户：水能排干净吗？") && asked.contains("data-key=\"2\""), "{asked}");
    let links: Vec<String> = asked
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(url, _)| url.replace("&#38;", "&").replace("&amp;", "&"))
        .collect();
    assert_eq!(links.len(), 4, "是, 否, 不清楚, 都不是: {asked}");
    let no = format!("/desk?q={q}&sign={}", encoded("能排水:否"));
    assert!(links.contains(&no), "{links:?}");
    let answered = desk(&world, &no["/desk".len()..]).await;
    assert!(!answered.contains("class=\"narrowing\"") && answered.contains("能排水：否"), "{answered}");
    let first = between(&answered, "<ol role=\"list\" class=\"desk-results\">", "</li>");
    assert!(first.contains("洗衣机不排水"), "{first}");
    for url in links {
        assert_eq!(world.get(&url, AGENT).await.status, 200, "{url}");
    }
    assert!(!desk(&world, &format!("?q={}", encoded("洗衣机不脱水"))).await.contains("class=\"narrowing\""));
}

#[tokio::test]
async fn where_it_stops_the_desk_says_what_the_agent_does() {
    let world = house();
    let press = async |fields: String| {
        let pressed = press(&world, "/desk", fields, AGENT).await;
        desk(&world, &pressed.header("location")["/desk".len()..]).await
    };
    let stopped = press("a=spin&step=look&outcome=unsafe".into()).await;
    let alarm = between(&stopped, "<section class=\"alarm\"", "</section>");
    assert!(alarm.contains("转二线") && !alarm.contains("联系售后") && !alarm.contains("tel:"), "{alarm}");
    let done = press("a=drain&step=drain-only&outcome=not_solved".into()).await;
    let exit = between(&done, "<section class=\"desk-exit\">", "</section>");
    assert!(exit.contains("安排上门，或转二线") && !exit.contains("联系售后"), "{exit}");

    let begun = self::press(&world, "/w", "article=spin".into(), "").await;
    let at = begun.header("location").to_owned();
    self::press(&world, &at, "step=look&outcome=unsafe".into(), "").await;
    let customer = world.get(&at, "").await.text();
    assert!(customer.contains("请联系售后") && !customer.contains("转二线"), "{customer}");
}

#[tokio::test]
async fn a_word_about_an_article_is_kept_from_its_page_and_from_the_desk_and_thanked_for() {
    let world = house();
    let page = world.get("/a/spin", "").await.text();
    let form = between(&page, "<form class=\"feedback\"", "</form>");
    for part in ["action=\"/feedback\"", "value=\"spin\"", "value=\"/a/spin\"", "这篇没帮上忙", "答案不对"] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(!page.contains("已经记下"));
    let said = press(&world, "/feedback", "article=spin&about=wrong&reason=x&back=%2Fa%2Fspin".into(), "").await;
    assert_eq!((said.status.as_u16(), said.header("location")), (303, "/a/spin?said=1"));
    assert!(world.get("/a/spin?said=1", "").await.text().contains("已经记下"));

    assert!(desk(&world, "?a=spin").await.contains("value=\"/desk?a=spin\""));
    let said = press(&world, "/feedback", "article=spin&back=%2Fdesk%3Fa%3Dspin".into(), AGENT).await;
    assert!(desk(&world, &said.header("location")["/desk".len()..]).await.contains("已经记下"));

    assert_eq!(press(&world, "/feedback", "article=nowhere&back=%2F".into(), "").await.status, 404);
    let mut last = said.status;
    for _ in 0..40 {
        last = press(&world, "/feedback", "article=spin&back=%2F".into(), "").await.status;
    }
    assert_eq!(last, 429, "bounded, as through the API");
}
