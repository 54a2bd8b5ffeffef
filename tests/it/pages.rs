//! The pages as a browser gets them: what stands on them, signing in, and that nothing in them can run.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, request::Builder},
};
use tower::ServiceExt;
use wenzhen::http::{Auth, ServerState, Tokens, router};

use super::world::{ADMIN, AGENT, Answer, EDITOR, World, encoded};

const SPIN: &str = "---
id: washer-no-spin
title: 洗衣机不脱水
kind: troubleshooting
appliance: 洗衣机
symptoms: [甩干桶不转]
---
## 现象
水已经排空，内筒不肯高速转。
## 先看一眼
### 看筒底有没有水 {#look-water minutes=1}
隔着门玻璃看。
## 软件排查
### 换成单脱水程序 {#spin-program minutes=2 likely=常见}
把程序调到「单脱水」。
**判断**：转起来了就是程序问题。
## 硬件排查
### 清理排水泵滤网 {#pump-filter minutes=8 safety=断电,关水 needs=#spin-program}
拧下滤网。
### 换排水泵 {#pump minutes=30 risk=3 who=technician safety=断电}
要拆机。
## 联系售后
报修时说出型号。
:::agent
先安抚，再转二线。
:::
";
const AC: &str =
    "---\nid: ac-not-cooling\ntitle: 空调不制冷\nkind: how-to\nappliance: 空调\nseverity: urgent\n---\n先看滤网。\n";
const SCRIPT: &str =
    "---\nid: script-angry\ntitle: 安抚话术\nkind: script\naudience: agent\n---\n## 这样说\n让您久等了。\n";
const OLD: &str = "---\nid: old\ntitle: 旧款说明\nstatus: retired\n---\n停产。\n";
const EVIL: &str = "---
id: evil
title: 危险写法 <script>alert(1)</script>
symptoms: ['\"><img src=x onerror=alert(1)>']
---
## 题 {onclick=alert(1)}
<p onclick=\"alert(1)\" style=\"color:red\">点</p><script>alert(1)</script><style>p{}</style>
<img src=https://evil.example/x.png onerror=alert(1)> [脚本](javascript:alert(1)) [外站](https://example.com/)
";
const DANGER: &str = "[gas -> washer-no-spin] 请先关总阀、开窗、离开。\n+ 燃气味\n";

const FOLDER: [(&str, &str); 6] = [
    ("不脱水.md", SPIN),
    ("空调.md", AC),
    ("话术.md", SCRIPT),
    ("旧款.md", OLD),
    ("evil.md", EVIL),
    ("danger.txt", DANGER),
];

fn house() -> World {
    World::new(&FOLDER)
}

async fn page(world: &World, path: &str) -> String {
    let answer = world.get(path, "").await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    assert!(answer.header("content-type").starts_with("text/html"), "{path}");
    answer.text()
}

async fn form(world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    world.send(as_form(Request::post(path)), "", Body::from(body.join("&"))).await
}

fn as_form(request: Builder) -> Builder {
    request.header("content-type", "application/x-www-form-urlencoded")
}

async fn with_cookie(world: &World, path: &str, cookie: &str) -> Answer {
    world.send(Request::get(path).header("cookie", cookie), "", Body::empty()).await
}

