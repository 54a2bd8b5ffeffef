//! What staff alone may know never reaches a customer: two worlds that differ only in texts for staff
//! give a customer the same bytes, whatever is asked. Roles and refusals stand in `api.rs`.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use serde_json::json;

use super::world::{AGENT, Answer, EDITOR, World, encoded};

const SPIN: &str = "---
id: washer-no-spin
title: 洗衣机不脱水
kind: troubleshooting
appliance: 洗衣机
models: [CJ-XYB080-A1]
symptoms: [甩干桶不转, 衣服还滴水]
owner: 洗护组
---
## 现象
水已经排空，内筒不肯高速转。
另见[处置](secret.md)、[新稿](draft.md)和[流程](/a/secret)。
## 软件排查
### 换成单脱水程序 {#spin-program minutes=2}
把程序调到「单脱水」。
转速选 800 转以上。
### 断电三分钟 {#restart minutes=5}
拔下插头等三分钟。
## 硬件排查
### 清理排水泵滤网 {#pump-filter minutes=8 safety=断电}
- 先放掉残水
- 再拧下滤网

> 拧不动就停。
> 不要用钳子。

| 状态 | 含义 |
|---|---|
| 亮 | 锁住 |
| 灭 | 开着 |
## 联系售后
报修时说出型号。
";
const LEAK: &str = "---
id: washer-leak
title: 洗衣机漏水
kind: troubleshooting
appliance: 洗衣机
---
## 现象
门边滴水。
## 硬件排查
1. 先看水龙头，再看进水管
2. 擦干门封
3. 清理排水泵滤网
## 联系售后
报修。
";
const PLAIN: &str = "# 空调使用说明\n\n## 日常\n空调不制冷先看滤网。\n空调滴水先看排水管。\n";
const OPEN: &str = "空调遥控器按一下就开机。\n\n再按一下关机。\n";
const E4: &str = "---\nid: washer-e4\ntitle: 洗衣机显示 E4\nkind: error-code\nappliance: 洗衣机\ncodes: [E4]\n---\n## 含义\n门没关好。\n";
const STOVE: &str =
    "---\nid: stove\ntitle: 燃气灶打不着火\nappliance: 燃气灶\nmodels: [ZQ-100A]\n---\n电池没电就打不着火。\n";
const OLD: &str = "---\nid: old\ntitle: 旧款说明\nappliance: 洗衣机\nstatus: retired\n---\n旧款停产。\n";
const DANGER: &str = "[gas -> secret] 请先关总阀、开窗、离开。\n+ 燃气味 | 紫晶味\n";
const SYNONYMS: &str = "[洗衣机]\n脱水 = 甩干\n[*]\n冷气机 -> 空调\n";

const PUBLIC: [(&str, &str); 10] = [
    ("不脱水.md", SPIN),
    ("漏水.md", LEAK),
    ("空调/说明.md", PLAIN),
    ("空调/遥控.md", OPEN),
    ("e4.md", E4),
    ("灶.md", STOVE),
    ("旧款.md", OLD),
    ("danger.txt", DANGER),
    ("synonyms.txt", SYNONYMS),
    ("words.txt", "不脱水\n不制冷\n"),
];

const SECRET: &str = "---
id: secret
title: 梼杌处置流程
kind: procedure
audience: agent
appliance: [凤凰机, 洗衣机]
models: [ZZ-9981X]
codes: [Q77, E9]
symptoms: [朱雀异动, 洗衣机不脱水要赔]
asked: [用户讲腾蛇缠上了, 洗衣机漏水归谁赔]
signs: {能排水: 是}
severity: danger
owner: 暗部
---
## 步骤
白虎暗号只在电话里核对。洗衣机不脱水、漏水、滤网、空调都按麒麟条款，洗衣机洗衣机洗衣机。
![密图](图/密图.png)
[公开](不脱水.md)
";
const DRAFT: &str = "---
id: draft
title: 獬豸新规洗衣机漏水
status: draft
appliance: 青龙机
models: [YY-8871W]
codes: [Q88]
symptoms: [玄武翻身]
---
貔貅条款还没定，洗衣机漏水照饕餮价目。
";
const REVIEW: &str =
    "---\nid: review\ntitle: 穷奇复核单\nstatus: review\nappliance: 朏朏机\ncodes: [Q99]\n---\n空调不制冷要复核。\n";
const RETIRED: &str =
    "---\nid: staff-old\ntitle: 混沌旧话术\naudience: agent\nstatus: retired\n---\n洗衣机漏水旧话术。\n";
