//! A running server against another one, or against the clock; run by hand on a quiet machine.
//!
//! ```console
//! cargo bench --bench against -- load QUERIES OURS BARE     both take turns; ratios of ours to bare
//! cargo bench --bench against -- saves QUERIES OURS KB      100 saves, quiet and while 4 clients search
//! cargo bench --bench against -- burst QUERIES OURS KB      500 files rewritten at once
//! cargo bench --bench against -- answers OURS ARTICLE       50 customers walk an article, each 2 s and without a pause
//! cargo bench --bench against -- kinds TABLE OURS…          judged questions by their stratum; the servers take turns
//! cargo bench --bench against -- typed KB SUGGEST…          completions of what is typed, by how it is typed
//! cargo bench --bench against -- meant OURS KB              short and long questions, quiet and while 200 saves happen
//! cargo bench --bench against -- vectors KB DATA SEED       fills the data folder with made-up vectors of all articles
//! ```
//!
//! QUERIES is a file with a question on each line, TABLE one of judged questions; OURS, BARE and SUGGEST are addresses
//! up to `q=`; KB is the folder OURS serves, which `saves`, `burst` and `meant` write into: use a copy.

#![expect(clippy::print_stdout, reason = "its results are what it prints")]

mod client;
mod kinds;
mod meant;
mod saves;
mod typed;
mod vectors;
mod walkers;

use std::{path::Path, time::Duration};

use client::{Turn, median, questions, turn};

const ROUNDS: usize = 5;
const TURN: Duration = Duration::from_secs(4);
const WARM_UP: Duration = Duration::from_millis(500);

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["load", queries, ours, bare] => load(&questions(queries), ours, bare),
        ["saves", queries, ours, kb] => saves::saves(&questions(queries), ours, Path::new(kb)),
        ["answers", ours, article] => walkers::answers(ours, article),
        ["burst", _, ours, kb] => saves::burst(ours, Path::new(kb)),
        ["kinds", table, servers @ ..] if !servers.is_empty() => kinds::kinds(table, servers),
        ["typed", kb, servers @ ..] if !servers.is_empty() => typed::typed(Path::new(kb), servers),
        ["meant", ours, kb] => meant::meant(ours, Path::new(kb)),
        ["vectors", kb, data, seed] => {
            vectors::fill(Path::new(kb), Path::new(data), seed.parse().expect("the seed is a number"));
        }
        // `cargo bench` runs every bench without arguments.
        _ => println!("usage: see the first lines of benches/against/main.rs"),
    }
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