/// Signs in and returns the cookie as a browser sends it back.
async fn signed_in(world: &World, token: &str) -> String {
    let answer = form(world, "/login", &[("token", token)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

/// The text between `from` and `to`.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).unwrap_or_else(|| panic!("`{from}` is not in {text}")) + from.len();
    let length = text[start..].find(to).unwrap_or_else(|| panic!("`{to}` is not behind `{from}`"));
    &text[start..start + length]
}

// ---- The start page and its results

#[tokio::test]
async fn the_start_page_has_the_box_the_appliances_and_what_to_do_in_danger() {
    let html = page(&house(), "/").await;
    assert!(html.starts_with("<!doctype html>") && html.contains("<html lang=\"zh-CN\""));
    let form = between(&html, "<form class=\"search\"", "</form>");
    assert!(
        form.contains("action=\"/\"") && form.contains("method=\"get\"") && form.contains("name=\"q\""),
        "works without script: {form}"
    );
    assert!(html.contains("<label for=\"q\">") && form.contains("id=\"q\"") && form.contains("type=\"submit\""));
    let facets = between(&html, "<nav class=\"facets\"", "</nav>");
    assert!(facets.contains("洗衣机") && facets.contains("空调"), "{facets}");
    assert!(html.contains("闻到燃气味") && !html.contains("class=\"result"));
    for blank in ["/?q=", "/?q=%20%09"] {
        assert!(page(&house(), blank).await.contains("闻到燃气味"), "an empty box is the start page");
    }
}

#[tokio::test]
async fn a_confident_answer_stands_first_and_above_the_rest() {
    let html = page(&house(), &format!("/?q={}", encoded("洗衣机不脱水"))).await;
    assert!(html.contains("found-confident") && html.contains("最可能的答案"), "{html}");
    let lead = between(&html, "<div class=\"lead\">", "</article>");
    assert!(
        lead.contains("href=\"/a/washer-no-spin\"") && lead.contains("洗衣机不脱水") && lead.contains("故障排查"),
        "{lead}"
    );
    assert!(
        html.contains("value=\"洗衣机不脱水\"") && html.contains("<title>洗衣机不脱水 - 问诊</title>"),
        "the words stay in the box"
    );
}

#[tokio::test]
async fn matched_words_are_marked_in_the_snippet() {
    let html = page(&house(), &format!("/?q={}", encoded("内筒 高速"))).await;
    let snippet = between(&html, "<p class=\"snippet\">", "</p>");
    assert!(snippet.contains("<mark>内筒</mark>") && snippet.contains("<mark>高速</mark>"), "{snippet}");
}

#[tokio::test]
async fn a_possible_answer_asks_to_look_which_fits() {
    let html = page(&house(), &format!("/?q={}", encoded("洗衣机"))).await;
    assert!(html.contains("found-possible") && html.contains("可能相关") && !html.contains("最可能的答案"), "{html}");
    assert!(html.contains("href=\"/a/washer-no-spin\""));
}

#[tokio::test]
async fn nothing_found_says_so_and_what_to_try() {
    let html = page(&house(), &format!("/?q={}", encoded("今天天气怎么样"))).await;
    assert!(
        html.contains("found-none") && html.contains("没有找到「今天天气怎么样」") && html.contains("换个说法"),
        "{html}"
    );
    assert!(!html.contains("class=\"result") && html.contains("拨打 400-000-0000"));
}

#[tokio::test]
async fn a_code_nobody_explains_is_named() {
    let html = page(&house(), &format!("/?q={}", encoded("空调 P3"))).await;
    assert!(html.contains("没有收录空调代码 P3"), "{html}");
}

#[tokio::test]
async fn danger_stands_above_the_results() {
    let html = page(&house(), &format!("/?q={}", encoded("厨房有燃气味 洗衣机不脱水"))).await;
    let alarm = html.find("请先关总阀、开窗、离开。").expect("the alarm");
    assert!(alarm < html.find("class=\"result").expect("a result"));
    assert!(!page(&house(), &format!("/?q={}", encoded("洗衣机不脱水"))).await.contains("请先关总阀、开窗、离开。"));
}

#[tokio::test]
async fn a_chosen_appliance_leaves_the_others_out_and_can_be_taken_back() {
    let html = page(&house(), &format!("/?q={}&appliance={}", encoded("滤网"), encoded("空调"))).await;
    assert!(html.contains("href=\"/a/ac-not-cooling\"") && !html.contains("href=\"/a/washer-no-spin\""), "{html}");
    let chosen = between(&html, "<p class=\"facet-on\">", "</p>");
    assert!(chosen.contains("只看空调") && chosen.contains("name=\"appliance\" value=\"空调\""), "{chosen}");
    assert!(chosen.contains(&format!("href=\"/?q={}\"", encoded("滤网"))), "{chosen}");
}

#[tokio::test]
async fn more_results_are_one_link_away() {
    let files: Vec<(String, String)> =
        (0..12).map(|n| (format!("{n}.md"), format!("---\nid: w{n}\ntitle: 洗衣机漏水 {n}\n---\n滴水。\n"))).collect();
    let world = World::new(&files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect::<Vec<_>>());
    let first = page(&world, &format!("/?q={}", encoded("漏水"))).await;
    let more = between(&first, "<p class=\"more\">", "</p>");
    let next = between(more, "href=\"", "\"").replace("&#38;", "&").replace("&amp;", "&");
    let second = page(&world, &next).await;
    let on = |html: &str| (0..12).filter(|n| html.contains(&format!("href=\"/a/w{n}\""))).collect::<Vec<_>>();
    assert_eq!((on(&first).len(), on(&second).len()), (10, 2));
    assert!(on(&first).iter().all(|n| !on(&second).contains(n)) && !second.contains("<p class=\"more\">"));
}

#[tokio::test]
async fn a_fragment_is_the_block_of_results_of_the_whole_page() {
    let world = house();
    for q in ["洗衣机不脱水", "洗衣机", "今天天气怎么样", ""] {
        let path = format!("/?q={}", encoded(q));
        let ask =
            async |value: &str| world.send(Request::get(&path).header("x-fragment", value), "", Body::empty()).await;
        let (whole, fragment) = (page(&world, &path).await, ask("results").await);
        assert_eq!(fragment.status, 200);
        let block = fragment.text();
        for outside in ["<html", "<head", "<body", "<header class=\"top\"", "id=\"q\"", "<footer"] {
            assert!(!block.contains(outside), "{outside} in the fragment of `{q}`");
        }
        assert!(!block.trim().is_empty() && whole.contains(block.trim()), "`{q}`: the same block as in the page");
        assert!(fragment.header("vary").to_lowercase().contains("x-fragment"), "a cache tells the two apart");
        assert!(ask("other").await.text().contains("<html"), "another fragment is the page");
    }
}

#[tokio::test]
async fn what_was_typed_is_text_on_the_page() {
    let world = house();
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)> '";
    let html = page(&world, &format!("/?q={}", encoded(evil))).await;
    assert_eq!(trouble_in(&html), Vec::<String>::new());
    assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
    let html = page(&world, &format!("/?q=a&appliance={}", encoded(evil))).await;
    assert!(!html.contains("<script>alert") && !html.contains("<img"), "{html}");
}

#[tokio::test]
async fn a_bad_address_of_a_page_is_answered_with_a_page() {
    let world = house();
    for path in ["/?q=%ff", &format!("/?{}", "a=b&".repeat(100)), "/login?next=%ff"] {
        let answer = world.get(path, "").await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("name=\"q\""), "{path}: {}", answer.text());
    }
}

