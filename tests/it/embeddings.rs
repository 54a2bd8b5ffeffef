//! Vectors from an embeddings server: one that works, and one that is slow, lies, talks nonsense, dies and comes back.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use wenzhen::{
    journey::{Embedder, Trouble},
    meaning::Embeddings,
};

use crate::{
    live::{Server, program, within},
    world::{EDITOR, World, encoded},
};

const SPIN: &str = "---\nid: spin\nappliance: 洗衣机\nsymptoms: [甩干桶不转, 洗完衣服还滴水]\n---\n# 洗衣机不脱水\n## 现象\n水已经排空，内筒却不肯高速转。\n";
const LEAK: &str =
    "---\nid: leak\nappliance: 洗衣机\nsymptoms: [地上一滩水]\n---\n# 洗衣机漏水\n## 现象\n机器底下往外渗水。\n";
const QUESTION: &str = "洗衣机的甩干桶怎么不肯转";
/// Longer than any wait of the product that a test provokes.
const LONG: Duration = Duration::from_secs(30);

/// Numbers of a good vector: no multiple of what processors compute at once.
pub(crate) const DIMENSION: usize = 250;

/// How the server answers.
#[derive(Clone, PartialEq)]
pub(crate) enum Manner {
    /// As it should, with vectors of so many numbers.
    Well(usize),
    /// The same in another order, told by `index`.
    Shuffled(usize),
    /// Well, after a while.
    Slow(Duration),
    /// The last vector of each answer is shorter.
    Uneven,
    /// One vector too few.
    Short,
    /// With a status and without vectors.
    Says(u16),
    /// With this status to any texts of which one holds that, else well.
    SaysTo(u16, &'static str),
    /// With exactly these bytes, after a good head.
    Raw(&'static str),
    /// The same vector for every text.
    Blind,
    /// The connection ends in the middle of the answer.
    Dies,
}

struct State {
    manner: Manner,
    /// How often each text was embedded.
    texts: BTreeMap<String, usize>,
    heads: Vec<String>,
    models: Vec<String>,
}

/// A small embeddings server on a port of this machine.
pub(crate) struct Fake {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub(crate) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = State { manner, texts: BTreeMap::new(), heads: Vec::new(), models: Vec::new() };
        let fake = Self { port, state: Arc::new(Mutex::new(state)) };
        let state = Arc::clone(&fake.state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&state);
                thread::spawn(move || serve(stream, &state));
            }
        });
        fake
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody fails with it")
    }

    fn now(&self, manner: Manner) {
        self.lock().manner = manner;
    }

    fn wanted(&self) -> Embeddings {
        Embeddings::server(&self.base(), "multilingual-e5-small", Some("the-key")).expect("an address")
    }

    fn embedder(&self, world: &World) -> Embedder {
        Embedder::open(Arc::clone(&world.live), &world.data(), self.wanted(), true)
    }
}

/// Answers one request; a client that goes away is its own affair.
fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().expect("the same stream"));
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|l| l.strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.expect("the length of the body")];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let asked: Value = serde_json::from_slice(&body).expect("JSON");
    let texts: Vec<String> = serde_json::from_value(asked["input"].clone()).expect("texts");
    let manner = {
        let mut state = state.lock().expect("nobody fails with it");
        state.heads.push(head);
        state.models.push(asked["model"].as_str().expect("a model").to_owned());
        for text in &texts {
            *state.texts.entry(text.clone()).or_default() += 1;
        }
        state.manner.clone()
    };
    if let Manner::Slow(time) = manner {
        thread::sleep(time);
    }
    let (status, body) = answer(&manner, &texts);
    let cut = if manner == Manner::Dies { body.len() / 2 } else { body.len() };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body.as_bytes()[..cut]));
}

