//! Customers who walk an article, one step after the other.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::client::{agent, percentile};

const WALKERS: usize = 50;
/// A customer does a step in two seconds at the very least.
const STEP: Duration = Duration::from_secs(2);
const WALKING: Duration = Duration::from_secs(40);

/// 50 customers say 没解决 to one step after the other; OURS is an address without a path.
pub(crate) fn answers(ours: &str, article: &str) {
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