// ---- An article

#[tokio::test]
async fn an_article_shows_each_step_with_its_minutes_safety_and_the_way_out() {
    let html = page(&house(), "/a/washer-no-spin").await;
    assert!(
        html.contains("<h1>洗衣机不脱水</h1>") && html.contains("共 4 步") && html.contains("约 41 分钟"),
        "{html}"
    );
    let steps = [
        ("look-water", "看筒底有没有水", "约 1 分钟", ""),
        ("spin-program", "换成单脱水程序", "约 2 分钟", "常见原因"),
        ("pump-filter", "清理排水泵滤网", "约 8 分钟", "断电"),
        ("pump", "换排水泵", "约 30 分钟", "请师傅做"),
    ];
    let mut from = 0;
    for (n, (id, title, minutes, more)) in steps.into_iter().enumerate() {
        let start = html
            .find(&format!("<li class=\"step{}\" id=\"{id}\">", if id == "pump" { " step-technician" } else { "" }));
        let start = start.unwrap_or_else(|| panic!("no step {id} in {html}"));
        assert!(start > from, "{id} is in the order of the file");
        from = start;
        let step = &html[start..start + html[start..].find("</li>").expect("the step ends")];
        assert!(step.contains(title) && step.contains(minutes) && step.contains(more), "{step}");
        assert!(step.contains(&format!("</span>{}<span", n + 1)), "its number: {step}");
    }
    let filter = between(&html, "id=\"pump-filter\">", "</li>");
    assert!(
        filter.contains("动手前") && filter.contains("关水") && filter.contains("href=\"#spin-program\""),
        "{filter}"
    );
    let exit = between(&html, "<div class=\"side-exit\">", "</div>");
    assert!(exit.contains("href=\"#联系售后\"") && html.contains("<h2 id=\"联系售后\">"), "{exit}");
    assert!(!html.contains("安抚") && !html.contains("agent-note"));
}

#[tokio::test]
async fn an_article_without_its_own_way_out_gets_one() {
    let html = page(&house(), "/a/ac-not-cooling").await;
    assert!(html.contains("id=\"exit\"") && html.contains("href=\"#exit\"") && html.contains("联系售后"), "{html}");
    assert!(html.contains("紧急"));
}

