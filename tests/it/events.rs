//! News as it happens: who hears what, and the tests that run after a save.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream},
    http::Request,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use wenzhen::journey::Trials;

use crate::{
    live::{about, sha256, with_id},
    world::{AGENT, EDITOR, World},
};

/// Only what never comes takes so long.
const DEADLINE: Duration = Duration::from_secs(10);

/// An open connection to the events.
struct Listener {
    stream: BodyDataStream,
    text: String,
}

impl Listener {
    async fn open(world: &World, token: &str) -> Self {
        let (hello, listener) = Self::open_at(world, "/api/v1/events", token).await;
        assert!(hello["generation"].is_u64() && hello.get("revision").is_none());
        listener
    }

    /// What the first event says, and the open connection.
    async fn open_at(world: &World, address: &str, token: &str) -> (Value, Self) {
        let mut request = Request::get(address);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = world.router.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"), "gathered by nobody on its way");
        let mut listener = Self { stream: response.into_body().into_data_stream(), text: String::new() };
        let (name, hello) = listener.next().await;
        assert_eq!(name, "hello");
        (hello, listener)
    }

    /// The next event: its name and its data.
    async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| event.lines().find_map(|l| l.strip_prefix(name)).map(str::trim);
                let found = line("event:").zip(line("data:")).map(|(n, d)| (n.to_owned(), d.to_owned()));
                self.text = rest.to_owned();
                if let Some((name, data)) = found {
                    return (name, serde_json::from_str(&data).expect("JSON"));
                }
                continue;
            }
            let more = tokio::time::timeout(DEADLINE, self.stream.next()).await.expect("an event comes");
            self.text += &String::from_utf8_lossy(&more.expect("the stream goes on").expect("no fault"));
        }
    }

    async fn ends(&mut self) -> bool {
        tokio::time::timeout(DEADLINE, self.stream.next()).await.is_ok_and(|more| more.is_none())
    }
}

async fn revision(world: &World, id: &str, token: &str) -> Value {
    world.get(&format!("/api/v1/articles/{id}"), token).await.json()["revision"].clone()
}

#[tokio::test]
async fn everybody_hears_of_an_article_that_changed_came_or_went() {
    let mut world = World::new(&[("a.md", &about("青桐鹭"))]);
    let mut customer = Listener::open(&world, "").await;
    world.write("a.md", &about("白榆鸢"));
    world.look();
    let now = revision(&world, "a", "").await;
    assert_eq!(customer.next().await, ("article".to_owned(), json!({"id": "a", "revision": now})));
    world.write("b.md", &about("赤枫鹇"));
    world.look();
    let now = revision(&world, "b", "").await;
    assert_eq!(customer.next().await, ("article".to_owned(), json!({"id": "b", "revision": now})));
    world.remove("b.md");
    world.look();
    assert_eq!(customer.next().await, ("article".to_owned(), json!({"id": "b", "revision": null})));
}

#[tokio::test]
async fn text_for_staff_makes_no_event_for_a_customer() {
    let block = |word: &str| format!("# 青桐鹭\n正文。\n\n:::agent\n{word}\n:::\n");
    let own = |word: &str| format!("---\naudience: agent\n---\n# {word}\n");
    let mut world = World::new(&[("a.md", &block("话术甲")), ("s.md", &own("内部甲")), ("z.md", &about("赤枫鹇"))]);
    let (mut customer, mut agent) = (Listener::open(&world, "").await, Listener::open(&world, AGENT).await);
    for (path, text) in [("a.md", block("话术乙")), ("s.md", own("内部乙")), ("z.md", about("白榆鸢"))] {
        world.write(path, &text);
        world.look();
    }
    // The third is the first a customer hears of, and no receipt comes with it.
    assert_eq!(customer.next().await.1["id"], "z");
    for id in ["a", "s", "z"] {
        assert_eq!(agent.next().await.1["id"], id, "an agent hears of articles and of no receipts");
    }
    // An article that becomes internal is gone for a customer.
    world.write("z.md", &own("白榆鸢"));
    world.look();
    assert_eq!(customer.next().await.1, json!({"id": "z", "revision": null}));
}

#[tokio::test]
async fn an_editor_hears_of_receipts_and_of_tests() {
    let mut world = World::new(&[("a.md", &about("青桐鹭"))]);
    let mut trials = Trials::new(world.finder.clone());
    let mut editor = Listener::open(&world, EDITOR).await;
    let text = "---\nid: own\nexpect: [哪里有白榆鸢, 找不着的东西]\n---\n# 白榆鸢\n正文。\n";
    world.write("b.md", text);
    world.look();
    assert_eq!(editor.next().await.0, "article");
    let (name, receipt) = editor.next().await;
    assert_eq!((name.as_str(), &receipt["file"], &receipt["tests"]), ("receipt", &json!("b.md"), &Value::Null));
    let address = format!("/api/v1/receipts/{}", sha256(text.as_bytes()));
    assert_eq!(world.get(&address, EDITOR).await.json()["tests"], Value::Null, "not run yet");
    while trials.step().is_some() {}
    let tests = json!({"passed": 1, "failed": ["找不着的东西"]});
    assert_eq!(
        editor.next().await,
        ("tests".to_owned(), json!({"id": "own", "passed": 1, "failed": ["找不着的东西"]}))
    );
    assert_eq!(world.get(&address, EDITOR).await.json()["tests"], tests);
    let page = world.get("/editor", EDITOR).await.text();
    assert!(page.contains("没排第一：找不着的东西") && page.contains("expect 首位 1/2"), "{page}");
}

