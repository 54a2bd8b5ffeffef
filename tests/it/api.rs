//! The JSON API: what is refused and how, who may read what, pictures, headers. What an answer
//! must not give away is in `leak.rs`, what a search finds in `search.rs`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::SocketAddr,
    sync::Arc,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, request::Builder},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use wenzhen::{article::Revision, journey::Comparer};

use super::world::{ADMIN, AGENT, Answer, EDITOR, World, encoded};

const SPIN: &str = "---
id: washer-no-spin
title: 洗衣机不脱水
kind: troubleshooting
appliance: 洗衣机
models: [CJ-XYG*]
symptoms: [甩干桶不转]
signs: {能排水: 是}
severity: urgent
owner: 洗护组
reviewed: 2026-11-01
---
## 现象
水已经排空，内筒不肯高速转。
## 软件排查
### 换成单脱水程序 {#spin-program minutes=2 likely=常见}
把程序调到「单脱水」。
## 硬件排查
### 清理排水泵滤网 {#pump-filter minutes=8 safety=断电,关水 needs=#spin-program risk=1}
拧下滤网。
## 联系售后
报修时说出型号。
:::agent
先安抚，再转二线。
:::
";
const LEAK: &str = "---\nid: washer-leak\ntitle: 洗衣机漏水\nappliance: 洗衣机\n---\n## 现象\n门边滴水。\n";
const SCRIPT: &str =
    "---\nid: script-angry\ntitle: 安抚话术\nkind: script\naudience: agent\n---\n## 这样说\n让您久等了。\n";
const DRAFT: &str = "---\nid: washer-draft\ntitle: 洗衣机新稿\nstatus: draft\n---\n还没写完。\n";
const RETIRED: &str =
    "---\nid: washer-old\ntitle: 洗衣机旧款说明\nappliance: 洗衣机\nstatus: retired\n---\n旧款已停产。\n";
const EXPIRED: &str =
    "---\nid: promo\ntitle: 双十一洗衣机延保\nappliance: 洗衣机\nexpires: 2026-11-20\n---\n延保到月底。\n";

fn house() -> World {
    World::new(&[
        ("不脱水.md", SPIN),
        ("漏水.md", LEAK),
        ("话术.md", SCRIPT),
        ("新稿.md", DRAFT),
        ("旧款.md", RETIRED),
        ("延保.md", EXPIRED),
    ])
}

/// `answer` is a problem document (RFC 9457) with a Chinese sentence; returns its code and the sentence.
#[track_caller]
fn refused(answer: &Answer, status: u16) -> (String, String) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["status"], status);
    assert!(body["type"].is_string() && body["title"].is_string(), "{body}");
    let detail = body["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "not in Chinese: {detail}");
    (body["code"].as_str().expect("a code").to_owned(), detail)
}

async fn post(world: &World, path: &str, content_type: &str, body: &str) -> Answer {
    let request = Request::post(path).header("content-type", content_type);
    world.send(request, "", Body::from(body.to_owned())).await
}

async fn batch(world: &World, body: &str) -> Answer {
    post(world, "/api/v1/search/batch", "application/json", body).await
}

// ---- Search: refusals and bounds

#[tokio::test]
async fn a_bad_search_is_refused_with_a_reason_in_chinese() {
    let world = house();
    let water = encoded("水");
    let cases = [
        (String::new(), "empty-query"),
        ("q=".into(), "empty-query"),
        ("limit=3".into(), "empty-query"),
        ("q=%20%09%0D%0A%E3%80%80".into(), "empty-query"),
        ("q=%00%01%1F%7F%C2%85".into(), "empty-query"),
        (format!("q={}", encoded(&"水".repeat(513))), "query-too-long"),
        (format!("q={}", encoded(&"水".repeat(3_400))), "query-too-long"),
        ("q=%ff".into(), "not-utf8"),
        ("q=%E6%B4".into(), "not-utf8"),
        (format!("q={water}&%ff=1"), "not-utf8"),
        (format!("q={water}&fuzzy=1"), "unknown-parameter"),
        (format!("Q={water}"), "unknown-parameter"),
        (format!("q={water}&q={water}"), "parameter-twice"),
        (format!("q={water}&limit=3&limit=4"), "parameter-twice"),
        (format!("q={water}&limit=0"), "bad-limit"),
        (format!("q={water}&limit=-1"), "bad-number"),
        (format!("q={water}&limit=abc"), "bad-number"),
        (format!("q={water}&limit=1.5"), "bad-number"),
        (format!("q={water}&offset=-1"), "bad-number"),
        (format!("q={water}&offset=99999999999999999999999"), "bad-number"),
        (format!("q={water}&offset=991"), "too-deep"),
        (format!("q={water}&offset={}", u64::MAX), "too-deep"),
        (format!("q={water}&kind=x"), "bad-kind"),
        (format!("q={water}&sign={}", encoded("能排水")), "bad-sign"),
        (format!("q={water}&not=a%2Fb"), "bad-id"),
        (format!("q={water}{}", "&not=a".repeat(200)), "too-many-parameters"),
    ];
    for (query, code) in cases {
        let answer = world.get(&format!("/api/v1/search?{query}"), "").await;
        assert_eq!(refused(&answer, 400).0, code, "{query}");
    }
}