#[tokio::test]
async fn back_leads_to_the_own_results_and_to_no_other_site() {
    let world = house();
    for (came_from, back) in [
        ("http://kb.example/?q=%E6%B4%97", "/?q=%E6%B4%97"),
        ("http://kb.example/a/old", "/"),
        ("http://evil.example//evil.example/?q=1", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ] {
        let request = Request::get("/a/ac-not-cooling").header("referer", came_from);
        let html = world.send(request, "", Body::empty()).await.text();
        assert!(between(&html, "<p class=\"back\">", "</p>").contains(&format!("href=\"{back}\"")), "{came_from}");
    }
}

// ---- Signing in

#[tokio::test]
async fn who_signs_in_as_an_agent_sees_what_agents_see() {
    let world = house();
    let q = format!("/?q={}", encoded("安抚话术"));
    assert!(!page(&world, &q).await.contains("script-angry"));
    let answer = form(&world, "/login", &[("token", AGENT), ("next", "/a/script-angry")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/a/script-angry"));
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains(AGENT), "the token itself is not kept in the browser");
    let cookie = cookie.split(';').next().expect("a cookie");
    let html = with_cookie(&world, &q, cookie).await.text();
    assert!(html.contains("href=\"/a/script-angry\"") && html.contains("仅坐席可见"), "{html}");
    let html = with_cookie(&world, "/a/script-angry", cookie).await.text();
    assert!(html.contains("让您久等了") && html.contains("仅坐席可见") && html.contains("坐席</span>"), "{html}");
    let answer = with_cookie(&world, "/a/washer-no-spin", cookie).await;
    assert!(answer.text().contains("先安抚，再转二线") && answer.header("cache-control").contains("no-store"));
    assert!(with_cookie(&world, "/a/old", cookie).await.text().contains("已停用"));
    assert_eq!(
        with_cookie(&world, "/api/v1/articles/script-angry", cookie).await.status,
        200,
        "the cookie opens the API too"
    );
}

#[tokio::test]
async fn a_cookie_that_was_tampered_with_is_no_sign_in() {
    let world = house();
    let cookie = signed_in(&world, AGENT).await;
    assert_eq!(with_cookie(&world, "/a/script-angry", &cookie).await.status, 200);
    let mut cut = cookie.clone();
    cut.pop();
    let later = cookie.replacen(".1", ".2", 1);
    assert_ne!(later, cookie);
    for forged in [
        cookie.replace("agent", "admin"),
        cookie.replace("agent", "editor"),
        later,
        cut,
        "wenzhen=agent".into(),
        "wenzhen=".into(),
        "wenzhen=agent.9999999999.".into(),
    ] {
        assert_eq!(with_cookie(&world, "/a/script-angry", &forged).await.status, 404, "{forged}");
        assert_eq!(with_cookie(&world, "/api/v1/problems", &forged).await.status, 401, "{forged}");
    }
}

#[tokio::test]
async fn a_wrong_token_keeps_the_form_and_says_why() {
    let world = house();
    for token in ["wrong", "", " ", "agent-token2"] {
        let answer = form(&world, "/login", &[("token", token), ("next", "/a/old")]).await;
        assert_eq!(answer.status, 401, "`{token}`");
        let html = answer.text();
        assert!(
            html.contains("口令不对") && html.contains("role=\"alert\"") && html.contains("name=\"token\""),
            "{html}"
        );
        assert!(html.contains("name=\"next\" value=\"/a/old\"") && answer.header("set-cookie").is_empty());
    }
}

#[tokio::test]
async fn a_sign_in_link_works_once_and_then_says_so_and_what_to_do() {
    let mut world = house();
    for (tokens, way) in [
        (Tokens::default(), "link-used"),
        (Tokens { editor: Some(EDITOR.to_owned()), ..Tokens::default() }, "请用口令登录"),
    ] {
        let auth = Arc::new(Auth::new(&tokens, &[7; 32]));
        auth.allow_once("0f0f", || {});
        let (finder, walker) = (world.finder.clone(), world.walker.clone());
        world.router = router(ServerState { finder, walker, auth, tries: Arc::default(), hotline: None });
        let answer = world.get("/login?once=0f0f", "").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/editor"));
        assert!(answer.header("set-cookie").starts_with("wenzhen=admin."));
        let again = world.get("/login?once=0f0f", "").await;
        assert!(again.header("set-cookie").is_empty());
        let html = again.text();
        assert!(html.contains("只能用一次") && html.contains(way) && !html.contains("口令不对"), "{html}");
    }
}

#[tokio::test]
async fn the_way_on_after_signing_in_never_leaves_the_site() {
    let world = house();
    let foreign = [
        "//evil.example",
        "https://evil.example/",
        "http:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\r\n/evil.example",
        "/\n/evil.example",
        "/\u{1}",
        "/\u{7f}",
        "",
    ];
    for next in foreign {
        let answer = form(&world, "/login", &[("token", AGENT), ("next", next)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "login {next:?}");
        let answer = form(&world, "/view", &[("back", next), ("large", "1")]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "view {next:?}");
        let html = page(&world, &format!("/login?next={}", encoded(next))).await;
        assert!(html.contains("name=\"next\" value=\"/\""), "form {next:?}");
    }
    for own in ["/editor", "/a/old?x=1", "/?q=a&appliance=b"] {
        assert_eq!(form(&world, "/login", &[("token", AGENT), ("next", own)]).await.header("location"), own);
    }
}

#[tokio::test]
async fn signing_out_ends_it() {
    let world = house();
    let cookie = signed_in(&world, EDITOR).await;
    let answer = world.send(Request::post("/logout").header("cookie", cookie), "", Body::empty()).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"));
    assert!(answer.header("set-cookie").starts_with("wenzhen=;") && answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.get("/logout", "").await.status, 405, "a link or picture signs nobody out");
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let world = house();
    for site in ["cross-site", "same-site"] {
        let request = as_form(Request::post("/login")).header("sec-fetch-site", site);
        let answer = world.send(request, "", Body::from("token=agent-token")).await;
        assert_eq!(answer.status, 403, "{site}");
        assert!(answer.header("set-cookie").is_empty() && answer.text().contains("别的网站"));
    }
    for site in ["same-origin", "none"] {
        let request = as_form(Request::post("/login")).header("sec-fetch-site", site);
        assert_eq!(world.send(request, "", Body::from("token=agent-token")).await.status, 303, "{site}");
    }
}

#[tokio::test]
async fn a_form_that_is_none_is_refused_with_a_page() {
    let world = house();
    for (content_type, body) in
        [("text/plain", "token=x"), ("application/x-www-form-urlencoded", "next=/"), ("application/json", "{}")]
    {
        let answer =
            world.send(Request::post("/login").header("content-type", content_type), "", Body::from(body)).await;
        assert!(answer.status.is_client_error(), "{content_type}");
        assert!(answer.text().contains("<h1>这个请求读不懂</h1>"), "{}", answer.text());
    }
}

#[tokio::test]
async fn large_text_is_remembered_without_script() {
    let world = house();
    let answer = form(&world, "/view", &[("back", "/a/ac-not-cooling"), ("large", "1")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/a/ac-not-cooling"));
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("text=large;") && cookie.contains("SameSite=Lax") && !cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    let large = with_cookie(&world, "/a/ac-not-cooling", "text=large").await.text();
    assert!(large.contains("<html lang=\"zh-CN\" class=\"large\">") && large.contains("标准字"));
    assert!(large.contains("name=\"back\" value=\"/a/ac-not-cooling\""));
    assert!(!page(&world, "/").await.contains("class=\"large\""));
    let off = form(&world, "/view", &[("back", "/"), ("large", "0")]).await;
    assert!(off.header("set-cookie").contains("Max-Age=0"), "{}", off.header("set-cookie"));
}

#[tokio::test]
async fn the_editors_page_is_for_editors() {
    let world = World::new(&[("a.md", "---\nid: a\ntitle: 甲\n---\n[死](没有.md)\n")]);
    let answer = world.get("/editor", "").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/login?next=/editor"));
    let agent = world.get("/editor", AGENT).await;
    assert_eq!(agent.status, 403);
    assert!(agent.text().contains("这里需要编辑权限"), "{}", agent.text());
    for token in [EDITOR, ADMIN] {
        let cookie = signed_in(&world, token).await;
        let html = with_cookie(&world, "/editor", &cookie).await.text();
        assert!(
            html.contains("a.md")
                && html.contains("dead-link")
                && html.contains("第 5 行")
                && html.contains("1 篇文章"),
            "{html}"
        );
        assert!(html.contains("<table class=\"receipts\">") && html.contains("href=\"/a/a\""), "its receipt: {html}");
    }
}

// ---- When there is nothing to show

#[tokio::test]
async fn a_page_that_cannot_be_shown_says_so_in_chinese_with_the_search_box() {
    let (world, waiting) = (house(), World::unpublished(&FOLDER));
    let waits = waiting.get("/a/old", "").await;
    assert!(waits.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0));
    for (status, heading, answer) in [
        (404, "没有找到这个页面", world.get("/nothing", "").await),
        (404, "没有找到这个页面", world.get("/a/nothing", "").await),
        (404, "没有找到这个页面", world.get("/a/script-angry", "").await),
        (404, "没有找到这个页面", world.get("/a/a%2Fb", "").await),
        (410, "这篇文章已经停用", world.get("/a/old", "").await),
        (400, "这个请求读不懂", world.get("/a/%ff", "").await),
        (400, "这个请求读不懂", world.get("/?q=a&limit=0", "").await),
        (400, "这个请求读不懂", world.get("/?q=a&colour=1", "").await),
        (400, "这个请求读不懂", world.get(&format!("/?q={}", encoded(&"水".repeat(513))), "").await),
        (405, "这个请求读不懂", world.send(Request::post("/"), "", Body::empty()).await),
        (403, "这里需要登录", world.get("/editor", AGENT).await),
        (503, "请稍等一下", waits),
    ] {
        assert_eq!(answer.status.as_u16(), status);
        assert!(answer.header("content-type").starts_with("text/html"), "{status}");
        let html = answer.text();
        assert!(html.contains(&format!("<h1>{heading}</h1>")) && html.contains("<form class=\"search\""), "{html}");
        assert!(html.contains("href=\"/\"") && !html.contains("旧款"), "{html}");
    }
}

#[tokio::test]
async fn an_empty_folder_says_how_to_add_the_first_article() {
    let world = World::new(&[]);
    for path in ["/", "/?q=a"] {
        let html = page(&world, path).await;
        assert!(html.contains("知识库还没有文章") && html.contains("kb/") && html.contains(".md"), "{html}");
        assert!(!html.contains("<form class=\"search\""), "there is nothing to search yet");
    }
    let mut world = world;
    world.write("甲.md", AC);
    world.look();
    assert!(!page(&world, "/").await.contains("知识库还没有文章"));
}

// ---- Nothing runs, nothing dials by itself

/// Start tags with their attributes.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        rest = &rest[open + 1..];
        let name_end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..name_end].to_ascii_lowercase();
        if name.is_empty() {
            continue;
        }
        rest = &rest[name_end..];
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let attribute = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix('=') {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
                let body = &after[usize::from(quote.is_some())..];
                let end =
                    body.find(|c: char| quote.map_or(c.is_whitespace() || c == '>', |q| c == q)).unwrap_or(body.len());
                value = body[..end].to_owned();
                rest = &body[(end + usize::from(quote.is_some())).min(body.len())..];
            }
            attributes.push((attribute, value));
        }
        tags.push((name, attributes));
    }
    tags
}