#[tokio::test]
async fn the_tests_of_a_neighbour_run_again_at_once_when_an_article_takes_its_place() {
    let asking = |id: &str, title: &str| format!("---\nid: {id}\nexpect: [青桐鹭怎么办]\n---\n# {title}\n");
    let others: Vec<(String, String)> =
        (0..20).map(|n| (format!("x{n}.md"), format!("---\nexpect: [无关{n}的事]\n---\n# 无关{n}\n"))).collect();
    let mut files = vec![("a.md", asking("a", "青桐鹭")), ("b.md", with_id("b", "青桐鹭青桐鹭"))];
    files.extend(others.iter().map(|(path, text)| (path.as_str(), text.clone())));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let mut world = World::new(&files);
    let mut trials = Trials::new(world.finder.clone());
    while trials.step().is_some() {}
    let result = |world: &World| {
        let id = wenzhen::article::ArticleId::new("a").expect("an id");
        world.live.trials.of(&id, 0).map(|r| r.generation)
    };
    assert_eq!(result(&world), Some(1));
    world.remove("b.md");
    world.look();
    // The changed one and whoever it stood among the first for: long before the twenty others.
    assert_eq!((trials.step(), trials.step()), (Some(true), Some(true)));
    assert_eq!(result(&world), Some(2), "its answer has changed: it was asked again");
    assert_eq!(trials.step(), Some(false), "the others come when nothing is urgent");
}

#[tokio::test]
async fn the_tests_of_an_article_saved_twice_in_a_row_run_once_and_again_after_a_further_save() {
    let text = |word: &str| format!("---\nid: a\nexpect: [青桐鹭怎么办]\n---\n# 青桐鹭{word}\n");
    let mut world = World::new(&[("a.md", &text("")), ("b.md", "---\nid: b\nexpect: [无关的事]\n---\n# 赤枫鹇\n")]);
    let mut trials = Trials::new(world.finder.clone());
    while trials.step().is_some() {}
    for words in [["白榆鸢", "玄柏鸥"], ["紫杉雀", "金松鹊"]] {
        for word in words {
            world.write("a.md", &text(word));
            world.look();
        }
        assert_eq!(trials.step(), Some(true), "{words:?}: at once");
        // Whoever it stood among the first for may be urgent besides; itself it is no more.
        let mut n_urgent = 1;
        while trials.step() == Some(true) {
            n_urgent += 1;
        }
        assert!(n_urgent <= 2, "{words:?}: {n_urgent} urgent trials of two articles");
        while trials.step().is_some() {}
    }
}

#[tokio::test]
async fn listeners_are_sent_home_when_the_server_stops() {
    let world = World::new(&[]);
    let mut listener = Listener::open(&world, "").await;
    world.live.close();
    assert!(listener.ends().await);
}

#[tokio::test]
async fn who_reads_one_article_hears_of_that_one_and_whether_it_is_another_already() {
    let mut world = World::new(&[("a.md", &about("青桐鹭")), ("s.md", "---\naudience: agent\n---\n# 内部\n")]);
    let address = "/api/v1/events?article=a";
    let (hello, mut listener) = Listener::open_at(&world, address, EDITOR).await;
    assert_eq!(hello["revision"], revision(&world, "a", EDITOR).await);
    world.write("b.md", &about("赤枫鹇"));
    world.look();
    world.write("a.md", &about("白榆鸢"));
    world.look();
    assert_eq!(listener.next().await.1["id"], "a");
    let (hidden, _) = Listener::open_at(&world, "/api/v1/events?article=s", "").await;
    let (missing, _) = Listener::open_at(&world, "/api/v1/events?article=none", "").await;
    assert_eq!(hidden["revision"], Value::Null);
    assert_eq!(hidden, missing, "hidden is the same as not there");
}

#[tokio::test]
async fn an_unknown_parameter_is_named() {
    let world = World::new(&[]);
    let answer = world.get("/api/v1/events?since=1", "").await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("since"));
}

#[tokio::test]
async fn one_address_cannot_listen_for_everybody() {
    let world = World::new(&[]);
    let listen = async |token: &str| {
        let address = std::net::SocketAddr::from(([192, 0, 2, 77], 40_000));
        let request = Request::get("/api/v1/events").extension(axum::extract::ConnectInfo(address));
        let request =
            if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
        let request = request.body(Body::empty()).expect("a request");
        world.router.clone().oneshot(request).await.expect("an answer")
    };
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(listen("").await);
    }
    assert!(open.iter().all(|answer| answer.status() == 200));
    assert_eq!(listen("").await.status(), 503);
    assert_eq!(listen(AGENT).await.status(), 200, "staff at the same address");
    open.pop();
    assert_eq!(listen("").await.status(), 200, "one has left");
}