fn answer(manner: &Manner, texts: &[String]) -> (u16, String) {
    let n = match manner {
        Manner::Says(status) => return (*status, json!({"error": {"message": "no"}}).to_string()),
        Manner::SaysTo(status, part) if texts.iter().any(|text| text.contains(part)) => {
            return (*status, json!({"error": {"message": "too long"}}).to_string());
        }
        Manner::Raw(bytes) => return (200, (*bytes).to_owned()),
        Manner::Well(n) | Manner::Shuffled(n) => *n,
        _ => DIMENSION,
    };
    let mut data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let short = usize::from(*manner == Manner::Uneven && i + 1 == texts.len());
            json!({"object": "embedding", "index": i, "embedding": vector(if *manner == Manner::Blind { "" } else { text }, n - short)})
        })
        .collect();
    match manner {
        Manner::Shuffled(_) => data.reverse(),
        Manner::Short => drop(data.pop()),
        _ => {}
    }
    (200, json!({"object": "list", "data": data}).to_string())
}

/// How often each of `n` kinds of characters stands in a text: of no length 1, and texts with the same characters are
/// near each other.
fn vector(text: &str, n: usize) -> Vec<f64> {
    let mut vector = vec![0.1; n];
    text.chars().for_each(|c| vector[c as usize % n] += 1.0);
    vector
}

async fn found(world: &World, parameters: &str) -> Value {
    world.get(&format!("/api/v1/search?q={}{parameters}", encoded(QUESTION)), "").await.json()
}

async fn meaning(world: &World) -> Value {
    world.get("/api/v1/status", "").await.json()["meaning"].clone()
}

fn embed_all(embedder: &mut Embedder) {
    while embedder.step() {}
}

/// Steps until nothing is in trouble any more.
fn recover(world: &World, embedder: &mut Embedder) -> bool {
    within(LONG, || {
        embed_all(embedder);
        world.live.meaning.trouble().is_none()
    })
}

#[tokio::test]
async fn vectors_of_a_server_find_articles_and_each_text_is_asked_for_once() {
    let fake = Fake::new(Manner::Shuffled(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    let mut embedder = fake.embedder(&world);
    assert_eq!(meaning(&world).await, json!({"ready": 0, "of": 2, "trouble": null}), "wanted from the start");
    embed_all(&mut embedder);
    assert_eq!(meaning(&world).await, json!({"ready": 2, "of": 2, "trouble": null}));
    for _ in 0..2 {
        let answer = found(&world, "").await;
        assert_eq!((&answer["meaning"], &answer["results"][0]["id"]), (&json!("used"), &json!("spin")), "{answer}");
    }
    {
        let state = fake.lock();
        assert!(state.texts.contains_key("passage: 洗衣机不脱水"), "{:?}", state.texts.keys());
        assert!(
            state.texts.keys().any(|t| t.starts_with("query: ") && t.contains("甩干桶")),
            "{:?}",
            state.texts.keys()
        );
        assert!(state.texts.values().all(|n| *n == 1), "{:?}", state.texts);
        assert!(state.models.iter().all(|m| m == "multilingual-e5-small"));
        assert!(state.heads[0].starts_with("POST /v1/embeddings "), "{}", state.heads[0]);
        assert!(state.heads.iter().all(|h| h.to_lowercase().contains("authorization: bearer the-key")));
    }
    // After a restart only the model is tried.
    drop(embedder);
    let mut world = world.restart();
    world.look();
    embed_all(&mut fake.embedder(&world));
    assert_eq!(meaning(&world).await["ready"], 2);
    let state = fake.lock();
    let asked_again: Vec<&String> = state.texts.iter().filter(|(_, n)| **n > 1).map(|(text, _)| text).collect();
    assert!(asked_again.len() == 32 && asked_again.contains(&&"query: 怎么退货".to_owned()), "{asked_again:?}");
}

#[tokio::test]
async fn a_text_the_server_will_not_take_costs_no_other_its_vector() {
    let fake = Fake::new(Manner::SaysTo(413, "往外渗水"));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    embed_all(&mut fake.embedder(&world));
    assert_eq!(meaning(&world).await, json!({"ready": 2, "of": 2, "trouble": null}));
    let answer = found(&world, "").await;
    assert_eq!((&answer["meaning"], &answer["results"][0]["id"]), (&json!("used"), &json!("spin")), "{answer}");
    // Whoever takes no text is in trouble, and nothing is given up.
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN)]);
    let mut embedder = fake.embedder(&world);
    fake.now(Manner::SaysTo(400, "洗衣机"));
    embedder.step();
    assert_eq!(meaning(&world).await, json!({"ready": 0, "of": 1, "trouble": "refused"}));
}