/// What in a page could run, style inline, or ask a third party.
fn trouble_in(html: &str) -> Vec<String> {
    let mut trouble = Vec::new();
    for (name, attributes) in tags(html) {
        let of = |wanted: &str| attributes.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.as_str());
        if name == "script" && of("src").is_none()
            || ["style", "iframe", "object", "embed", "base"].contains(&name.as_str())
        {
            trouble.push(format!("<{name}>"));
        }
        for (attribute, value) in &attributes {
            let loads = attribute == "src"
                || (name == "link" && attribute == "href")
                || attribute == "action"
                || attribute == "formaction";
            let runs = value.trim_start().to_ascii_lowercase().starts_with("javascript:");
            if attribute.starts_with("on")
                || attribute == "style"
                || runs
                || (loads && !value.starts_with('/'))
                || value.starts_with("//")
            {
                trouble.push(format!("<{name} {attribute}={value}>"));
            }
        }
    }
    for script in html.split("<script").skip(1) {
        let inside = script
            .split_once('>')
            .and_then(|(_, rest)| rest.split_once("</script>"))
            .map_or(script, |(inside, _)| inside);
        if !inside.trim().is_empty() {
            trouble.push(format!("script `{inside}`"));
        }
    }
    trouble
}

#[test]
fn the_scan_sees_what_can_run() {
    for bad in [
        "<script>x()</script>",
        "<p style=\"a\">",
        "<p STYLE=a>",
        "<a onclick='x()'>",
        "<img\nsrc=x\nonerror=x()>",
        "<b class=a onfocus=x>",
        "<a href=\"javascript:x()\">",
        "<style>p{}</style>",
        "<script src=\"/a.js\">x()</script>",
        "<link href=\"https://cdn.example/a.css\">",
        "<img src=\"//x.example/a.png\">",
        "<iframe src=\"/\">",
        "<a title=\"a>b\" onclick=x>",
    ] {
        assert!(!trouble_in(bad).is_empty(), "{bad}");
    }
    for good in [
        "<script type=\"module\" src=\"/a.js\"></script>",
        "<input value=\"x onclick=y style=z\">",
        "<p class=verdict>onclick=x</p>",
        "&lt;p style=x&gt;",
    ] {
        assert_eq!(trouble_in(good), Vec::<String>::new(), "{good}");
    }
}