const MISTYPED: &str = "---\nid: typo\ntitle: 夫诸价目\naudience: agnet\n---\n洗衣机不脱水收费。\n";
const UNREADABLE: &str = "---\nid: torn\ntitle: \"蜚蠊纪要\naudience: public\n---\n洗衣机漏水纪要。\n";

const STAFF: [(&str, &str); 7] = [
    ("secret.md", SECRET),
    ("draft.md", DRAFT),
    ("a/review.md", REVIEW),
    ("a/old.md", RETIRED),
    ("z/typo.md", MISTYPED),
    ("z/torn.md", UNREADABLE),
    ("图/密图.png", "PNG"),
];

/// What the planted words are asked with, alone and beside words of public articles.
const QUERIES: [&str; 54] = [
    "梼杌处置流程",
    "梼杌",
    "处置流程",
    "朱雀异动",
    "朱雀",
    "腾蛇",
    "腾蛇缠住洗衣机",
    "白虎暗号",
    "麒麟条款",
    "獬豸新规",
    "玄武翻身",
    "貔貅条款",
    "饕餮价目",
    "穷奇复核单",
    "混沌旧话术",
    "夫诸价目",
    "蜚蠊纪要",
    "紫晶阀门",
    "鲲鹏",
    "凤凰机",
    "凤凰机不转",
    "青龙机漏水",
    "朏朏机",
    "Q77",
    "Q88",
    "Q99 怎么办",
    "凤凰机 Q77",
    "洗衣机 Q77",
    "洗衣机 E9",
    "E9",
    "洗衣机 E4",
    "E4",
    "ZZ-9981X",
    "ZZ-9981",
    "yy8871w 漏水",
    "CJ-XYB080-A1",
    "ZQ100A",
    "洗衣机",
    "洗衣机坏了",
    "洗衣机不脱水",
    "洗衣机不甩干",
    "衣服还滴水",
    "洗衣机漏水",
    "清理排水泵滤网",
    "滤网",
    "空调不制冷",
    "冷气机滴水",
    "燃气灶打不着火",
    "旧款停产",
    "厨房有燃气味",
    "厨房有紫晶味",
    "今天天气怎么样",
    "洗衣机不脱水要赔收费麒麟条款",
    "暗部 洗护组",
];

/// A file for both audiences: `block` stands before the first `anchor`, or at the end.
struct Plant {
    why: &'static str,
    file: &'static str,
    anchor: &'static str,
    block: &'static str,
}

const SAID: &str = ":::agent\n紫晶阀门旋到鲲鹏位，洗衣机不脱水、滤网、空调、洗衣机。\n:::\n";

const fn plant(why: &'static str, file: &'static str, anchor: &'static str, block: &'static str) -> Plant {
    Plant { why, file, anchor, block }
}

const PLANTS: [Plant; 20] = [
    plant("at the end of the file", "不脱水.md", "", SAID),
    plant(
        "never closed",
        "不脱水.md",
        "",
        ":::agent\n紫晶阀门旋到鲲鹏位。\n## 软件排查\n### 内部步骤 {#inner minutes=1}\n洗衣机。\n",
    ),
    plant("between two steps", "不脱水.md", "### 断电三分钟", SAID),
    plant("before the first step", "不脱水.md", "### 换成单脱水", SAID),
    plant("between two sections", "不脱水.md", "## 硬件排查", SAID),
    plant("inside a paragraph", "不脱水.md", "转速选 800", SAID),
    plant("inside a bullet list", "不脱水.md", "- 再拧下滤网", SAID),
    plant("indented in a bullet list", "不脱水.md", "- 再拧下滤网", "  :::agent\n  紫晶阀门旋到鲲鹏位。\n  :::\n"),
    plant("inside a quote", "不脱水.md", "> 不要用钳子", "> :::agent\n> 紫晶阀门旋到鲲鹏位。\n> :::\n"),
    plant("inside a table", "不脱水.md", "| 灭 |", ":::agent\n| 紫晶阀门 | 鲲鹏位 |\n:::\n"),
    plant("inside an ordered list", "漏水.md", "2. 擦干门封", SAID),
    plant("an item of an ordered list", "漏水.md", "2. 擦干门封", ":::agent\n2. 紫晶阀门旋到鲲鹏位\n:::\n"),
    plant("behind the last item of an ordered list", "漏水.md", "## 联系售后", SAID),
    plant("below the title of a plain file", "空调/说明.md", "空调滴水先看", SAID),
    plant("between two paragraphs of a file without headings", "空调/遥控.md", "再按一下", SAID),
    plant(
        "with headings, a step and links",
        "不脱水.md",
        "## 硬件排查",
        ":::agent\n# 紫晶阀门\n## 硬件排查\n### 鲲鹏步骤 {#pump-filter minutes=1}\n[密](secret.md) ![图](图/密图.png)\n:::\n",
    ),
    plant("with a code fence that is not closed", "不脱水.md", "## 硬件排查", ":::agent\n紫晶阀门 鲲鹏\n```\n:::\n"),
    plant("with a comment that is not closed", "不脱水.md", "### 断电三分钟", ":::agent\n紫晶阀门 鲲鹏 <!-- \n:::\n"),
    plant("with a mistyped name", "不脱水.md", "### 断电三分钟", ":::agnet\n紫晶阀门旋到鲲鹏位。\n:::\n"),
    plant("with full-width colons", "不脱水.md", "### 断电三分钟", "：：：agent\n紫晶阀门旋到鲲鹏位。\n：：：\n"),
];

