//! A customer is led step by step, an agent goes on where the customer stopped: through the API.

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::SocketAddr};
use wenzhen::{access::Role, guide::Channel, journey::Beginning};

use crate::world::{AGENT, Answer, EDITOR, World, encoded};

const SIGNS: &str = "[洗衣机.能排水]\nask = \"水能排干净吗？\"\nvalues = [\"是\", \"否\"]\norder = 1\n";

fn no_spin(more: &str) -> String {
    format!(
        "---\nid: spin\ntitle: 洗衣机不脱水\nkind: troubleshooting\nappliance: 洗衣机\nsymptoms: [甩不干]\n\
         signs: {{能排水: 是}}\n{more}---\n\
         ## 先看一眼\n### 看代码 {{#look minutes=1}}\n看屏幕。\n\
         ## 软件排查\n### 单脱水 {{#program minutes=2 likely=常见}}\n选单脱水。\n\n:::agent\n跟用户说慢慢来。\n:::\n\
         ### 断电重启 {{#restart minutes=3}}\n断电。\n\
         ## 硬件排查\n### 清滤网 {{#filter minutes=8 likely=常见 safety=断电,关水 needs=#water}}\n拧开。\n\
         ### 放水 {{#water minutes=2 safety=断电}}\n放水。\n### 换皮带 {{#belt minutes=30 who=technician safety=断电}}\n换。\n\
         ## 联系售后\n皮带坏了要换。报修请说型号。\n\n:::agent\n多半要换板。\n:::\n"
    )
}

fn no_drain() -> String {
    "---\nid: drain\ntitle: 洗衣机不排水\nkind: troubleshooting\nappliance: 洗衣机\nsymptoms: [水放不掉]\nsigns: {能排水: 否}\n---\n\
     ## 软件排查\n### 单排水 {#drain-only minutes=2}\n选排水。\n## 联系售后\n报修。\n"
        .to_owned()
}

pub(crate) fn world() -> World {
    World::new(&[("spin.md", &no_spin("")), ("drain.md", &no_drain()), ("signs.toml", SIGNS)])
}