#[tokio::test]
async fn no_page_holds_anything_that_runs_or_styles_inline() {
    let (world, waiting, empty) = (house(), World::unpublished(&FOLDER), World::new(&[]));
    let evil = encoded("\"><script>alert(1)</script> onclick=x");
    let mut pages: Vec<(String, Answer)> = Vec::new();
    for path in [
        "/",
        "/?q=a",
        "/a/washer-no-spin",
        "/a/ac-not-cooling",
        "/a/evil",
        "/a/old",
        "/login",
        "/nothing",
        "/a/nothing",
        "/editor",
        "/?q=a&limit=0",
    ] {
        for token in ["", AGENT, EDITOR] {
            pages.push((path.to_owned(), world.get(path, token).await));
        }
    }
    for q in ["洗衣机不脱水", "洗衣机", "今天天气怎么样", "厨房有燃气味", "危险写法", "空调 P3"]
        .map(encoded)
        .iter()
        .chain([&evil])
    {
        let path = format!("/?q={q}&appliance={}", if *q == evil { evil.as_str() } else { "" });
        pages.push((path.clone(), world.get(&path, AGENT).await));
    }
    let next = format!("/login?next=/{evil}");
    pages.push((next.clone(), world.get(&next, "").await));
    pages.push((
        "failed".into(),
        form(&world, "/login", &[("token", "wrong"), ("next", "/\"><script>x</script>")]).await,
    ));
    pages.push(("waiting".into(), waiting.get("/", "").await));
    pages.push(("empty".into(), empty.get("/", "").await));
    for (path, answer) in pages.iter().filter(|(_, a)| a.status != 303) {
        assert!(answer.header("content-type").starts_with("text/html"), "{path}: {}", answer.text());
        assert_eq!(trouble_in(&answer.text()), Vec::<String>::new(), "{path}");
        let csp = answer.header("content-security-policy");
        assert!(
            csp.contains("script-src 'self'") && csp.contains("default-src 'none'") && !csp.contains("unsafe"),
            "{path}: {csp}"
        );
        assert!(
            csp.contains("frame-ancestors 'none'")
                && csp.contains("base-uri 'none'")
                && csp.contains("form-action 'self'")
        );
    }
    assert!(world.get("/a/evil", "").await.text().contains("<p>点</p>"), "the words of the author stay");
}