/// Before anything else stands in the body.
const FIRST: [Plant; 3] = [
    plant("before the first heading", "不脱水.md", "## 现象", SAID),
    plant("before the title of a plain file", "空调/说明.md", "# 空调使用说明", SAID),
    plant("between title and first section", "空调/说明.md", "## 日常", SAID),
];

fn planted(plants: &[&Plant]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = PUBLIC.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
    for plant in plants {
        let (_, text) = files.iter_mut().find(|(path, _)| path == plant.file).expect("a public file");
        let at = if plant.anchor.is_empty() {
            text.len()
        } else {
            text.find(plant.anchor).expect("the anchor stands in the file")
        };
        text.insert_str(at, plant.block);
    }
    files
}

fn world(files: &[(String, String)]) -> World {
    World::new(&files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect::<Vec<_>>())
}

fn public_world() -> World {
    World::new(&PUBLIC)
}

fn staff_world() -> World {
    World::new(&[&PUBLIC[..], &STAFF[..]].concat())
}

// ---- What a customer can ask, and what is told

fn questions() -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for q in QUERIES.map(encoded) {
        paths.push(format!("/api/v1/search?limit=50&explain=1&q={q}"));
        paths.push(format!("/?q={q}"));
        paths.push(format!("/api/v1/suggest?q={q}"));
    }
    let appliances = ["凤凰机", "青龙机", "洗衣机", "空调"].map(encoded);
    for appliance in &appliances {
        for q in ["Q77", "不脱水", "坏了", "E9"].map(encoded) {
            paths.push(format!("/api/v1/search?q={q}&appliance={appliance}&explain=1"));
            paths.push(format!("/?q={q}&appliance={appliance}"));
        }
    }
    let (wash, sign) = (encoded("洗衣机"), encoded("能排水:是"));
    for rest in [
        "kind=procedure",
        "kind=script",
        "model=ZZ-9981X",
        "model=CJ-XYB080-A1",
        "not=secret",
        "not=washer-leak",
        "limit=1&offset=1",
    ] {
        paths.push(format!("/api/v1/search?q={wash}&{rest}"));
    }
    paths.push(format!("/api/v1/search?q={wash}&sign={sign}&explain=1"));
    for typed in ["梼", "朱", "q", "Q7", "z", "zz", "洗", "洗衣机E", "e", "凤", "青", "紫"].map(encoded) {
        paths.push(format!("/api/v1/suggest?q={typed}"));
    }
    let ids = [
        "washer-no-spin",
        "washer-leak",
        "washer-e4",
        "stove",
        "old",
        "secret",
        "draft",
        "review",
        "staff-old",
        "typo",
        "torn",
        "nothing",
    ];
    for id in ids.map(str::to_owned).into_iter().chain(["空调--说明", "空调--遥控"].map(encoded)) {
        paths.push(format!("/api/v1/articles/{id}"));
        paths.push(format!("/a/{id}"));
    }
    paths.push(format!("/media/{}/{}.png", encoded("图"), encoded("密图")));
    paths.extend(
        ["/", "/nothing", "/login", "/editor", "/api/v1/status", "/api/v1/problems", "/api/v1/openapi.json"]
            .map(str::to_owned),
    );
    paths
}

/// Everything a customer is told, without the time it took, the number of the state of the folder and the
/// start of the process (which is no fact about the folder).
fn told(answer: &Answer) -> String {
    let mut said = answer.status.to_string();
    for name in ["etag", "content-type", "cache-control", "vary", "location", "allow"] {
        said += &format!("\n{name}: {}", answer.header(name));
    }
    let mut body = answer.text();
    for key in ["\"took_us\":", "\"generation\":", "\"started\":"] {
        let parts: Vec<&str> = body.split(key).collect();
        let rest = parts[1..].iter().map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
        body = std::iter::once(parts[0]).chain(rest).collect::<Vec<_>>().join(key);
    }
    said + "\n" + &body
}