#[tokio::test]
async fn an_unknown_parameter_is_named() {
    let world = house();
    for path in [
        "/api/v1/search?q=a&farbe=1",
        "/api/v1/suggest?q=a&farbe=1",
        "/api/v1/status?farbe=1",
        "/api/v1/articles/washer-leak?farbe",
    ] {
        let (code, detail) = refused(&world.get(path, "").await, 400);
        assert!(code == "unknown-parameter" && detail.contains("farbe"), "{path}: {detail}");
    }
    let request = Request::post("/api/v1/search/batch?farbe=1").header("content-type", "application/json");
    let answer = world.send(request, "", Body::from(r#"{"queries":[]}"#)).await;
    assert!(refused(&answer, 400).1.contains("farbe"));
}

#[tokio::test]
async fn another_method_is_refused_and_told_which_one_is_right() {
    let world = house();
    for (path, right) in [
        ("/api/v1/search?q=a", "GET"),
        ("/api/v1/suggest?q=a", "GET"),
        ("/api/v1/articles/washer-leak", "GET"),
        ("/api/v1/status", "GET"),
        ("/api/v1/search/batch", "POST"),
    ] {
        for method in [Method::DELETE, Method::PUT, if right == "GET" { Method::POST } else { Method::GET }] {
            let answer = world.send(Request::builder().method(&method).uri(path), "", Body::empty()).await;
            assert_eq!(refused(&answer, 405).0, "method-not-allowed", "{method} {path}");
            assert!(answer.header("allow").contains(right), "{method} {path}: `{}`", answer.header("allow"));
        }
    }
}

#[tokio::test]
async fn a_limit_above_fifty_is_fifty_and_the_last_page_is_the_thousandth_result() {
    let texts: Vec<(String, String)> = (0..60)
        .map(|n| (format!("{n}.md"), format!("---\nid: washer-{n}\ntitle: 洗衣机漏水第 {n} 例\n---\n滴水。\n")))
        .collect();
    let world = World::new(&texts.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect::<Vec<_>>());
    let q = encoded("漏水");
    let page = async |rest: &str| world.get(&format!("/api/v1/search?q={q}&{rest}"), "").await.json();
    let ids = |page: &Value| -> Vec<String> {
        page["results"].as_array().expect("results").iter().map(|r| r["id"].to_string()).collect()
    };
    let (first, rest) = (page("limit=1000").await, page("limit=1000&offset=50").await);
    assert_eq!((ids(&first).len(), ids(&rest).len(), &first["total"]), (50, 10, &json!(60)));
    let all: BTreeSet<String> = ids(&first).into_iter().chain(ids(&rest)).collect();
    assert_eq!(all.len(), 60, "two pages hold each article once");
    assert_eq!(ids(&page("").await).len(), 10, "ten without a wish");
    assert_eq!(ids(&page("limit=1000&offset=950").await).len(), 0);
    assert_eq!(page("limit=50&offset=950").await["status"], Value::Null, "the thousandth result may be asked for");
}

#[tokio::test]
async fn tabs_and_line_ends_part_words_and_other_control_characters_are_as_if_not_typed() {
    let world = house();
    let answer = async |q: &str| {
        let body = world.get(&format!("/api/v1/search?q={q}"), "").await.json();
        (body["understood"]["text"].as_str().expect("a text").to_owned(), body["results"].clone())
    };
    let plain = answer(&encoded("不脱水 漏水")).await;
    assert_eq!(plain.0, "不脱水 漏水");
    assert_eq!(plain.1.as_array().expect("results").len(), 2, "both are found: {}", plain.1);
    for blank in ["%09", "%0D", "%0A", "%0D%0A", "+"] {
        assert_eq!(answer(&format!("{}{blank}{}", encoded("不脱水"), encoded("漏水"))).await, plain, "{blank}");
    }
    let split = answer(&format!("{}%00{}%1B%7F+{}", encoded("不"), encoded("脱水"), encoded("漏水"))).await;
    assert_eq!(split, plain);
}

#[tokio::test]
async fn signs_of_query_languages_are_text_and_never_fail() {
    let world = house();
    let queries = [
        "\"",
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        "*:*",
        "*",
        "?",
        "title:x",
        "[a TO b]",
        "{a TO b}",
        "洗衣机 OR *",
        "\\",
        "+-!",
        "a^3",
        "a~2",
        "\"洗衣机",
        "洗衣机 AND (",
        "/a.*/",
        "IN [",
        "-洗衣机",
        "+洗衣机",
        "<>",
        "'; DROP TABLE",
        "title:洗衣机",
        "^",
        ":",
        "&&",
        "||",
        "%",
        "%25",
        "\\u0000",
        "${7*7}",
        "{{7*7}}",
        "\u{200b}洗衣机",
        "\u{202e}洗衣机",
        "🌀",
        "𠮷野家",
        "e\u{301}",
        "\u{fdfa}",
        "ﷺ",
        "½",
        "㍿",
    ];
    for q in queries {
        for path in ["/api/v1/search", "/api/v1/suggest"] {
            let answer = world.get(&format!("{path}?q={}", encoded(q)), "").await;
            assert_eq!(answer.status, 200, "{path} {q:?}: {}", answer.text());
        }
    }
    for q in ["-洗衣机漏水", "title:洗衣机漏水", "\"洗衣机漏水", "(洗衣机漏水) OR *", "洗衣机漏水 AND ("]
    {
        assert_eq!(world.ids(q).await.first().map(String::as_str), Some("washer-leak"), "{q}");
    }
}

#[tokio::test]
async fn a_question_without_a_single_word_finds_nothing() {
    let world = house();
    for q in ["*:*", "？？？", "!!!", "😀", "。"] {
        let body = world.get(&format!("/api/v1/search?q={}", encoded(q)), "").await.json();
        assert_eq!((&body["answer"], &body["total"]), (&json!("none"), &json!(0)), "{q}: {body}");
    }
}

#[tokio::test]
async fn the_total_counts_only_what_the_caller_can_page_to() {
    let world = house();
    let body = world.get(&format!("/api/v1/search?limit=50&q={}", encoded("洗衣机")), "").await.json();
    let n = body["results"].as_array().expect("results").len();
    assert_eq!((n, &body["total"]), (2, &json!(2)), "{body}");
}

// ---- The other doors of the API

#[tokio::test]
async fn a_bad_wish_for_completions_is_refused() {
    let world = house();
    let water = encoded("水");
    for (query, code) in [
        (String::new(), "empty-query"),
        ("q=".into(), "empty-query"),
        ("q=%20%09".into(), "empty-query"),
        ("q=%00%7F".into(), "empty-query"),
        ("q=%ff".into(), "not-utf8"),
        (format!("q={water}&q={water}"), "parameter-twice"),
        (format!("q={water}&limit=3"), "unknown-parameter"),
    ] {
        let answer = world.get(&format!("/api/v1/suggest?{query}"), "").await;
        assert_eq!(refused(&answer, 400).0, code, "{query}");
    }
    let body = world.get(&format!("/api/v1/suggest?q={}", encoded("洗衣机不")), "").await.json();
    let expected = json!({"query": "洗衣机不", "suggestions": [
        {"text": "洗衣机不脱水", "kind": "title", "article": "washer-no-spin", "url": "/a/washer-no-spin"}
    ]});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_text_of_ten_kilobytes_is_not_completed() {
    let world = house();
    let answer = world.get(&format!("/api/v1/suggest?q={}", encoded(&"水".repeat(3_400))), "").await;
    refused(&answer, 400);
}

#[tokio::test]
async fn an_article_that_is_not_there_is_404_whatever_its_name() {
    let world = house();
    let long = "a".repeat(3_000);
    for id in ["nothing", "washer-", "a%20b", "a%2Fb", "%2e%2e", "..", "%00", "WASHER-LEAK", long.as_str()] {
        let answer = world.get(&format!("/api/v1/articles/{id}"), ADMIN).await;
        assert_eq!(refused(&answer, 404).0, "not-found", "{id}");
    }
    // No name at all.
    assert!(world.get("/api/v1/articles/%ff", "").await.status.is_client_error());
    refused(&world.get("/api/v1/articles/%ff", "").await, 400);
}

#[tokio::test]
async fn a_bad_batch_is_refused() {
    let world = house();
    let fifty_one = json!({"queries": vec!["水"; 51]}).to_string();
    let long = json!({"queries": ["水", "水".repeat(513)]}).to_string();
    for (body, status) in [
        ("", 400),
        ("{", 400),
        ("[]", 422),
        (r#"{"queries":"水"}"#, 422),
        (r#"{"queries":[1]}"#, 422),
        (r#"{}"#, 422),
        (r#"{"queries":[],"limit":3}"#, 422),
        (fifty_one.as_str(), 400),
        (r#"{"queries":["水",""]}"#, 400),
        (r#"{"queries":["\u0000"]}"#, 400),
        (long.as_str(), 400),
        ("{\"queries\":[\"\u{0}\"]}", 400),
    ] {
        refused(&batch(&world, body).await, status);
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = post(&world, "/api/v1/search/batch", content_type, r#"{"queries":["水"]}"#).await;
        assert_eq!(refused(&answer, 415).0, "media-type", "{content_type}");
    }
    let huge = json!({"queries": ["水".repeat(100_000)]}).to_string();
    assert_eq!(refused(&batch(&world, &huge).await, 413).0, "too-large");
}

#[tokio::test]
async fn a_batch_answers_each_question_as_if_asked_alone() {
    let world = house();
    let questions = ["洗衣机不脱水", "今天天气", "漏水"];
    let body = batch(&world, &json!({ "queries": questions }).to_string()).await.json();
    let answers = body["answers"].as_array().expect("answers");
    assert_eq!(answers.len(), 3);
    for (question, answer) in questions.iter().zip(answers) {
        let mut alone = world.get(&format!("/api/v1/search?q={}", encoded(question)), "").await.json();
        alone["took_us"] = answer["took_us"].clone();
        assert_eq!(&alone, answer, "{question}");
    }
    assert_eq!(batch(&world, &json!({"queries": vec!["水"; 50]}).to_string()).await.status, 200);
    assert_eq!(batch(&world, r#"{"queries":[]}"#).await.json(), json!({"answers": []}));
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_404_as_json() {
    let world = house();
    for path in [
        "/api/v1/nothing",
        "/api/v1/",
        "/api/v2/search?q=a",
        "/api/",
        "/api/v1/search/",
        "/api/v1/search/x",
        "/api/%00",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = world.send(Request::builder().method(&method).uri(path), "", Body::empty()).await;
            assert_eq!(refused(&answer, 404).0, "not-found", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn articles_that_say_the_same_are_among_the_problems_once_they_have_been_compared() {
    let text = "内筒排空了水却不肯高速转，听得见嗡嗡声，衣服拿出来还在滴水，多半是衣物缠成一团偏向一边，机器为了不撞筒自己停了下来。";
    let washer = |body: &str| format!("---\nappliance: [洗衣机, 干衣机]\n---\n# 题\n{body}\n");
    let mut world = World::new(&[("a.md", &washer(text)), ("b.md", &washer(text)), ("c.md", text)]);
    let mut comparer = Comparer::new(Arc::clone(&world.live));
    assert_eq!(world.problems().await, [], "a save does not wait for it");
    while comparer.step() {}
    assert_eq!(world.problems().await, [("b.md".to_owned(), "near-duplicate".to_owned())]);
    assert_eq!(world.get("/api/v1/status", EDITOR).await.json()["problems"], 1);
    assert!(world.get("/editor", EDITOR).await.text().contains("和 a.md 有 100% 的内容相同"));

    world.write("b.md", &washer("门没有关严，灯闪三下。"));
    world.look();
    while comparer.step() {}
    assert_eq!(world.problems().await, []);
    world.write("b.md", &washer(text));
    world.look();
    while comparer.step() {}
    world.remove("b.md");
    world.look();
    assert_eq!(world.problems().await, [], "of a file that is gone nothing is said");
}

#[tokio::test]
async fn the_status_counts_what_the_caller_may_read() {
    let world = house();
    let status = async |token: &str| world.get("/api/v1/status", token).await.json();
    let customer = status("").await;
    let keys: BTreeSet<&str> = customer.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["articles", "generation", "meaning", "problems", "publishing", "started", "watcher"].into());
    assert_eq!(
        (&customer["generation"], &customer["problems"], &customer["meaning"]),
        (&json!(1), &Value::Null, &Value::Null)
    );
    // Public ones; with them script, retired and expired; with those the draft.
    for (token, n) in [("", 2), (AGENT, 5), (EDITOR, 6), (ADMIN, 6)] {
        assert_eq!(status(token).await["articles"], n, "{token}");
    }
    assert!(status(EDITOR).await["problems"].is_number() && status(AGENT).await["problems"].is_null());
}

// ---- Tokens

fn with_token(request: Builder, authorization: &str) -> Builder {
    request.header("authorization", authorization)
}

#[tokio::test]
async fn a_wrong_token_is_401_even_where_none_is_needed() {
    let world = house();
    let paths = [
        "/api/v1/search?q=a",
        "/api/v1/suggest?q=a",
        "/api/v1/articles/washer-leak",
        "/api/v1/status",
        "/api/v1/problems",
        "/api/v1/receipts/00",
        "/media/a.png",
    ];
    for path in paths {
        for wrong in ["Bearer wrong", "Bearer", "Bearer ", "Bearer Agent-Token", "Bearer agent-token x", "BEARER wrong"]
        {
            let answer = world.send(with_token(Request::get(path), wrong), "", Body::empty()).await;
            assert_eq!(refused(&answer, 401).0, "wrong-token", "{path} `{wrong}`");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let request = with_token(Request::get("/api/v1/search?q=a"), "bearer  agent-token ");
    assert_eq!(world.send(request, "", Body::empty()).await.status, 200, "the word Bearer in any case, blanks around");
}

#[tokio::test]
async fn what_is_not_for_us_in_authorization_is_no_token_and_no_guess() {
    let world = house();
    let from = |path: &str| Request::get(path).extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 9], 40_000))));
    for foreign in ["Basic YWdlbnQtdG9rZW4=", "Basic agent-token", "agent-token", "Digest a=b", "Bearers x", ""] {
        for path in ["/", "/api/v1/search?q=a", "/a/washer-leak", "/login"] {
            let answer = world.send(with_token(from(path), foreign), "", Body::empty()).await;
            assert_eq!(answer.status, 200, "{path} `{foreign}`");
        }
        let answer = world.send(with_token(from("/api/v1/problems"), foreign), "", Body::empty()).await;
        assert_eq!(refused(&answer, 401).0, "sign-in", "`{foreign}` gives no role");
    }
    let both = with_token(with_token(from("/api/v1/problems"), "Basic YTpi"), &format!("Bearer {EDITOR}"));
    assert_eq!(world.send(both, "", Body::empty()).await.status, 200, "a token beside the password of a proxy");
}

#[tokio::test]
async fn what_is_wrong_in_the_folder_and_receipts_are_for_editors() {
    let world = house();
    let hash = Revision::of(LEAK.as_bytes()).to_string();
    for path in ["/api/v1/problems".to_owned(), format!("/api/v1/receipts/{hash}")] {
        assert_eq!(refused(&world.get(&path, "").await, 401).0, "sign-in", "{path}");
        assert_eq!(refused(&world.get(&path, AGENT).await, 403).0, "forbidden", "{path}");
        for token in [EDITOR, ADMIN] {
            assert_eq!(world.get(&path, token).await.status, 200, "{path}");
        }
    }
    let receipt = world.get(&format!("/api/v1/receipts/{}", hash.to_uppercase()), EDITOR).await.json();
    let told = ["file", "hash", "id", "generation", "tests"].map(|k| receipt[k].clone());
    assert_eq!(told, [json!("漏水.md"), json!(hash), json!("washer-leak"), json!(1), Value::Null]);
    assert!(receipt["save_to_search_ms"].is_u64() && receipt["problems"].is_array());
    refused(&world.get("/api/v1/receipts/00", EDITOR).await, 404);
    for wait in ["abc", "11s", "-1s", "s", "99999999999999999999s"] {
        let answer = world.get(&format!("/api/v1/receipts/{hash}?wait={wait}"), EDITOR).await;
        assert_eq!(refused(&answer, 400).0, "bad-wait", "{wait}");
    }
    refused(&world.get(&format!("/api/v1/receipts/{hash}?for=1"), EDITOR).await, 400);
}

#[tokio::test]
async fn a_problem_names_its_file_line_code_and_what_to_do() {
    let world = World::new(&[("坏.md", "---\nid: bad\ntitle: 坏\nkind: 不存在\n---\n[去](没有.md)\n")]);
    let body = world.get("/api/v1/problems", EDITOR).await.json();
    let problems = body["problems"].as_array().expect("problems");
    let dead = problems.iter().find(|p| p["code"] == "dead-link").unwrap_or_else(|| panic!("{body}"));
    assert_eq!((&dead["file"], &dead["line"]), (&json!("坏.md"), &json!(6)));
    assert!(dead["message"].as_str().is_some_and(|m| m.contains("没有.md")) && dead["hint"].is_string(), "{dead}");
    assert!(problems.iter().any(|p| p["code"] == "unknown-kind" && p["line"] == 4), "{body}");
}

#[tokio::test]
async fn eleven_wrong_tokens_from_one_address_are_one_too_many() {
    let world = house();
    let ask = async |last: u8, token: Option<&str>| {
        let request =
            Request::get("/api/v1/status").extension(ConnectInfo(SocketAddr::from(([192, 0, 2, last], 40_000))));
        let request = match token {
            Some(token) => with_token(request, &format!("Bearer {token}")),
            None => request,
        };
        world.send(request, "", Body::empty()).await
    };
    for n in 1..=10 {
        assert_eq!(ask(1, Some("wrong")).await.status, 401, "guess {n}");
    }
    assert_eq!(refused(&ask(1, Some("wrong")).await, 429).0, "too-many-guesses");
    assert_eq!(ask(1, Some(AGENT)).await.status, 200, "who has a token is not locked out by others behind one proxy");
    assert_eq!(refused(&ask(1, Some("wrong")).await, 429).0, "too-many-guesses", "and that forgives no guesses");
    let login = Request::post("/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
    assert_eq!(world.send(login, "", Body::from("token=wrong")).await.status, 429, "one count for both doors");
    assert_eq!(ask(1, None).await.status, 200, "who guesses nothing may go on reading");
    assert_eq!(ask(2, Some("wrong")).await.status, 401, "another address is not punished");
    assert_eq!(ask(2, Some(AGENT)).await.status, 200);
}

// ---- Articles

#[tokio::test]
async fn an_article_is_told_field_by_field() {
    let world = house();
    let body = world.get("/api/v1/articles/washer-no-spin", "").await.json();
    let expected = json!({
        "id": "washer-no-spin", "title": "洗衣机不脱水", "kind": "troubleshooting", "appliances": ["洗衣机"], "models": ["CJ-XYG*"],
        "codes": [], "symptoms": ["甩干桶不转"], "signs": {"能排水": "是"}, "audience": "public", "severity": "urgent",
        "status": "published", "banner": null, "owner": null, "reviewed": "2026-11-01", "url": "/a/washer-no-spin",
    });
    for (key, value) in expected.as_object().expect("an object") {
        assert_eq!(&body[key], value, "{key}");
    }
    assert!(body["revision"].as_str().is_some_and(|r| r.len() == 64 && r.bytes().all(|b| b.is_ascii_hexdigit())));
    let sections: Vec<_> = body["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .map(|s| (&s["heading"], &s["role"], &s["steps"]))
        .collect();
    let roles = [("现象", "symptoms"), ("软件排查", "software"), ("硬件排查", "hardware"), ("联系售后", "service")];
    assert_eq!(
        sections.iter().map(|s| (s.0.as_str(), s.1.as_str())).collect::<Vec<_>>(),
        roles.map(|(h, r)| (Some(h), Some(r)))
    );
    assert_eq!(sections[2].2, &json!(["pump-filter"]));
    let mut step = body["steps"][1].clone();
    assert!(step["html"].take().as_str().is_some_and(|h| h.contains("<p>拧下滤网。</p>")));
    let expected = json!({
        "id": "pump-filter", "title": "清理排水泵滤网", "layer": "hardware", "minutes": 8, "likely": null, "risk": 1,
        "safety": ["断电", "关水"], "needs": ["spin-program"], "who": "customer", "html": null,
    });
    assert_eq!(step, expected);
    let html = body["html"].as_str().expect("html");
    let order = [
        "<h2",
        "现象",
        "内筒不肯高速转",
        "软件排查",
        "换成单脱水程序",
        "「单脱水」",
        "硬件排查",
        "拧下滤网",
        "联系售后",
        "报修时",
    ];
    let mut from = 0;
    for part in order {
        from += html[from..].find(part).unwrap_or_else(|| panic!("`{part}` is not in its place in {html}"));
    }
    assert!(!html.contains("安抚") && !html.contains(":::"));
}

#[tokio::test]
async fn staff_read_their_blocks_and_who_answers_for_the_article() {
    let world = house();
    let answer = world.get("/api/v1/articles/washer-no-spin", AGENT).await;
    let body = answer.json();
    assert_eq!(body["owner"], "洗护组");
    assert!(
        body["html"].as_str().is_some_and(|h| h.contains("先安抚，再转二线。") && h.contains("agent-note")),
        "{body}"
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert!(!world.get("/api/v1/articles/washer-no-spin", "").await.text().contains("安抚"));
}

#[tokio::test]
async fn an_unchanged_article_is_304_and_a_changed_one_is_not() {
    let mut world = house();
    let path = "/api/v1/articles/washer-no-spin";
    let first = world.get(path, "").await;
    let tag = first.header("etag").to_owned();
    assert!(!tag.is_empty() && !first.header("cache-control").contains("no-store"));
    let again = async |world: &World, tag: &str, token: &str| {
        world.send(Request::get(path).header("if-none-match", tag), token, Body::empty()).await
    };
    let same = again(&world, &tag, "").await;
    assert_eq!((same.status.as_u16(), same.body.len(), same.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(again(&world, &format!("\"x\", {tag}"), "").await.status, 304);
    assert_eq!(again(&world, "\"x\"", "").await.status, 200);
    for answer in [&first, &same] {
        let vary = answer.header("vary").to_lowercase();
        assert!(vary.contains("authorization") && vary.contains("cookie"), "{vary}");
    }
    assert_eq!(again(&world, &tag, AGENT).await.status, 200, "the tag covers who reads");
    world.write("不脱水.md", &SPIN.replace("拧下滤网", "先放掉残水，再拧下滤网"));
    world.look();
    let changed = again(&world, &tag, "").await;
    assert!(changed.status == 200 && changed.text().contains("残水") && changed.header("etag") != tag);
}

#[tokio::test]
async fn an_article_out_of_service_is_gone_for_customers_and_has_a_banner_for_staff() {
    let world = house();
    for (id, agent, banner) in [
        ("washer-old", 200, "停用"),
        ("promo", 200, "有效期"),
        ("washer-draft", 404, "没有发布"),
        ("script-angry", 200, ""),
    ] {
        let path = format!("/api/v1/articles/{id}");
        let customer = world.get(&path, "").await;
        let gone = ["washer-old", "promo"].contains(&id);
        refused(&customer, if gone { 410 } else { 404 });
        assert!(!customer.text().contains(id), "{}", customer.text());
        assert_eq!(world.get(&path, AGENT).await.status.as_u16(), agent, "{id}");
        let editor = world.get(&path, EDITOR).await.json();
        assert!(editor["banner"].as_str().unwrap_or("").contains(banner), "{id}: {editor}");
        assert_eq!(editor["banner"].is_null(), banner.is_empty(), "{id}");
    }
}

#[tokio::test]
async fn what_is_out_of_service_is_not_found_by_customers_and_by_staff_as_designed() {
    let world = house();
    for (q, id, finds) in [
        ("旧款已停产", "washer-old", [false, true, true]),
        ("双十一延保", "promo", [false, true, true]),
        ("新稿", "washer-draft", [false, false, true]),
        ("安抚话术", "script-angry", [false, true, true]),
        ("门边滴水", "washer-leak", [true, true, true]),
    ] {
        for (token, finds) in ["", AGENT, EDITOR].into_iter().zip(finds) {
            assert_eq!(world.ids_for(q, token).await.contains(&id.to_owned()), finds, "{q} as `{token}`");
            let body = world.get(&format!("/api/v1/suggest?q={}", encoded(&q[..6])), token).await.text();
            assert!(finds || !body.contains(id), "{q} as `{token}`: {body}");
        }
    }
}

// ---- Pictures

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe";
const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

/// Pictures: of a public article, of staff in several ways, of nobody, outside the folder.
fn gallery() -> World {
    let public = "---\nid: a\n---\n![泵](图/泵.png) ![线路](图/线路.svg) ![空格](图/两 个.png) ![空格](<图/两 个.png>) ![空格](图/两%20个.png)\n\n\
                  ![外面](../outside.png) ![文字](说明.txt) [不是图](图/链接.png)\n\n:::agent\n![内部](图/内部.png)\n:::\n";
    let mut world = World::unpublished(&[
        ("a.md", public),
        ("b.md", "---\nid: b\naudience: agent\n---\n![坐席](图/坐席.png) ![泵](图/泵.png)\n"),
        ("c.md", "---\nid: c\nstatus: draft\n---\n![草稿](图/草稿.png)\n"),
        ("d.md", "---\nid: d\nstatus: retired\n---\n![旧](图/旧.png)\n"),
        ("说明.txt", "文字"),
        ("图/线路.svg", SVG),
    ]);
    for name in ["泵", "两 个", "内部", "坐席", "草稿", "旧", "没人用", "链接"] {
        world.write_bytes(&format!("图/{name}.png"), PNG);
    }
    fs::write(world.kb().join("../outside.png"), PNG).expect("a file beside the folder");
    world.look();
    world
}

#[tokio::test]
async fn a_picture_is_shown_to_those_who_may_see_an_article_with_it() {
    let world = gallery();
    for (name, customer, agent, editor) in [
        ("泵.png", 200, 200, 200),
        ("线路.svg", 200, 200, 200),
        ("两 个.png", 200, 200, 200),
        ("内部.png", 404, 200, 200),
        ("坐席.png", 404, 200, 200),
        ("草稿.png", 404, 404, 200),
        ("旧.png", 404, 200, 200),
        ("没人用.png", 404, 404, 404),
        ("链接.png", 404, 404, 404),
        ("没有.png", 404, 404, 404),
    ] {
        for (token, status) in [("", customer), (AGENT, agent), (EDITOR, editor)] {
            let answer = world.get(&format!("/media/{}/{}", encoded("图"), encoded(name)), token).await;
            assert_eq!(answer.status.as_u16(), status, "{name} as `{token}`");
            if status == 404 {
                refused(&answer, 404);
            }
        }
    }
}

#[tokio::test]
async fn a_picture_comes_as_it_is_and_an_svg_cannot_run() {
    let world = gallery();
    let folder = encoded("图");
    let png = world.get(&format!("/media/{folder}/{}.png", encoded("泵")), "").await;
    assert_eq!((png.body.as_slice(), png.header("content-type")), (PNG, "image/png"));
    assert_eq!(png.header("x-content-type-options"), "nosniff");
    let svg = world.get(&format!("/media/{folder}/{}.svg", encoded("线路")), "").await;
    assert_eq!((svg.text().as_str(), svg.header("content-type")), (SVG, "image/svg+xml"));
    let csp = svg.header("content-security-policy");
    assert!(csp.contains("sandbox") && csp.contains("default-src 'none'"), "{csp}");
    assert!(!csp.contains("script-src") && !csp.contains("allow-scripts"), "{csp}");
    let staff = world.get(&format!("/media/{folder}/{}.png", encoded("坐席")), AGENT).await;
    assert_eq!(staff.header("cache-control"), "private, no-store", "what only staff see stays in no cache");
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_or_to_other_files() {
    let world = gallery();
    for path in [
        "../outside.png",
        "%2e%2e/outside.png",
        "%2e%2e%2foutside.png",
        "..%2foutside.png",
        "..%5coutside.png",
        "x/../../outside.png",
        "x/%2e%2e/%2e%2e/outside.png",
        "/../outside.png",
        "%2fetc%2fpasswd",
        "a.md",
        "%E8%AF%B4%E6%98%8E.txt",
        "",
        "/",
        ".",
        "%00",
        "%ff",
        "a.png%00.svg",
    ] {
        for token in ["", ADMIN] {
            let answer = world.get(&format!("/media/{path}"), token).await;
            let expected: &[u16] = if path == "%ff" { &[400] } else { &[404] };
            assert!(expected.contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        }
    }
}

// ---- What every answer has

#[tokio::test]
async fn security_headers_stand_on_every_kind_of_answer() {
    let world = gallery();
    let waiting = World::unpublished(&[]);
    let png = format!("/media/{}/{}.png", encoded("图"), encoded("泵"));
    let page = world.get("/", "").await.text();
    let asset = page.split('"').find(|part| part.starts_with("/assets/")).expect("a page has a style").to_owned();
    let tag = world.get("/api/v1/articles/a", "").await.header("etag").to_owned();
    let mut answers: Vec<(u16, Answer)> = Vec::new();
    for (status, path) in [
        (200, "/"),
        (200, "/api/v1/search?q=a"),
        (200, "/api/v1/status"),
        (200, "/api/v1/openapi.json"),
        (200, "/a/a"),
        (200, "/healthz"),
        (200, "/readyz"),
        (200, png.as_str()),
        (200, asset.as_str()),
        (400, "/api/v1/search"),
        (400, "/?limit=0&q=a"),
        (404, "/nothing"),
        (404, "/api/nothing"),
        (404, "/assets/nothing.css"),
        (410, "/a/d"),
        (303, "/editor"),
        (401, "/api/v1/problems"),
    ] {
        answers.push((status, world.get(path, "").await));
    }
    answers.push((405, post(&world, "/", "text/plain", "").await));
    answers.push((413, batch(&world, &"x".repeat(300 << 10)).await));
    let unchanged = Request::get("/api/v1/articles/a").header("if-none-match", tag);
    answers.push((304, world.send(unchanged, "", Body::empty()).await));
    answers.push((503, waiting.get("/", "").await));
    answers.push((503, waiting.get("/api/v1/status", "").await));
    for (status, answer) in answers {
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"), "{status}: `{csp}`");
        let fixed = ["x-content-type-options", "referrer-policy", "x-frame-options"].map(|name| answer.header(name));
        assert_eq!(fixed, ["nosniff", "same-origin", "DENY"], "{status}");
    }
}

#[tokio::test]
async fn until_the_folder_is_read_the_api_says_so() {
    let waiting = World::unpublished(&[("a.md", LEAK)]);
    for path in [
        "/api/v1/search?q=a",
        "/api/v1/suggest?q=a",
        "/api/v1/articles/a",
        "/api/v1/status",
        "/api/v1/problems",
        "/readyz",
    ] {
        let answer = waiting.get(path, "").await;
        assert_eq!(refused(&answer, 503).0, "not-ready", "{path}");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0), "{path}");
    }
    assert_eq!(waiting.get("/healthz", "").await.status, 200);
    assert_eq!(house().get("/readyz", "").await.status, 200);
}

#[tokio::test]
async fn the_openapi_document_lists_every_route_and_no_other() {
    let world = house();
    let document = world.get("/api/v1/openapi.json", "").await.json();
    let documented: BTreeMap<&str, BTreeSet<&str>> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys().map(String::as_str);
            (path.as_str(), methods.filter(|m| ["get", "post", "put", "patch", "delete"].contains(m)).collect())
        })
        .collect();
    let designed = BTreeMap::from([
        ("/api/v1/search", BTreeSet::from(["get"])),
        ("/api/v1/search/batch", BTreeSet::from(["post"])),
        ("/api/v1/suggest", BTreeSet::from(["get"])),
        ("/api/v1/articles/{id}", BTreeSet::from(["get"])),
        ("/api/v1/status", BTreeSet::from(["get"])),
        ("/api/v1/receipts/{hash}", BTreeSet::from(["get"])),
        ("/api/v1/problems", BTreeSet::from(["get"])),
        ("/api/v1/events", BTreeSet::from(["get"])),
        ("/api/v1/walkthroughs", BTreeSet::from(["post"])),
        ("/api/v1/walkthroughs/{id}", BTreeSet::from(["get"])),
        ("/api/v1/walkthroughs/{id}/answers", BTreeSet::from(["post"])),
        ("/api/v1/walkthroughs/{id}/answers/last", BTreeSet::from(["delete"])),
        ("/api/v1/walkthroughs/{id}/handoff", BTreeSet::from(["post"])),
        ("/api/v1/walkthroughs/{id}/note", BTreeSet::from(["get"])),
        ("/api/v1/handoffs/{code}", BTreeSet::from(["get"])),
        ("/api/v1/feedback", BTreeSet::from(["post"])),
    ]);
    assert_eq!(documented, designed);
    for path in documented.keys() {
        let path = path.replace(['{', '}'], "");
        let answer = world.send(Request::patch(&path), "", Body::empty()).await;
        assert_eq!(answer.status, 405, "{path} is a route");
    }
    let query: Vec<&str> = document["paths"]["/api/v1/search"]["get"]["parameters"]
        .as_array()
        .expect("parameters")
        .iter()
        .filter_map(|p| p["name"].as_str())
        .collect();
    for name in ["q", "appliance", "kind", "model", "sign", "not", "limit", "offset", "explain"] {
        assert!(query.contains(&name), "{name} is not among {query:?}");
        assert_ne!(
            world.get(&format!("/api/v1/search?{name}="), "").await.json()["code"],
            "unknown-parameter",
            "{name}"
        );
    }
}

// ---- Whatever is typed

/// Any characters at all, and pieces of questions stuck together with them.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("洗衣机".to_owned()),
        Just("不脱水".to_owned()),
        Just("E4".to_owned()),
        Just("ＥＯ".to_owned()),
        Just("CJ-XYG".to_owned()),
        Just("没有".to_owned()),
        Just("½①".to_owned()),
        Just("e\u{301}\u{20dd}".to_owned()),
        Just("-/_.".to_owned()),
        any::<char>().prop_map(String::from),
        "[a-zO0]{1,3}[-_. ]?[0-9oO]{0,6}[a-z]?",
    ];
    prop_oneof![
        vec(any::<char>(), 0..600).prop_map(String::from_iter),
        vec(piece, 0..12).prop_map(|pieces| pieces.concat()),
        "\\PC{0,40}",
    ]
}

#[test]
fn nothing_anybody_can_type_makes_the_server_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let world = house();
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&typed(), |q| {
        let q = encoded(&q);
        for path in [format!("/api/v1/search?explain=1&q={q}"), format!("/api/v1/suggest?q={q}"), format!("/?q={q}")] {
            let answer = runtime.block_on(world.get(&path, AGENT));
            prop_assert!(
                [200, 400].contains(&answer.status.as_u16()),
                "{} for {path}: {}",
                answer.status,
                answer.text()
            );
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn no_bytes_in_a_query_string_make_the_server_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let world = house();
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&vec(any::<u8>(), 0..60), |bytes| {
        let q: String = bytes.iter().map(|b| format!("%{b:02x}")).collect();
        for path in [
            format!("/api/v1/search?q={q}"),
            format!("/api/v1/search?q=a&{q}"),
            format!("/api/v1/articles/{q}"),
            format!("/media/{q}"),
        ] {
            let answer = runtime.block_on(world.get(&path, ""));
            prop_assert!(!answer.status.is_server_error(), "{} for {path}", answer.status);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