#[tokio::test]
async fn a_number_to_dial_stands_there_only_when_one_is_set() {
    let world = house();
    let auth = Arc::new(Auth::new(&Tokens::default(), &[7; 32]));
    let silent = router(ServerState {
        finder: world.finder.clone(),
        walker: world.walker.clone(),
        auth,
        tries: Arc::default(),
        hotline: None,
    });
    let paths = ["/", "/a/washer-no-spin", "/a/ac-not-cooling", "/nothing", "/login", "/a/old"].map(str::to_owned);
    let searches = ["洗衣机不脱水", "今天天气怎么样", "厨房有燃气味"].map(|q| format!("/?q={}", encoded(q)));
    for path in paths.into_iter().chain(searches) {
        assert!(world.get(&path, "").await.text().contains("href=\"tel:400-000-0000\""), "{path}");
        let request = Request::get(&path).body(Body::empty()).expect("a request");
        let body = silent.clone().oneshot(request).await.expect("an answer").into_body();
        let html = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
        let html = String::from_utf8_lossy(&html).into_owned();
        assert!(html.contains("</html>") && !html.contains("tel:"), "{path}: {html}");
    }
}

#[tokio::test]
async fn a_first_visit_loads_less_than_a_hundred_kilobytes_and_only_from_us() {
    let world = house();
    let html = page(&world, "/").await;
    let mut bytes = html.len();
    let mut seen = 0;
    for (name, attributes) in tags(&html) {
        for (attribute, value) in attributes {
            if (name == "link" && attribute == "href") || attribute == "src" {
                let asset = world.get(&value, "").await;
                assert_eq!(asset.status, 200, "{value}");
                assert!(asset.header("cache-control").contains("immutable"), "{value}");
                bytes += asset.body.len();
                seen += 1;
            }
        }
    }
    assert!(seen >= 4 && bytes < 100_000, "{seen} files, {bytes} bytes");
}

