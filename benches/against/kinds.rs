//! Judged questions, timed by their stratum.

use std::{collections::BTreeMap, fs};

use crate::client::{agent, ask, percentile};

/// A server remembers what a question meant: the first round is told apart from those that follow.
const ROUNDS: usize = 8;
/// Of a table: qid, query, ids, stratum, audience.
const QUERY: usize = 1;
const STRATUM: usize = 3;

/// Asks every server the questions of the table in turns, each round in another order.
pub(crate) fn kinds(table: &str, servers: &[&str]) {
    let text = fs::read_to_string(table).expect("the table of judged questions");
    let asked: Vec<(&str, &str)> = text.lines().skip(1).filter_map(read).collect();
    let agent = agent();
    for (_, query) in asked.iter().take(ROUNDS) {
        for server in servers {
            ask(&agent, server, &format!("{query} 预热"));
        }
    }
    // By server, stratum and whether it is asked for the first time.
    let mut times: BTreeMap<(usize, &str, bool), Vec<u64>> = BTreeMap::new();
    let mut failed = 0;
    for round in 0..ROUNDS {
        for (query, stratum) in shuffled(&asked, round) {
            for (n, server) in servers.iter().enumerate() {
                match ask(&agent, server, query) {
                    Some(took) => {
                        for stratum in [stratum, "(all)"] {
                            times.entry((n, stratum, round == 0)).or_default().push(took);
                        }
                    }
                    None => failed += 1,
                }
            }
        }
    }
    println!("| server | stratum | questions | first time: p50 us | p99 us | again: p50 us | p99 us |");
    println!("|{}", " --- |".repeat(7));
    times.values_mut().for_each(|t| t.sort_unstable());
    for ((n, stratum, _), first) in times.iter().filter(|((_, _, is_first), _)| *is_first) {
        let again = times.get(&(*n, *stratum, false)).map_or(&[][..], Vec::as_slice);
        let [p50, p99] = [0.5, 0.99].map(|p| percentile(first, p));
        let [p50_again, p99_again] = [0.5, 0.99].map(|p| percentile(again, p));
        println!("| {n} | {stratum} | {} | {p50:.0} | {p99:.0} | {p50_again:.0} | {p99_again:.0} |", first.len());
    }
    println!("\n{ROUNDS} rounds, {failed} failed");
}

fn read(line: &str) -> Option<(&str, &str)> {
    let cells: Vec<&str> = line.split('\t').collect();
    Some((*cells.get(QUERY)?, *cells.get(STRATUM)?))
}

/// The rows in the order of a round: a step through the table that meets each row once.
fn shuffled<'t>(rows: &'t [(&'t str, &'t str)], round: usize) -> impl Iterator<Item = (&'t str, &'t str)> {
    let n = rows.len();
    let coprime = |step: &usize| (2..=*step).all(|d| !n.is_multiple_of(d) || !step.is_multiple_of(d));
    let step = (n / 3 + 17 * round + 1..).find(coprime).unwrap_or(1);
    (0..n).map(move |i| rows[(i * step + round) % n])
}
