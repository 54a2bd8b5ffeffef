//! A small world for a test: a temporary kb folder, a publisher, a router, a day.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use wenzhen::{
    article::Date,
    corpus::Tick,
    http::{Auth, Hotline, ServerState, Tokens, router},
    journey::{Finder, Live, Publisher, Report, Today, WalkRules, Walker, now_ms},
    store::Store,
};

pub(crate) const AGENT: &str = "agent-token";
pub(crate) const EDITOR: &str = "editor-token";
pub(crate) const ADMIN: &str = "admin-token";

/// The day every test happens on.
pub(crate) fn today() -> Date {
    Date::new(2026, 11, 21).expect("a day of the calendar")
}

pub(crate) struct World {
    folder: TempDir,
    today: Today,
    pub live: Arc<Live>,
    pub publisher: Publisher,
    pub finder: Finder,
    pub walker: Walker,
    pub router: Router,
}

/// Where the databases of all worlds live: tests come with a runtime of their own, or with none.
fn databases() -> &'static Runtime {
    static DATABASES: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    &DATABASES
}

fn open_database(path: &Path) -> Store {
    let path = path.to_owned();
    let opening = std::thread::spawn(move || databases().block_on(Store::open(&path)));
    opening.join().expect("opened").expect("a database")
}

/// An answer of the router, read whole.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("no JSON ({e}): {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

impl World {
    /// A world whose folder holds `files` and has been published.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let mut world = Self::unpublished(files);
        world.look();
        world
    }

    /// A world whose folder has not been looked at yet.
    pub(crate) fn unpublished(files: &[(&str, &str)]) -> Self {
        Self::unpublished_on(today, files)
    }

    /// The same with a calendar of its own.
    pub(crate) fn unpublished_on(today: Today, files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let kb = folder.path().join("kb");
        fs::create_dir(&kb).expect("kb is made");
        for (path, text) in files {
            put(&kb.join(path), text.as_bytes());
        }
        Self::over(folder, today)
    }

    /// The world after a restart: the same kb and data, nothing looked at yet.
    pub(crate) fn restart(self) -> Self {
        Self::over(self.folder, self.today)
    }

    fn over(folder: TempDir, today: Today) -> Self {
        let kb = folder.path().join("kb");
        let live = Live::new();
        let publisher =
            Publisher::new(&kb, &folder.path().join("data"), Arc::clone(&live), today).expect("a publisher");
        let finder = Finder::new(Arc::clone(&live), &kb);
        let tokens = Tokens { agent: Some(AGENT.into()), editor: Some(EDITOR.into()), admin: Some(ADMIN.into()) };
        let auth = Arc::new(Auth::new(&tokens, &[7; 32]));
        let hotline = Some(Arc::new(Hotline { number: "400-000-0000".into(), hours: "7×24 小时".into() }));
        let store = open_database(&folder.path().join("data/wenzhen.db"));
        let rules = WalkRules { visit_minutes: 120.0, promise: Some("24 小时内电话预约。".into()) };
        let walker = Walker::new(finder.clone(), store, rules, now_ms);
        let state =
            ServerState { finder: finder.clone(), walker: walker.clone(), auth, tries: Arc::default(), hotline };
        let router = router(state);
        Self { folder, today, live, publisher, finder, walker, router }
    }

    pub(crate) fn kb(&self) -> PathBuf {
        self.folder.path().join("kb")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file below kb.
    pub(crate) fn write(&self, path: &str, text: &str) {
        put(&self.kb().join(path), text.as_bytes());
    }

    pub(crate) fn write_bytes(&self, path: &str, bytes: &[u8]) {
        put(&self.kb().join(path), bytes);
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.kb().join(path)).expect("the file is removed");
    }

    /// Looks at everything and publishes what differs.
    pub(crate) fn look(&mut self) -> Report {
        self.publisher.step(&Tick { hints: Vec::new(), everything: true }).expect("a turn")
    }

    /// Looks only at `path` below kb, as after an event there; an empty path is kb itself.
    pub(crate) fn look_at(&mut self, path: &str) -> Report {
        let hint = if path.is_empty() { self.kb() } else { self.kb().join(path) };
        self.publisher.step(&Tick { hints: vec![hint], everything: false }).expect("a turn")
    }

    /// What the publisher does when the folder has come to rest.
    pub(crate) fn keep_index(&mut self) {
        self.publisher.keep_index();
    }

    /// Asks the router. `token` is a bearer token, or empty for a customer.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(Request::get(path), token, Body::empty()).await
    }

    pub(crate) async fn send(&self, request: axum::http::request::Builder, token: &str, body: Body) -> Answer {
        let request =
            if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 64 << 20).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Ids found for `q`, as a customer.
    pub(crate) async fn ids(&self, q: &str) -> Vec<String> {
        self.ids_for(q, "").await
    }

    pub(crate) async fn ids_for(&self, q: &str, token: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/v1/search?limit=50&q={}", encoded(q)), token).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let json = answer.json();
        let results = json["results"].as_array().expect("results");
        results.iter().map(|r| r["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// What is wrong in the folder: file and code.
    pub(crate) async fn problems(&self) -> Vec<(String, String)> {
        let json = self.get("/api/v1/problems", EDITOR).await.json();
        let problems = json["problems"].as_array().expect("problems").iter();
        let text = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
        problems.map(|p| (text(&p["file"]), text(&p["code"]))).collect()
    }
}

fn put(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("the folder is made");
    fs::write(path, bytes).expect("the file is written");
}

/// A value as it stands in a query string.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
