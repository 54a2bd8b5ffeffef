//! Questions by their length where meaning speaks, each a new one: quiet, and while an editor saves.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{
    client::{agent, ask, percentile},
    saves::{articles, save_blindly},
    typed::read,
    vectors::Random,
};

/// Questions of each length in the quiet.
const QUIET: usize = 500;
const SAVES: usize = 200;
/// Names and characters: a piece of the model is one character at least, and at most two in texts like these, so
/// that the short questions are of 24 pieces at most, the long ones of all the 64 that are read.
const LENGTHS: [(&str, usize); 2] = [("at most 24 pieces", 18), ("64 pieces", 130)];
const SEED: u64 = 7;

/// Asks what nobody has asked before, so that each question has to be embedded.
pub(crate) fn meant(ours: &str, kb: &Path) {
    let files = articles(kb);
    let said: Vec<String> = files.iter().filter_map(|path| read(path)).flat_map(|a| a.symptoms).collect();
    let mut random = Random(SEED);
    println!("| question | saves | questions | p50 ms | p99 ms | slowest ms | failed |");
    println!("|{}", " --- |".repeat(7));
    for saves in [0, SAVES] {
        for (name, length) in LENGTHS {
            let over = AtomicBool::new(saves == 0);
            let (mut micros, failed) = thread::scope(|scope| {
                scope.spawn(|| {
                    save_blindly(&files, saves);
                    over.store(true, Ordering::Relaxed);
                });
                ask_all(ours, &said, length, &over, &mut random)
            });
            micros.sort_unstable();
            let [p50, p99, last] = [0.5, 0.99, 1.0].map(|p| percentile(&micros, p) / 1_000.0);
            println!("| {name} | {saves} | {} | {p50:.1} | {p99:.1} | {last:.1} | {failed} |", micros.len());
        }
    }
}

/// Times in microseconds, and how many failed, until there are enough and `over` says so.
fn ask_all(ours: &str, said: &[String], length: usize, over: &AtomicBool, random: &mut Random) -> (Vec<u64>, usize) {
    let agent = agent();
    let (mut micros, mut failed) = (Vec::new(), 0);
    while micros.len() + failed < QUIET || !over.load(Ordering::Relaxed) {
        match ask(&agent, ours, &question(said, length, random)) {
            Some(took) => micros.push(took),
            None => failed += 1,
        }
    }
    (micros, failed)
}

/// People's own words one after the other, up to `length` characters.
fn question(said: &[String], length: usize, random: &mut Random) -> String {
    let mut text = String::new();
    while text.chars().count() < length {
        text.push_str(&said[random.bits() as usize % said.len()]);
    }
    text.chars().take(length).collect()
}
