//! Saves by an editor, until what was written is found.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::client::{DEADLINE, agent, encoded, percentile, turn};

const SAVES: usize = 100;
const BUSY_CLIENTS: usize = 4;
const BURST: usize = 500;
/// Clients search at least so long before they look whether the saves are over.
const A_WHILE: Duration = Duration::from_millis(500);
/// Between two saves an editor makes.
const PAUSE: Duration = Duration::from_millis(100);

/// Articles of the folder, in the order of their paths.
pub(crate) fn articles(kb: &Path) -> Vec<PathBuf> {
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

/// Saves `n` articles without looking whether they are found, and puts all back at the end.
pub(crate) fn save_blindly(files: &[PathBuf], n: usize) {
    let path = |n: usize| &files[n * 97 % files.len()];
    let originals: Vec<String> = (0..n).map(|n| fs::read_to_string(path(n)).expect("an article")).collect();
    for (n, original) in originals.iter().enumerate() {
        write(path(n), original, &word(n));
        thread::sleep(PAUSE);
    }
    for (n, original) in originals.iter().enumerate() {
        fs::write(path(n), original).expect("the article is put back");
    }
}

pub(crate) fn saves(questions: &[String], ours: &str, kb: &Path) {
    let files = articles(kb);
    println!("| clients searching | saves | p50 ms | p99 ms | slowest ms | failed requests |\n|{}", " --- |".repeat(6));
    for (phase, clients) in [0, BUSY_CLIENTS].into_iter().enumerate() {
        let over = AtomicBool::new(false);
        let (mut micros, failed) = thread::scope(|scope| {
            let searching = scope.spawn(|| {
                let mut failed = 0;
                while clients > 0 && !over.load(Ordering::Relaxed) {
                    failed += turn(questions, ours, clients, A_WHILE).failed;
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

pub(crate) fn burst(ours: &str, kb: &Path) {
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
