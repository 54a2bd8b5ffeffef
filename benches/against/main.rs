//! A running server against another one, or against the clock; run by hand on a quiet machine.
//!
//! ```console
//! cargo bench --bench against -- load QUERIES OURS BARE     both take turns; ratios of ours to bare
//! cargo bench --bench against -- saves QUERIES OURS KB      100 saves, quiet and while 4 clients search
//! cargo bench --bench against -- burst QUERIES OURS KB      500 files rewritten at once
//! cargo bench --bench against -- answers OURS ARTICLE       50 customers walk an article, each 2 s and without a pause
//! ```
//!
//! QUERIES is a file with a question on each line; OURS and BARE are addresses up to `q=`; KB is the
//! folder OURS serves, which is written into: use a copy.

#![expect(clippy::print_stdout, reason = "its results are what it prints")]

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_millis(500);
const SAVES: usize = 100;
const BUSY_CLIENTS: usize = 4;
const BURST: usize = 500;
const WALKERS: usize = 50;
/// A customer does a step in two seconds at the very least.
const STEP: Duration = Duration::from_secs(2);
const WALKING: Duration = Duration::from_secs(40);
/// Between two saves an editor makes.
const PAUSE: Duration = Duration::from_millis(100);
/// Nothing takes longer, unless it never happens.
const DEADLINE: Duration = Duration::from_secs(30);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["load", queries, ours, bare] => load(&questions(queries), ours, bare),
        ["saves", queries, ours, kb] => saves(&questions(queries), ours, Path::new(kb)),
        ["answers", ours, article] => answers(ours, article),
        ["burst", _, ours, kb] => burst(ours, Path::new(kb)),
        // `cargo bench` runs every bench without arguments.
        _ => println!("usage: see the first lines of benches/against/main.rs"),
    }
}

fn questions(file: &str) -> Vec<String> {
    fs::read_to_string(file).expect("the file of questions").lines().map(str::to_owned).collect()
}

/// Times of the answers in microseconds, sorted, and how many failed.
struct Turn {
    micros: Vec<u64>,
    failed: usize,
    took: Duration,
}

impl Turn {
    fn rps(&self) -> f64 {
        self.micros.len() as f64 / self.took.as_secs_f64()
    }

    fn p(&self, share: f64) -> f64 {
        percentile(&self.micros, share)
    }
}

fn percentile(sorted: &[u64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0) as f64
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE)).build().into()
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Asks one question after the other for `time`, from `clients` threads.
fn turn(questions: &[String], address: &str, clients: usize, time: Duration) -> Turn {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let client = || {
        let agent = agent();
        let (mut micros, mut failed) = (Vec::new(), 0);
        while started.elapsed() < time {
            let q = &questions[next.fetch_add(1, Ordering::Relaxed) % questions.len()];
            let asked = Instant::now();
            let answer = agent.get(format!("{address}{}", encoded(q))).call();
            match answer.and_then(|mut a| a.body_mut().read_to_vec().map(|_| a.status())) {
                Ok(status) if status.is_success() => micros.push(asked.elapsed().as_micros() as u64),
                _ => failed += 1,
            }
        }
        (micros, failed)
    };
    let parts: Vec<(Vec<u64>, usize)> = thread::scope(|scope| {
        let running: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        running.into_iter().map(|t| t.join().expect("a client")).collect()
    });
    let failed = parts.iter().map(|p| p.1).sum();
    let mut micros: Vec<u64> = parts.into_iter().flat_map(|p| p.0).collect();
    micros.sort_unstable();
    Turn { micros, failed, took: started.elapsed() }
}

