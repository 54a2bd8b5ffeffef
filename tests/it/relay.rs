//! One walkthrough over two running programs and one database: begun on one, killed, finished on the
//! other; and what was acknowledged before a kill is there after it.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    live::{Server, program, within, write},
    world::AGENT,
};

/// Clients that answer at the same time.
const CLIENTS: usize = 20;
/// Walkthroughs of one round; each has five steps.
const WALKS: usize = 200;
const ROUNDS: usize = 5;

#[test]
fn a_customer_begins_on_one_server_and_an_agent_finishes_on_another_after_the_first_was_killed() {
    let home = Home::new();
    let (mut a, b) = (home.serve("a"), home.serve("b"));
    let walk = a.send("POST", "/api/v1/walkthroughs", &json!({"article": "leak", "q": "洗衣机底下漏水"}), "").1;
    let id = walk["id"].as_str().expect("an id").to_owned();
    for step in ["s1", "s2"] {
        a.did(&id, step);
    }
    let code = a.send("POST", &format!("/api/v1/walkthroughs/{id}/handoff"), &json!({}), "").1;
    let code = code["code"].as_str().expect("a code").to_owned();
    a.kill();

    let (status, opened) = b.get(&format!("/api/v1/handoffs/{code}"), AGENT);
    assert_eq!(status, 200, "{opened}");
    let tried = opened["walkthrough"]["tried"].as_array().expect("tried").iter();
    let tried: Vec<&str> = tried.map(|t| t["step"].as_str().expect("a step")).collect();
    assert_eq!((tried, opened["next"]["id"].as_str()), (vec!["s1", "s2"], Some("s3")));
    assert_eq!(opened["symptom"], "洗衣机底下漏水");

    write(&home.kb().join("leak.md"), article().replace("{#s3", "{#other").replace("第三步", "别的一步"));
    let edited = || b.get("/api/v1/articles/leak", "").1["html"].as_str().is_some_and(|h| h.contains("别的一步"));
    assert!(within(Duration::from_secs(10), edited), "the edit is published");
    assert_eq!(
        b.get(&format!("/api/v1/walkthroughs/{id}"), AGENT).1["step"]["title"],
        "第三步",
        "nothing changes underfoot"
    );
    b.did(&id, "s3");

    write(&home.kb().join("leak.md"), article().replace("kind:", "status: retired\nkind:"));
    let retired = || b.get("/api/v1/articles/leak", "").0 == 410;
    assert!(within(Duration::from_secs(10), retired), "the article is retired");
    let out = b.get(&format!("/api/v1/walkthroughs/{id}"), AGENT).1;
    assert_eq!((&out["state"], out["tried"].as_array().map(Vec::len)), (&json!("service"), Some(3)), "the exit");

    let again = home.serve("a");
    assert_eq!(again.get(&format!("/api/v1/walkthroughs/{id}"), AGENT).1, out);
}

#[test]
fn every_answer_that_was_acknowledged_before_a_kill_is_there_afterwards_and_none_twice() {
    let home = Home::new();
    let mut acknowledged = 0;
    for round in 0..ROUNDS {
        let mut server = home.serve("a");
        let walks: Vec<String> = (0..WALKS)
            .map(|_| {
                let begun = server.send("POST", "/api/v1/walkthroughs", &json!({"article": "leak"}), "").1;
                begun["id"].as_str().expect("an id").to_owned()
            })
            .collect();
        let kept = answer_until_killed(&mut server, &walks, round);
        acknowledged += kept.values().sum::<usize>();
        let server = home.serve("a");
        for (walk, n) in kept {
            let tried = server.get(&format!("/api/v1/walkthroughs/{walk}"), "").1["tried"].clone();
            let steps: Vec<&str> =
                tried.as_array().expect("tried").iter().map(|t| t["step"].as_str().expect("a step")).collect();
            let expected: Vec<String> = (1..=steps.len()).map(|s| format!("s{s}")).collect();
            assert_eq!(steps, expected, "in order and once each");
            assert!(steps.len() == n || steps.len() == n + 1, "{walk}: {n} acknowledged, {} kept", steps.len());
        }
    }
    assert!(acknowledged > ROUNDS * 100, "only {acknowledged} answers came before the kills");
}

/// Answers of each walkthrough that were acknowledged before the server was killed in the middle.
fn answer_until_killed(server: &mut Server, walks: &[String], round: usize) -> BTreeMap<String, usize> {
    let kept = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let pid = server.pid();
    let asking: &Server = server;
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some(walk) = walks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut n = 0;
                    for step in 1..=5 {
                        let body = json!({"step": format!("s{step}"), "outcome": "not_solved", "answer_id": format!("x{step}")});
                        let sent = asking.try_send(&format!("/api/v1/walkthroughs/{walk}/answers"), &body);
                        if sent != Some(200) {
                            break;
                        }
                        n = step;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    kept.lock().expect("nobody fails with it").insert(walk.clone(), n);
                }
            });
        }
        let enough = 150 + 100 * round;
        let until = Instant::now() + Duration::from_secs(30);
        while done.load(Ordering::Relaxed) < enough && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        let killed = Command::new("kill").args(["-9", &pid]).status();
        assert!(killed.is_ok_and(|status| status.success()), "the program is killed");
    });
    server.kill();
    kept.into_inner().expect("nobody failed with it")
}

/// A folder for two servers: one knowledge base, one database, a data folder each.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: TempDir::new().expect("a folder") };
        write(&home.kb().join("leak.md"), article());
        home
    }

    fn kb(&self) -> PathBuf {
        self.folder.path().join("kb")
    }

    fn serve(&self, name: &str) -> Server {
        let at = self.folder.path().join(name);
        fs::create_dir_all(&at).expect("a folder");
        if !at.join("kb").exists() {
            std::os::unix::fs::symlink(self.kb(), at.join("kb")).expect("a link to the folder of both");
        }
        let mut command = program(&at, "127.0.0.1:0");
        command.arg("--database").arg(self.folder.path().join("one.db"));
        Server::run(command.env("WENZHEN_AGENT_TOKEN", AGENT))
    }
}

fn article() -> String {
    let steps: String = ["一", "二", "三", "四", "五"]
        .iter()
        .zip(1..)
        .map(|(name, n)| format!("### 第{name}步 {{#s{n} minutes=1}}\n做。\n"))
        .collect();
    format!("---\nid: leak\ntitle: 洗衣机漏水\nkind: troubleshooting\n---\n## 软件排查\n{steps}## 联系售后\n报修。\n")
}