#[tokio::test]
async fn a_server_that_lies_or_fails_is_not_believed_and_search_goes_by_words_until_it_is_well() {
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    let lexical = found(&world, "").await["results"].clone();
    let cases = [
        (Manner::Uneven, "dimension"),
        (Manner::Well(DIMENSION - 1), "dimension"),
        (Manner::Short, "foreign"),
        (Manner::Raw("<html>404</html>"), "foreign"),
        (Manner::Raw("{\"data\":[{\"index\":7,\"embedding\":[1]}]}"), "foreign"),
        (Manner::Raw("{\"data\":[{\"index\":0,\"embedding\":[1,null]}]}"), "foreign"),
        (Manner::Says(401), "refused"),
        (Manner::Says(500), "refused"),
        (Manner::Says(307), "refused"),
        (Manner::Dies, "unreachable"),
    ];
    for (manner, trouble) in cases {
        let fake = Fake::new(Manner::Well(DIMENSION));
        let mut world = World::new(&[("a.md", SPIN)]);
        let mut embedder = fake.embedder(&world);
        embed_all(&mut embedder);
        assert_eq!(found(&world, "").await["meaning"], "used");
        // A new article while the server is in trouble: nothing is lost, the old vectors stay.
        fake.now(manner);
        world.write("b.md", LEAK);
        world.look();
        embed_all(&mut embedder);
        assert_eq!(meaning(&world).await, json!({"ready": 1, "of": 2, "trouble": trouble}));
        let other = world.get(&format!("/api/v1/search?q={}", encoded("洗衣机漏水")), "").await.json();
        assert_eq!((&other["meaning"], &other["results"][0]["id"]), (&json!("off"), &json!("leak")), "{trouble}");
        assert_eq!(embedder.progress().expect("published").ready, 1);

        fake.now(Manner::Well(DIMENSION));
        assert!(recover(&world, &mut embedder), "{trouble}");
        assert_eq!(meaning(&world).await, json!({"ready": 2, "of": 2, "trouble": null}));
        assert_eq!(found(&world, "&meaning=wait").await["meaning"], "used", "{trouble}");
    }
    assert_eq!(found(&world, "").await["results"], lexical, "a world without vectors is as before");
}

#[tokio::test]
async fn a_model_that_takes_all_texts_for_the_same_is_not_used() {
    let fake = Fake::new(Manner::Blind);
    let world = World::new(&[("a.md", SPIN)]);
    let mut embedder = fake.embedder(&world);
    embed_all(&mut embedder);
    assert_eq!(meaning(&world).await, json!({"ready": 0, "of": 1, "trouble": "blind"}));
    fake.now(Manner::Well(DIMENSION));
    assert!(recover(&world, &mut embedder));
    assert_eq!(found(&world, "").await["meaning"], "used");
}

#[tokio::test]
async fn a_question_that_finds_the_server_dead_is_answered_by_words_and_the_embedder_sees_it_come_back() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    let mut embedder = fake.embedder(&world);
    embed_all(&mut embedder);
    fake.now(Manner::Dies);
    let answer = found(&world, "").await;
    assert_eq!((&answer["meaning"], &answer["results"][0]["id"]), (&json!("off"), &json!("spin")), "{answer}");
    assert_eq!(world.live.meaning.trouble(), Some(Trouble::Unreachable));
    // Left alone for a moment: the next question does not even ask.
    let n_asked = fake.lock().heads.len();
    assert_eq!(found(&world, "").await["meaning"], "off");
    assert_eq!(fake.lock().heads.len(), n_asked);
    fake.now(Manner::Well(DIMENSION));
    assert!(recover(&world, &mut embedder));
    assert_eq!(found(&world, "").await["meaning"], "used");
}