fn load(questions: &[String], ours: &str, bare: &str) {
    println!(
        "| clients | requests/s ours | bare | ratio | p50 us ours | bare | ratio | p99 us ours | bare | ratio | failed |"
    );
    println!("|{}", " --- |".repeat(11));
    for clients in [1, 8] {
        for address in [ours, bare] {
            turn(questions, address, clients, WARM_UP);
        }
        let rounds: Vec<[Turn; 2]> =
            (0..ROUNDS).map(|_| [ours, bare].map(|a| turn(questions, a, clients, TURN))).collect();
        let cells = |of: &dyn Fn(&Turn) -> f64| {
            let mine = median(rounds.iter().map(|r| of(&r[0])));
            let other = median(rounds.iter().map(|r| of(&r[1])));
            let ratio = median(rounds.iter().map(|r| of(&r[0]) / of(&r[1])));
            format!("{mine:.0} | {other:.0} | {ratio:.2}")
        };
        let failed: usize = rounds.iter().flatten().map(|t| t.failed).sum();
        println!(
            "| {clients} | {} | {} | {} | {failed} |",
            cells(&Turn::rps),
            cells(&|t| t.p(0.5)),
            cells(&|t| t.p(0.99))
        );
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}

/// 50 customers say 没解决 to one step after the other; OURS is an address without a path.
fn answers(ours: &str, article: &str) {
    println!("| pace | answers | p50 us | p99 us | failed |\n|{}", " --- |".repeat(5));
    for (pace, name) in [(STEP, "one each 2 s"), (Duration::ZERO, "closed loop")] {
        let started = Instant::now();
        let client = |n: usize| {
            // Not all in the same moment.
            thread::sleep(pace * n as u32 / WALKERS as u32);
            walk(ours, article, pace, started)
        };
        let parts: Vec<(Vec<u64>, usize)> = thread::scope(|scope| {
            let running: Vec<_> = (0..WALKERS).map(|n| scope.spawn(move || client(n))).collect();
            running.into_iter().map(|t| t.join().expect("a client")).collect()
        });
        let failed: usize = parts.iter().map(|p| p.1).sum();
        let mut micros: Vec<u64> = parts.into_iter().flat_map(|p| p.0).collect();
        micros.sort_unstable();
        let p = |share| percentile(&micros, share);
        println!("| {name} | {} | {:.0} | {:.0} | {failed} |", micros.len(), p(0.5), p(0.99));
    }
}

/// Walks the article again and again: times of the answers in microseconds, and how many failed.
fn walk(ours: &str, article: &str, pace: Duration, started: Instant) -> (Vec<u64>, usize) {
    let agent = agent();
    let (mut micros, mut failed) = (Vec::new(), 0);
    let begin = format!("{ours}/api/v1/walkthroughs");
    while started.elapsed() < WALKING {
        let begun = agent.post(&begin).send_json(serde_json::json!({ "article": article }));
        let Ok(mut place) = begun.and_then(|mut b| b.body_mut().read_json::<serde_json::Value>()) else {
            failed += 1;
            continue;
        };
        while let Some(step) = place["step"]["id"].as_str() {
            thread::sleep(pace);
            let asked = Instant::now();
            let path = format!("{begin}/{}/answers", place["id"].as_str().unwrap_or(""));
            let answer = serde_json::json!({ "step": step, "outcome": "not_solved" });
            let answered = agent.post(path).send_json(answer);
            match answered.and_then(|mut a| Ok((a.status(), a.body_mut().read_json::<serde_json::Value>()?))) {
                Ok((status, next)) if status.is_success() => {
                    micros.push(asked.elapsed().as_micros() as u64);
                    place = next;
                }
                _ => {
                    failed += 1;
                    break;
                }
            }
        }
    }
    (micros, failed)
}

/// Articles of the folder, in the order of their paths.
fn articles(kb: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![kb.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Times an answer says the question back.
const ECHOES: usize = 2;

/// A word no article has.
fn word(n: usize) -> String {
    let letter = |n: usize| char::from_u32(0x4E00 + (n * 7919 % 20_000) as u32).expect("a character");
    format!("墉{}{}{}", letter(n), letter(n / 3 + 11), letter(n / 7 + 5))
}

fn write(path: &Path, original: &str, word: &str) {
    fs::write(path, format!("{original}\n{word}{word}\n")).expect("the article is written");
}

fn is_found(agent: &ureq::Agent, address: &str, word: &str) -> bool {
    let answer = agent.get(format!("{address}{}", encoded(word))).call();
    answer.and_then(|mut a| a.body_mut().read_to_string()).is_ok_and(|body| body.matches(word).count() > ECHOES)
}

fn until_found(agent: &ureq::Agent, address: &str, word: &str) -> Duration {
    let started = Instant::now();
    while !is_found(agent, address, word) {
        assert!(started.elapsed() < DEADLINE, "`{word}` is never found");
        thread::sleep(Duration::from_millis(1));
    }
    started.elapsed()
}

fn saves(questions: &[String], ours: &str, kb: &Path) {
    let files = articles(kb);
    println!("| clients searching | saves | p50 ms | p99 ms | slowest ms | failed requests |\n|{}", " --- |".repeat(6));
    for (phase, clients) in [0, BUSY_CLIENTS].into_iter().enumerate() {
        let over = AtomicBool::new(false);
        let (mut micros, failed) = thread::scope(|scope| {
            let searching = scope.spawn(|| {
                let mut failed = 0;
                while clients > 0 && !over.load(Ordering::Relaxed) {
                    failed += turn(questions, ours, clients, WARM_UP).failed;
                }
                failed
            });
            let agent = agent();
            let micros: Vec<u64> = (0..SAVES)
                .map(|n| {
                    let path = &files[(n * 97 + phase * 13) % files.len()];
                    let (original, word) = (fs::read_to_string(path).expect("an article"), word(phase * SAVES + n));
                    write(path, &original, &word);
                    let took = until_found(&agent, ours, &word);
                    fs::write(path, original).expect("the article is put back");
                    thread::sleep(PAUSE);
                    took.as_micros() as u64
                })
                .collect();
            over.store(true, Ordering::Relaxed);
            (micros, searching.join().expect("the clients"))
        });
        micros.sort_unstable();
        let [p50, p99, last] = [0.5, 0.99, 1.0].map(|p| percentile(&micros, p) / 1_000.0);
        println!("| {clients} | {SAVES} | {p50:.1} | {p99:.1} | {last:.1} | {failed} |");
    }
}

fn burst(ours: &str, kb: &Path) {
    let agent = agent();
    let files: Vec<(PathBuf, String)> = articles(kb)
        .into_iter()
        .take(BURST)
        .map(|path| (path.clone(), fs::read_to_string(&path).expect("an article")))
        .collect();
    let started = Instant::now();
    for (n, (path, original)) in files.iter().enumerate() {
        write(path, original, &word(10_000 + n));
    }
    let written = started.elapsed();
    for n in 0..files.len() {
        until_found(&agent, ours, &word(10_000 + n));
    }
    println!(
        "{} files written in {:.2} s, all found {:.2} s after the first",
        files.len(),
        written.as_secs_f64(),
        started.elapsed().as_secs_f64()
    );
    for (path, original) in &files {
        fs::write(path, original).expect("the article is put back");
    }
}