async fn hears(world: &World) -> Vec<(String, String)> {
    let mut heard = Vec::new();
    for path in questions() {
        let answer = world.get(&path, "").await;
        heard.push((path, told(&answer)));
    }
    let batch = json!({ "queries": &QUERIES[..50] }).to_string();
    let request = Request::post("/api/v1/search/batch").header("content-type", "application/json");
    let answer = world.send(request, "", Body::from(batch)).await;
    assert_eq!(answer.status, 200);
    heard.push(("batch".into(), told(&answer)));
    heard
}

#[track_caller]
fn same(expected: &[(String, String)], heard: &[(String, String)], why: &str) {
    assert_eq!(expected.len(), heard.len());
    for ((path, a), (_, b)) in expected.iter().zip(heard) {
        assert!(a == b, "{why}: {path} differs\nwithout: {a}\n   with: {b}");
    }
}

// ---- Two worlds

#[tokio::test]
async fn a_block_for_staff_changes_no_byte_wherever_it_stands() {
    let plain = hears(&public_world()).await;
    for plant in &PLANTS {
        same(&plain, &hears(&world(&planted(&[plant]))).await, plant.why);
    }
}

#[tokio::test]
async fn a_block_for_staff_before_the_first_heading_changes_no_byte() {
    let plain = hears(&public_world()).await;
    for plant in &FIRST {
        same(&plain, &hears(&world(&planted(&[plant]))).await, plant.why);
    }
}

#[tokio::test]
async fn articles_for_staff_and_drafts_change_no_byte() {
    let plain = hears(&public_world()).await;
    for file in &STAFF {
        same(&plain, &hears(&World::new(&[&PUBLIC[..], &[*file]].concat())).await, file.0);
    }
    same(&plain, &hears(&staff_world()).await, "all of them");
}

#[tokio::test]
async fn a_hundred_texts_for_staff_with_public_words_do_not_move_a_score() {
    let plain = hears(&public_world()).await;
    let text = |n: usize| {
        format!(
            "---\nid: s{n}\ntitle: 洗衣机不脱水 {n}\naudience: agent\nappliance: 洗衣机\n---\n{}\n",
            "滤网 漏水 空调 ".repeat(n)
        )
    };
    let many: Vec<(String, String)> = (0..100).map(|n| (format!("s/{n}.md"), text(n))).collect();
    let files: Vec<(String, String)> = planted(&[&PLANTS[0], &PLANTS[10]]).into_iter().chain(many).collect();
    same(&plain, &hears(&world(&files)).await, "a hundred");
}

#[tokio::test]
async fn texts_for_staff_that_come_and_go_by_editing_change_no_byte() {
    let plain = hears(&public_world()).await;
    let mut live = public_world();
    same(&plain, &hears(&live).await, "two worlds of the same files");
    for (round, plants) in PLANTS.chunks(7).enumerate() {
        for plant in plants {
            live.write(plant.file, &planted(&[plant]).iter().find(|(p, _)| p == plant.file).expect("the file").1);
            live.look();
        }
        for (path, text) in &STAFF {
            live.write(path, &text.replace("条款", &format!("条款{round}")));
            live.look();
        }
        same(&plain, &hears(&live).await, "after they came");
        for (path, _) in STAFF.iter().skip(round) {
            live.remove(path);
        }
        live.look();
        same(&plain, &hears(&live).await, "after some went");
        for (path, text) in &PUBLIC {
            live.write(path, text);
        }
        live.look();
        same(&plain, &hears(&live).await, "after the blocks went");
    }
}

#[tokio::test]
async fn an_article_taken_back_from_customers_is_as_if_it_had_never_been_theirs() {
    let plain = hears(&public_world()).await;
    let mut live = public_world();
    for closed in ["audience: agent", "status: draft", "status: review", "audience: nobody", "status: [draft]"] {
        let open = "---\nid: secret\ntitle: 梼杌处置流程\nappliance: 凤凰机\ncodes: [Q77]\nsymptoms: [朱雀异动]\n---\n白虎暗号，洗衣机漏水。![密](图/密图.png)\n";
        live.write("secret.md", open);
        live.write("图/密图.png", "PNG");
        live.look();
        assert_eq!(live.ids("朱雀异动").await, ["secret"], "it was found before");
        live.write("secret.md", &open.replace("title:", &format!("{closed}\ntitle:")));
        live.look();
        same(&plain, &hears(&live).await, closed);
    }
    live.remove("secret.md");
    live.look();
    same(&plain, &hears(&live).await, "deleted");
}