impl World {
    async fn post(&self, path: &str, body: &Value, token: &str) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.send(request, token, Body::from(body.to_string())).await
    }

    async fn begin(&self, body: Value, token: &str) -> Value {
        let answer = self.post("/api/v1/walkthroughs", &body, token).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    async fn stand(&self, walk: &Value, token: &str) -> Value {
        let answer = self.get(&path(walk, ""), token).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    async fn say(&self, walk: &Value, body: Value) -> Value {
        let answer = self.post(&path(walk, "/answers"), &body, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    }

    async fn did(&self, walk: &Value, step: &str, outcome: &str) -> Value {
        self.say(walk, json!({"step": step, "outcome": outcome})).await
    }

    async fn back(&self, walk: &Value) -> Value {
        self.send(Request::delete(path(walk, "/answers/last")), "", Body::empty()).await.json()
    }
}

fn path(walk: &Value, more: &str) -> String {
    format!("/api/v1/walkthroughs/{}{more}", walk["id"].as_str().expect("an id"))
}

fn at(walk: &Value) -> (&str, &str) {
    (walk["state"].as_str().expect("a state"), walk["step"]["id"].as_str().unwrap_or(""))
}

#[tokio::test]
async fn an_article_is_walked_softly_first_to_the_step_that_solves_it() {
    let world = world();
    let walk = world.begin(json!({"article": "spin"}), "").await;
    assert_eq!(at(&walk), ("step", "look"));
    assert_eq!(walk["remaining"], json!({"steps": 5, "minutes": 16}), "the technician's step is not counted");
    assert_eq!((&walk["channel"], &walk["article"]), (&json!("self"), &json!("spin")));
    let mut walk = walk;
    for (step, next) in [("look", "program"), ("program", "restart"), ("restart", "water"), ("water", "filter")] {
        assert!(walk["step"]["why"].as_str().is_some_and(|w| w.contains('「')), "{walk}");
        walk = world.did(&walk, step, "not_solved").await;
        assert_eq!(at(&walk), ("step", next));
    }
    assert_eq!(walk["step"]["safety"], "断电、关水");
    assert_eq!(walk["step"]["evidence"], json!({"solved": 0, "tried": 0}));
    let walk = world.did(&walk, "filter", "solved").await;
    assert_eq!(at(&walk).0, "solved");
    let tried: Vec<&str> =
        walk["tried"].as_array().expect("tried").iter().map(|t| t["step"].as_str().expect("a step")).collect();
    assert_eq!(tried, ["look", "program", "restart", "water", "filter"]);
    let next = world.begin(json!({"article": "spin"}), "").await;
    assert_eq!(next["step"]["evidence"], json!({"solved": 0, "tried": 1}), "others learn what came of it");
}

#[tokio::test]
async fn an_answer_counts_once_however_often_it_is_sent_and_another_step_is_refused() {
    let world = world();
    let walk = world.begin(json!({"article": "spin"}), "").await;
    let first = world.say(&walk, json!({"step": "look", "outcome": "not_solved", "answer_id": "a-1"})).await;
    for again in [
        json!({"step": "look", "outcome": "not_solved", "answer_id": "a-1"}),
        json!({"step": "look", "outcome": "not_solved"}),
    ] {
        assert_eq!(world.say(&walk, again).await, first);
    }
    let after = world.say(&walk, json!({"step": "program", "outcome": "skipped", "answer_id": "a-2"})).await;
    assert_eq!(at(&after), ("step", "restart"));
    let late = world.say(&walk, json!({"step": "look", "outcome": "not_solved", "answer_id": "a-1"})).await;
    assert_eq!(late, after, "an old answer that comes again changes nothing");
    for wrong in [json!({"step": "filter", "outcome": "solved"}), json!({"step": "look", "outcome": "solved"})] {
        let refused = world.post(&path(&walk, "/answers"), &wrong, "").await;
        assert_eq!((refused.status, refused.json()["code"].clone()), (StatusCode::CONFLICT, json!("not-due")));
    }
    for bad in [
        json!({}),
        json!({"step": "look"}),
        json!({"step": "look", "outcome": "maybe"}),
        json!({"step": "look", "outcome": "solved", "sign": "能排水"}),
        json!({"step": "look", "outcome": "solved", "answer_id": ""}),
    ] {
        let refused = world.post(&path(&walk, "/answers"), &bad, "").await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(world.stand(&walk, "").await, after);
}

#[tokio::test]
async fn taking_back_leads_where_one_was() {
    let world = world();
    let begun = world.begin(json!({"article": "spin"}), "").await;
    let second = world.did(&begun, "look", "not_solved").await;
    world.did(&begun, "program", "cannot_do").await;
    assert_eq!(world.back(&begun).await, second);
    assert_eq!(world.back(&begun).await, begun);
    assert_eq!(world.back(&begun).await, begun, "the beginning stays");
}

#[tokio::test]
async fn a_customer_reads_nothing_written_for_staff_and_staff_do() {
    let world = World::new(&[
        ("spin.md", &no_spin("")),
        (
            "s.md",
            "---\nid: s\ntitle: 内部\nkind: troubleshooting\naudience: agent\n---\n## 软件排查\n### 试 {#t minutes=1}\n内部做法。\n",
        ),
    ]);
    let walk = world.begin(json!({"article": "spin"}), "").await;
    let walk = world.did(&walk, "look", "not_solved").await;
    assert!(!walk.to_string().contains("慢慢来"), "{walk}");
    assert!(world.stand(&walk, AGENT).await.to_string().contains("慢慢来"));
    let exit = world.did(&walk, "program", "cannot_do").await;
    let exit = world.did(&exit, "restart", "cannot_do").await;
    assert_eq!(at(&exit).0, "service");
    assert!(exit["service"]["html"].as_str().is_some_and(|h| h.contains("皮带") && !h.contains("换板")), "{exit}");
    let note = world.get(&path(&walk, "/note"), "").await.text();
    assert!(note.contains("皮带坏了要换") && !note.contains("换板"), "{note}");

    let hidden = world.post("/api/v1/walkthroughs", &json!({"article": "s"}), "").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    let as_self = world.post("/api/v1/walkthroughs", &json!({"article": "s"}), AGENT).await;
    assert_eq!(as_self.status, StatusCode::NOT_FOUND, "what is for staff is not walked by customers");
    let phone = world.post("/api/v1/walkthroughs", &json!({"article": "spin", "channel": "phone"}), "").await;
    assert_eq!(phone.status, StatusCode::UNAUTHORIZED);
    let led = world.begin(json!({"article": "s", "channel": "phone"}), AGENT).await;
    let seen = world.get(&path(&led, ""), "").await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "who has the id still is a customer");
    world.write(
        "s.md",
        "---\nid: s\ntitle: 公开\nkind: troubleshooting\n---\n## 软件排查\n### 试 {#t minutes=1}\n公开做法。\n",
    );
    let mut world = world;
    world.look();
    assert_eq!(
        world.get(&path(&led, ""), "").await.status,
        StatusCode::NOT_FOUND,
        "the text it began with was for staff"
    );
}

#[tokio::test]
async fn an_edit_changes_nothing_underfoot_and_what_is_withdrawn_leads_out() {
    for (edit, state) in [
        (no_spin("").replace("### 单脱水 {#program", "### 换个程序 {#other"), "step"),
        (no_spin("status: retired\n"), "service"),
        (no_spin("audience: agent\n"), "service"),
        (no_spin("severity: danger\n"), "danger"),
        (no_spin("status: draft\n"), "service"),
    ] {
        let mut world = world();
        let walk = world.begin(json!({"article": "spin"}), "").await;
        let walk = world.did(&walk, "look", "not_solved").await;
        world.write("spin.md", &edit);
        world.look();
        let now = world.stand(&walk, "").await;
        assert_eq!(at(&now).0, state, "{edit}");
        assert_eq!(now["tried"], walk["tried"]);
        if state == "step" {
            assert_eq!(now, walk);
        }
    }
    let mut world = world();
    let walk = world.begin(json!({"article": "spin"}), "").await;
    world.remove("spin.md");
    world.look();
    assert_eq!(at(&world.stand(&walk, "").await).0, "service", "deleted is out of service, too");
}

#[tokio::test]
async fn a_complaint_is_narrowed_down_by_a_question_and_none_of_these_leads_on_and_never_in_circles() {
    let world = world();
    let walk = world.begin(json!({"q": "洗衣机脱水排水都不行"}), "").await;
    assert_eq!(at(&walk).0, "question", "{walk}");
    assert_eq!((&walk["question"]["sign"], &walk["question"]["text"]), (&json!("能排水"), &json!("水能排干净吗？")));
    let wrong = world.post(&path(&walk, "/answers"), &json!({"sign": "能排水", "value": "也许"}), "").await;
    assert_eq!(wrong.status, StatusCode::CONFLICT);
    let drain = world.say(&walk, json!({"sign": "能排水", "value": "否"})).await;
    assert_eq!((at(&drain), &drain["article"]), (("step", "drain-only"), &json!("drain")));
    let spin = world.say(&walk, json!({"none_of_these": true})).await;
    assert_eq!((at(&spin), &spin["article"]), (("step", "look"), &json!("spin")));
    let nothing = world.say(&walk, json!({"none_of_these": true})).await;
    assert_eq!(at(&nothing).0, "service");
    assert_eq!(world.back(&walk).await, spin);
    assert_eq!(world.back(&walk).await, drain);
    assert_eq!(world.back(&walk).await["question"], walk["question"]);

    let nothing = world.begin(json!({"q": "今天天气怎么样"}), "").await;
    assert_eq!(at(&nothing).0, "service", "an honest way out");
    let vague = world.begin(json!({"q": "洗衣机坏了"}), "").await;
    assert_eq!(vague["question"]["sign"], "能排水", "who says no more is asked: {vague}");
    let known = world.begin(json!({"q": "洗衣机脱水排水都不行", "signs": {"能排水": "否"}}), "").await;
    assert_eq!(known["article"], "drain", "what is known is not asked");
}

#[tokio::test]
async fn an_article_that_is_retired_while_a_question_stands_leaves_the_other_to_be_walked() {
    let mut world = world();
    let walk = world.begin(json!({"q": "洗衣机脱水排水都不行"}), "").await;
    assert_eq!(at(&walk).0, "question");
    world.write("drain.md", &no_drain().replace("kind:", "status: retired\nkind:"));
    world.look();
    let left = world.stand(&walk, "").await;
    assert_eq!((at(&left), &left["article"]), (("step", "look"), &json!("spin")));
    let next = world.did(&walk, "look", "not_solved").await;
    assert_eq!((at(&next), next["tried"].as_array().map(Vec::len)), (("step", "program"), Some(1)));
    assert_eq!(world.stand(&walk, "").await, next);
}

#[tokio::test]
async fn a_complaint_of_danger_stops_everything() {
    let danger = "[shock -> help] 先断电，别碰机器。\n+ 漏电\n";
    let help = "---\nid: help\ntitle: 触电急救\nseverity: danger\n---\n断电。\n";
    let world = World::new(&[("spin.md", &no_spin("")), ("danger.txt", danger), ("help.md", help)]);
    let walk = world.begin(json!({"q": "洗衣机漏电，甩不干"}), "").await;
    assert_eq!(at(&walk).0, "danger");
    assert_eq!(walk["danger"], json!({"say": "先断电，别碰机器。", "article": "/a/help"}));
    let calm = world.begin(json!({"article": "spin"}), "").await;
    let stopped = world.did(&calm, "look", "unsafe").await;
    assert_eq!(at(&stopped).0, "danger");
}

#[tokio::test]
async fn who_stops_at_a_step_reads_the_words_for_the_danger_that_is_near() {
    let danger = "[gas -> help] 请先关总阀、开窗，到室外。\n+ 燃气味\n[shock] 别再碰它，断总闸。\n+ 漏电\n";
    let article = |appliance: &str, safety: &str| {
        format!(
            "---\nkind: troubleshooting\nappliance: {appliance}\n---\n## 软件排查\n### 试 {{#try minutes=1}}\n试。\n\
             ## 硬件排查\n### 动手 {{#do minutes=1 {safety}}}\n做。\n"
        )
    };
    let world = World::new(&[
        ("stove.md", &article("燃气灶", "safety=断电")),
        ("pipe.md", &article("烘干机", "safety=断电,关气")),
        ("spin.md", &article("洗衣机", "safety=断电")),
        ("purifier.md", &article("空气净化器", "safety=防滑")),
        ("help.md", "---\nid: help\ntitle: 燃气泄漏\nseverity: danger\n---\n关阀。\n"),
        ("danger.txt", danger),
    ]);
    let stopped = async |id: &str| {
        let walk = world.begin(json!({"article": id}), "").await;
        world.did(&walk, "try", "unsafe").await["danger"].clone()
    };
    let gas = json!({"say": "请先关总阀、开窗，到室外。", "article": "/a/help"});
    assert_eq!((stopped("stove").await, stopped("pipe").await), (gas.clone(), gas));
    assert_eq!(stopped("spin").await, json!({"say": "别再碰它，断总闸。", "article": null}));
    let other = stopped("purifier").await;
    assert!(other["say"].as_str().is_some_and(|say| say.contains("觉得不安全就停下")), "{other}");
}

#[tokio::test]
async fn service_is_advised_after_two_steps_that_cannot_be_done_and_going_on_stays_possible() {
    let world = world();
    let walk = world.begin(json!({"article": "spin"}), "").await;
    world.did(&walk, "look", "cannot_do").await;
    let exit = world.did(&walk, "program", "cannot_do").await;
    assert_eq!(at(&exit).0, "service");
    assert_eq!(exit["service"]["next"]["id"], "restart");
    assert_eq!(exit["service"]["promise"], "24 小时内电话预约。");
    let on = world.did(&walk, "restart", "solved").await;
    assert_eq!(at(&on).0, "solved");
}

#[tokio::test]
async fn a_code_leads_an_agent_to_every_step_that_was_tried() {
    let world = world();
    let walk = world.begin(json!({"q": "洗衣机甩不干，电话13812345678", "model": "CJ-XYG100"}), "").await;
    let walk = world.did(&walk, "look", "not_solved").await;
    let code = world.post(&path(&walk, "/handoff"), &json!({}), "").await;
    assert_eq!(code.status, StatusCode::CREATED);
    let code = code.json();
    let digits = code["code"].as_str().expect("a code").to_owned();
    assert_eq!(world.post(&path(&walk, "/handoff"), &json!({}), "").await.json(), code, "again, the same");
    let url = format!("/api/v1/handoffs/{digits}");
    assert_eq!(world.get(&url, "").await.status, StatusCode::UNAUTHORIZED);
    let opened = world.get(&url, AGENT).await.json();
    assert_eq!(opened["model"], "CJ-XYG100");
    let symptom = opened["symptom"].as_str().expect("a symptom");
    assert!(symptom.contains("甩不干") && !symptom.contains("138"), "{symptom}");
    assert_eq!(opened["walkthrough"]["tried"][0]["step"], "look");
    assert_eq!(opened["next"]["id"], "program");
    let grouped = format!("/api/v1/handoffs/{}", encoded(&format!("{} {}", &digits[..3], &digits[3..])));
    assert_eq!(world.get(&grouped, AGENT).await.status, StatusCode::OK, "as it is read aloud");

    let note = world.get(&path(&walk, "/note?format=text"), AGENT).await.text();
    assert!(
        note.contains("型号：CJ-XYG100") && note.contains("1. 看代码（没解决）") && note.contains("24 小时内"),
        "{note}"
    );
    let json = world.get(&path(&walk, "/note"), AGENT).await.json();
    assert_eq!(json["tried"], json!([{"title": "看代码", "outcome": "not_solved"}]));
}

#[tokio::test]
async fn whoever_guesses_codes_is_soon_told_to_wait() {
    let world = world();
    let mut giving = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        let walker = world.walker.clone();
        giving.spawn(async move {
            let beginning = Beginning {
                article: Some("spin".into()),
                complaint: None,
                channel: Channel::OwnHands,
                model: None,
                signs: Vec::new(),
            };
            let begun = walker.begin(beginning, Role::Customer).await.expect("begun");
            walker.hand_off(begun.walkthrough.id.as_str(), Role::Customer).await.expect("a code").code.to_string()
        });
    }
    let live: BTreeSet<String> = giving.join_all().await.into_iter().collect();
    assert_eq!(live.len(), 1_000, "no code twice");
    let mut answered = 0;
    for guess in 0..10_000 {
        let answer = world.get(&format!("/api/v1/handoffs/{:06}", (guess * 7_919) % 1_000_000), AGENT).await;
        answered += usize::from(answer.status != StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((1..=30).contains(&answered), "{answered} guesses were answered");
}

#[tokio::test]
async fn feedback_is_kept_masked_and_bounded() {
    let world = world();
    let send = async |body: Value| world.post("/api/v1/feedback", &body, "").await.status;
    assert_eq!(
        send(json!({"article": "spin", "step": "look", "helpful": false, "reason": "打我 13812345678"})).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(send(json!({"article": "nowhere", "helpful": true})).await, StatusCode::NOT_FOUND);
    assert_eq!(send(json!({"article": "spin", "step": "nowhere", "helpful": true})).await, StatusCode::NOT_FOUND);
    let mut last = StatusCode::OK;
    for _ in 0..40 {
        last = send(json!({"article": "spin", "helpful": true})).await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn what_cannot_be_walked_says_so() {
    let world = World::new(&[
        ("h.md", "---\nid: h\ntitle: 怎么用\n---\n## 步骤\n### 一 {#a}\n做。\n"),
        ("spin.md", &no_spin("status: draft\n")),
    ]);
    let status = async |body: Value, token: &str| {
        let answer = world.post("/api/v1/walkthroughs", &body, token).await;
        (answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(status(json!({"article": "h"}), "").await, (409, "not-walkable".into()));
    assert_eq!(status(json!({"article": "none"}), "").await, (404, "not-found".into()));
    assert_eq!(status(json!({"article": "spin"}), "").await.0, 404, "a draft is not there");
    assert_eq!(status(json!({"article": "spin", "channel": "phone"}), EDITOR).await.0, 201, "editors try their drafts");
    assert_eq!(status(json!({}), "").await, (400, "empty-query".into()));
    assert_eq!(status(json!({"q": "x", "channel": "fax"}), "").await, (400, "bad-channel".into()));
    for id in ["w_00000000000000000000000000000000", "w_1", "1"] {
        assert_eq!(world.get(&format!("/api/v1/walkthroughs/{id}"), "").await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn near_results_are_told_apart_by_a_question_whose_answers_are_addresses() {
    let world = world();
    let ask = async |more: &str| {
        let q = encoded("洗衣机脱水排水都不行");
        world.get(&format!("/api/v1/search?q={q}{more}"), "").await.json()
    };
    let asked = ask("").await;
    assert_eq!((&asked["answer"], &asked["question"]["sign"]), (&json!("possible"), &json!("能排水")), "{asked}");
    let answered = ask(&format!("&sign={}", encoded("能排水:否"))).await;
    assert_eq!((&answered["question"], &answered["results"][0]["id"]), (&Value::Null, &json!("drain")));
    let unknown = ask(&format!("&sign={}", encoded("能排水:"))).await;
    assert_eq!(unknown["question"], Value::Null, "不清楚 is an answer, too");
    assert_eq!(unknown["results"], asked["results"], "and changes nothing");

    let page = world.get(&format!("/?q={}", encoded("洗衣机脱水排水都不行")), "").await.text();
    let link = format!("&amp;sign={}", encoded("能排水:否"));
    assert!(
        page.contains("水能排干净吗？") && page.contains(&link.replace("&amp;", "&#38;")) || page.contains(&link),
        "{page}"
    );
    let page =
        world.get(&format!("/?q={}&sign={}", encoded("洗衣机脱水排水都不行"), encoded("能排水:否")), "").await.text();
    assert!(page.contains("能排水：否"), "the answer stands above the results and can be taken back");
}

// ---- What customers may have kept

async fn post_from(world: &World, ip: [u8; 4], path: &str, body: &Value, token: &str) -> Answer {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.extension(ConnectInfo(SocketAddr::from((ip, 40_000))));
    world.send(request, token, Body::from(body.to_string())).await
}

#[tokio::test]
async fn one_address_begins_only_so_many_walkthroughs_staff_and_this_machine_as_many_as_they_like() {
    let (world, home) = (world(), [192, 0, 2, 1]);
    let begin = async |ip: [u8; 4], article: &str, token: &str| {
        post_from(&world, ip, "/api/v1/walkthroughs", &json!({"article": article}), token).await
    };
    for n in 1..=120 {
        assert_eq!(begin(home, "none", "").await.status, StatusCode::NOT_FOUND, "{n}");
        assert_eq!(begin([127, 0, 0, 1], "none", "").await.status, StatusCode::NOT_FOUND, "{n}");
    }
    let over = begin(home, "spin", "").await;
    assert_eq!((over.status.as_u16(), &over.json()["code"]), (429, &json!("too-many-walkthroughs")));
    let page = Request::post("/w").header("content-type", "application/x-www-form-urlencoded");
    let page = page.extension(ConnectInfo(SocketAddr::from((home, 40_000))));
    let page = world.send(page, "", Body::from("article=spin")).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text().contains("请十分钟后再试") && page.header("content-type").starts_with("text/html"));
    assert_eq!(begin(home, "spin", AGENT).await.status, StatusCode::CREATED, "staff");
    assert_eq!(begin([192, 0, 2, 2], "spin", "").await.status, StatusCode::CREATED, "another address");
    assert_eq!(begin([127, 0, 0, 1], "spin", "").await.status, StatusCode::CREATED, "a proxy on this machine");
}

#[tokio::test]
async fn one_address_is_given_only_so_many_codes_and_the_same_one_as_often_as_it_asks() {
    let (world, home) = (world(), [192, 0, 2, 1]);
    let begin = async || world.begin(json!({"article": "spin"}), "").await;
    let code =
        async |walk: &Value, token: &str| post_from(&world, home, &path(walk, "/handoff"), &json!({}), token).await;
    let first = begin().await;
    let given = code(&first, "").await.json()["code"].clone();
    assert!(given.is_string());
    for _ in 0..60 {
        assert_eq!(code(&first, "").await.json()["code"], given, "no new one");
    }
    for n in 2..=60 {
        assert_eq!(code(&begin().await, "").await.status, StatusCode::CREATED, "{n}");
    }
    let last = begin().await;
    let over = code(&last, "").await;
    assert_eq!((over.status.as_u16(), &over.json()["code"]), (429, &json!("too-many-new-codes")));
    assert_eq!(code(&first, "").await.json()["code"], given);
    let page = async |said: &str| {
        let request = Request::post(format!("/w/{}", last["id"].as_str().expect("an id")));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request = request.extension(ConnectInfo(SocketAddr::from((home, 40_000))));
        world.send(request, "", Body::from(said.to_owned())).await.status.as_u16()
    };
    assert_eq!(page("exit=1").await, 429, "who asks for a code is told");
    let step = last["step"]["id"].as_str().expect("a step");
    assert_eq!(page(&format!("step={step}&outcome=unsafe")).await, 303, "the way out is open without one");
    assert_eq!(code(&last, AGENT).await.status, StatusCode::CREATED, "staff");
}