#[tokio::test]
async fn a_slow_server_holds_no_answer_up_and_who_wants_to_wait_may() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    embed_all(&mut fake.embedder(&world));
    let slow = Duration::from_millis(1_500);
    fake.now(Manner::Slow(slow));
    let started = Instant::now();
    let late = found(&world, "").await;
    assert!(started.elapsed() < slow, "{:?}", started.elapsed());
    assert_eq!((&late["meaning"], &late["results"][0]["id"]), (&json!("late"), &json!("spin")), "{late}");
    assert_eq!(world.live.meaning.trouble(), None, "slow is not broken");
    let waited = found(&world, "&meaning=wait").await;
    assert_eq!(waited["meaning"], "used");
    // What came is remembered.
    assert_eq!(found(&world, "").await["meaning"], "used");
    let refused = world.get("/api/v1/search?q=a&meaning=never", "").await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("wait"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_slow_server_takes_nobodys_place() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    embed_all(&mut fake.embedder(&world));
    fake.now(Manner::Slow(Duration::from_secs(4)));
    let places = thread::available_parallelism().map_or(1, usize::from);
    let waiting = async |n: usize| {
        let question = format!("/api/v1/search?q={}&meaning=wait", encoded(&format!("{QUESTION}{n}")));
        world.get(&question, "").await.json()["meaning"].clone()
    };
    let wait_all = async {
        futures_util::future::join_all((0..places).map(waiting)).await;
        "waited"
    };
    let ask = async {
        // Those who wait are there first.
        tokio::time::sleep(Duration::from_millis(500)).await;
        found(&world, "").await;
        "asked"
    };
    let (wait_all, ask) = (std::pin::pin!(wait_all), std::pin::pin!(ask));
    assert_eq!(futures_util::future::select(wait_all, ask).await.factor_first().0, "asked");
}

#[tokio::test]
async fn a_batch_waits_for_meaning_when_it_is_told_to() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    embed_all(&mut fake.embedder(&world));
    fake.now(Manner::Slow(Duration::from_millis(1_500)));
    let batch = async |body: Value| {
        let request = Request::post("/api/v1/search/batch").header("content-type", "application/json");
        world.send(request, "", Body::from(body.to_string())).await
    };
    let meanings =
        |answer: &Value| answer["answers"].as_array().map(|all| all.iter().map(|a| a["meaning"].clone()).collect());
    let late = batch(json!({"queries": ["洗衣机的甩干桶不肯转"]})).await.json();
    assert_eq!(meanings(&late), Some(vec![json!("late")]), "{late}");
    let waited = batch(json!({"queries": [QUESTION, "地上怎么有一滩水"], "meaning": "wait"})).await.json();
    assert_eq!(meanings(&waited), Some(vec![json!("used"), json!("used")]), "{waited}");
    assert_eq!(
        (&waited["answers"][0]["results"][0]["id"], &waited["answers"][1]["results"][0]["id"]),
        (&json!("spin"), &json!("leak"))
    );
    let refused = batch(json!({"queries": ["a"], "meaning": "never"})).await;
    assert!(refused.status == 400 && refused.json()["code"] == "bad-meaning");
}