#[tokio::test]
async fn what_an_article_calls_its_parts_never_meets_what_the_page_calls_its_own() {
    let ids = |html: &str| -> Vec<String> {
        let all = tags(html).into_iter().flat_map(|(_, attributes)| attributes);
        all.filter(|(name, _)| name == "id").map(|(_, value)| value).collect()
    };
    let mut world = World::new(&[("a.md", "# 甲\n正文\n")]);
    let mut own = ids(&page(&world, "/").await);
    own.extend(ids(&page(&world, "/a/a").await));
    assert!(["q", "main", "results", "exit", "live-note"].iter().all(|id| own.iter().any(|o| o == id)), "{own:?}");
    let headings: String = own.iter().map(|id| format!("## {id}\n字\n## 段 {{#{id}}}\n字\n")).collect();
    world.write("a.md", &format!("# 甲\n{headings}# 乙\n# 乙\n"));
    world.look();
    let mut all = ids(&page(&world, "/a/a").await);
    let n = all.len();
    all.sort();
    all.dedup();
    assert_eq!((all.len(), n > 2 * own.len()), (n, true), "an id stands twice");
}

#[tokio::test]
async fn what_was_understood_stands_above_the_results_and_can_be_corrected() {
    let article = |title: &str| format!("---\nappliance: 空调\n---\n# {title}\n看出风口。\n");
    let world = World::new(&[("a.md", &article("空调不凉")), ("b.md", &article("空调漏水"))]);
    let asked = |more: &str| format!("/?q={}{more}", encoded("空条不凉"));
    let page = world.get(&asked(""), "").await.text();
    assert!(page.contains("「空条」当作「空调」") && page.contains("电器：空调"), "{page}");
    let page = world.get(&asked("&exact=1"), "").await.text();
    assert!(!page.contains("当作") && page.contains("按原样搜"), "{page}");
    let json = world.get(&format!("/api/v1/search?exact=1&q={}", encoded("空条不凉")), "").await.json();
    assert_eq!(json["understood"]["corrections"], serde_json::json!([]));
}

#[tokio::test]
async fn the_appliances_to_choose_from_follow_the_folder_and_the_reader() {
    let pump = |appliance: &str, more: &str| format!("---\ntitle: 水泵\nappliance: {appliance}\n{more}---\n水泵\n");
    let mut world = World::new(&[
        ("a.md", &pump("洗衣机", "")),
        ("b.md", &pump("空调", "")),
        ("c.md", &pump("冰箱", "audience: agent\n")),
    ]);
    let offered = async |world: &World, token: &str| {
        let text = world.get("/", token).await.text();
        let names = ["冰箱", "洗碗机", "洗衣机", "空调"];
        let chosen = |name: &&str| text.contains(&format!("appliance={}\"", encoded(name)));
        names.into_iter().filter(chosen).collect::<Vec<_>>()
    };
    assert_eq!(offered(&world, "").await, ["洗衣机", "空调"]);
    assert_eq!(offered(&world, AGENT).await, ["冰箱", "洗衣机", "空调"]);
    world.write("b.md", &pump("洗碗机", ""));
    world.look_at("b.md");
    assert_eq!(offered(&world, "").await, ["洗碗机", "洗衣机"]);
    assert_eq!(offered(&world, AGENT).await, ["冰箱", "洗碗机", "洗衣机"]);
}