// ---- The words are there: for those who may read them

#[tokio::test]
async fn staff_find_the_words_of_every_block_and_read_it() {
    for plant in PLANTS.iter().chain(&FIRST) {
        let world = world(&planted(&[plant]));
        let id = match plant.file {
            "不脱水.md" => "washer-no-spin",
            "漏水.md" => "washer-leak",
            "空调/说明.md" => "空调--说明",
            _ => "空调--遥控",
        };
        for word in ["紫晶阀门", "鲲鹏"] {
            assert_eq!(world.ids_for(word, AGENT).await.first().map(String::as_str), Some(id), "{word} {}", plant.why);
            assert!(world.ids(word).await.is_empty(), "{word} {}", plant.why);
        }
    }
}

#[tokio::test]
async fn staff_are_shown_every_block() {
    let unseen = unseen_blocks(PLANTS.iter().chain(&FIRST).filter(|p| !p.why.contains("an ordered list"))).await;
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[tokio::test]
async fn staff_are_shown_a_block_between_the_steps_of_an_ordered_list() {
    let unseen = unseen_blocks(PLANTS.iter().filter(|p| p.why.contains("an ordered list"))).await;
    assert!(unseen.is_empty(), "{unseen:?}");
}

async fn unseen_blocks(plants: impl Iterator<Item = &'static Plant>) -> Vec<(&'static str, &'static str)> {
    let mut unseen = Vec::new();
    for plant in plants {
        let world = world(&planted(&[plant]));
        let id = match plant.file {
            "不脱水.md" => "washer-no-spin".to_owned(),
            "漏水.md" => "washer-leak".to_owned(),
            path => encoded(&path.replace('/', "--").replace(".md", "")),
        };
        for path in [format!("/a/{id}"), format!("/api/v1/articles/{id}")] {
            let page = world.get(&path, AGENT).await;
            assert_eq!(page.status, 200, "{path}");
            if !page.text().contains("鲲鹏") {
                unseen.push((plant.why, if path.starts_with("/api") { "json" } else { "page" }));
            }
        }
    }
    unseen
}

#[tokio::test]
async fn staff_find_articles_for_staff_by_each_of_their_words() {
    let world = staff_world();
    for (q, token, id) in [
        ("梼杌处置流程", AGENT, "secret"),
        ("朱雀异动", AGENT, "secret"),
        ("腾蛇缠上", AGENT, "secret"),
        ("白虎暗号", AGENT, "secret"),
        ("Q77", AGENT, "secret"),
        ("凤凰机", AGENT, "secret"),
        ("ZZ-9981X", AGENT, "secret"),
        ("混沌旧话术", AGENT, "staff-old"),
        ("獬豸新规", EDITOR, "draft"),
        ("玄武翻身", EDITOR, "draft"),
        ("Q88", EDITOR, "draft"),
        ("青龙机", EDITOR, "draft"),
        ("穷奇复核单", EDITOR, "review"),
        ("夫诸价目", EDITOR, "typo"),
    ] {
        assert_eq!(world.ids_for(q, token).await.first().map(String::as_str), Some(id), "{q}");
    }
    let page = world.get("/a/washer-no-spin", AGENT).await.text();
    assert!(page.contains("<a href=\"/a/secret\""), "staff can follow the link: {page}");
    let alert =
        world.get(&format!("/api/v1/search?q={}", encoded("厨房有燃气味")), AGENT).await.json()["alert"].clone();
    assert_eq!(alert["article"], "secret");
}

#[tokio::test]
async fn no_piece_of_a_text_for_staff_leads_a_reader_to_it_who_may_not_read_it() {
    let world = staff_world();
    let staff: BTreeSet<&str> = ["secret", "draft", "review", "staff-old", "typo", "torn", "z--torn"].into();
    for (text, hidden_from_agents) in
        [(SECRET, false), (DRAFT, true), (REVIEW, true), (RETIRED, false), (MISTYPED, true), (UNREADABLE, true)]
    {
        let words: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        for piece in words.chunks(3).chain(words.windows(4).step_by(3)) {
            let q: String = piece.iter().collect();
            let found = world.ids(&q).await;
            assert!(found.iter().all(|id| !staff.contains(id.as_str())), "`{q}` leads a customer to {found:?}");
            if hidden_from_agents {
                let found = world.ids_for(&q, AGENT).await;
                assert!(
                    found.iter().all(|id| !["draft", "review", "typo", "z--torn"].contains(&id.as_str())),
                    "`{q}` leads an agent to {found:?}"
                );
            }
        }
    }
}