#[tokio::test]
async fn more_questions_than_a_slow_server_takes_at_once_are_all_answered_in_time() {
    let fake = Fake::new(Manner::Well(DIMENSION));
    let world = World::new(&[("a.md", SPIN), ("b.md", LEAK)]);
    embed_all(&mut fake.embedder(&world));
    fake.now(Manner::Slow(Duration::from_secs(5)));
    let started = Instant::now();
    let ask = |n: usize| {
        let (finder, q) = (world.finder.clone(), format!("{QUESTION}{n}"));
        thread::spawn(move || {
            let question = wenzhen::found::Question::new(&q).expect("a question");
            finder.find(&question, wenzhen::access::Role::Customer).expect("an answer")
        })
    };
    let asked: Vec<_> = (0..100).map(ask).collect();
    for answer in asked {
        let found = answer.join().expect("an answer");
        assert_eq!((found.meaning.as_str(), found.hits[0].article.id.as_str()), ("late", "spin"));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(fake.lock().heads.len() < 20, "asked about few at once");
}

#[test]
fn killed_while_it_embeds_the_program_goes_on_where_it_was() {
    let fake = Fake::new(Manner::Slow(Duration::from_millis(150)));
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    let n_articles = 200;
    for n in 0..n_articles {
        fs::write(folder.path().join(format!("kb/{n}.md")), format!("# 第 {n} 种毛病\n")).expect("written");
    }
    let run = || Server::run(program(folder.path(), "127.0.0.1:0").env("WENZHEN_EMBEDDINGS", fake.base()));
    let ready = |server: &Server| server.get("/api/v1/status", "").1["meaning"]["ready"].as_u64().expect("a number");
    let mut server = run();
    assert!(within(LONG, || ready(&server) > 0));
    server.kill();
    let before: BTreeMap<String, usize> = fake.lock().texts.clone();
    let n_before = before.keys().filter(|t| t.contains("种毛病")).count();
    assert!(n_before < n_articles, "killed in the middle");
    fake.now(Manner::Well(DIMENSION));
    let server = run();
    assert!(within(LONG, || ready(&server) == n_articles as u64));
    let state = fake.lock();
    let again = state.texts.iter().filter(|(text, n)| text.contains("种毛病") && **n > 1).count();
    assert!(again <= 32, "at most the batch that was under way: {again} of {n_before}");
    assert_eq!(state.texts.keys().filter(|t| t.contains("种毛病")).count(), n_articles);
}

#[test]
fn the_program_says_that_the_server_is_gone_serves_by_words_and_finds_it_again() {
    let fake = Fake::new(Manner::Says(503));
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    fs::write(folder.path().join("kb/a.md"), SPIN).expect("written");
    let doctor = || {
        let mut command = program(folder.path(), "127.0.0.1:0");
        let ended = command.env("WENZHEN_EMBEDDINGS", fake.base()).arg("doctor").output().expect("it runs");
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (code, said) = doctor();
    assert!(code == Some(1) && said.contains("问题  向量服务拒绝回答，只能按词搜"), "{said}");

    let server = Server::run(
        program(folder.path(), "127.0.0.1:0").env("WENZHEN_EMBEDDINGS", fake.base()).env("RUST_LOG", "off"),
    );
    server.until_said("向量服务拒绝回答，先只按词搜，会自动再试");
    let trouble = || server.get("/api/v1/status", "").1["meaning"]["trouble"].clone();
    assert_eq!(trouble(), "refused");
    assert_eq!(server.titled("脱水"), ["spin"]);
    let (_, page) = server.text("/editor", EDITOR);
    assert!(page.contains("语义 0/1，出了问题，先只按词搜"), "{page}");

    fake.now(Manner::Well(DIMENSION));
    server.until_said("语义搜索恢复了");
    assert!(within(LONG, || server.get("/api/v1/status", "").1["meaning"]["ready"] == 1));
    assert!(server.text("/editor", EDITOR).1.contains("<span>语义 1/1</span>"));
    let (code, said) = doctor();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("向量 250 维") && said.contains("个向量，都完好") && !said.contains("存着 0 个"), "{said}");
    let kept = fs::read_dir(folder.path().join("data")).expect("listed").flatten();
    let kept = kept.map(|e| e.path()).find(|p| p.to_string_lossy().contains("vectors-")).expect("kept");
    let bytes = fs::read(&kept).expect("read");
    fs::write(&kept, &bytes[3..]).expect("written");
    assert!(doctor().1.contains("个字节坏了"), "{}", doctor().1);
}

#[test]
fn a_command_that_needs_a_server_that_is_gone_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("kb")).expect("made");
    fs::write(folder.path().join("kb/a.md"), SPIN).expect("written");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let mut command = program(folder.path(), "127.0.0.1:0");
    let ended = command.env("WENZHEN_EMBEDDINGS", format!("http://{free}/v1")).args(["search", "脱水"]);
    let ended = ended.output().expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("连不上向量服务") && said.contains("--embeddings off"), "{said}");
}
