//! Clients: who asks, how long each answer takes, and what came of it.

use std::{
    fs,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Nothing takes longer, unless it never happens.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) fn questions(file: &str) -> Vec<String> {
    fs::read_to_string(file).expect("the file of questions").lines().map(str::to_owned).collect()
}

/// Times of the answers in microseconds, sorted, and how many failed.
pub(crate) struct Turn {
    pub(crate) micros: Vec<u64>,
    pub(crate) failed: usize,
    pub(crate) took: Duration,
}

impl Turn {
    pub(crate) fn rps(&self) -> f64 {
        self.micros.len() as f64 / self.took.as_secs_f64()
    }

    pub(crate) fn p(&self, share: f64) -> f64 {
        percentile(&self.micros, share)
    }
}

pub(crate) fn percentile(sorted: &[u64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0) as f64
}

pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE)).build().into()
}

pub(crate) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Asks one question after the other for `time`, from `clients` threads.
pub(crate) fn turn(questions: &[String], address: &str, clients: usize, time: Duration) -> Turn {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let client = || {
        let agent = agent();
        let (mut micros, mut failed) = (Vec::new(), 0);
        while started.elapsed() < time {
            let q = &questions[next.fetch_add(1, Ordering::Relaxed) % questions.len()];
            match ask(&agent, address, q) {
                Some(took) => micros.push(took),
                None => failed += 1,
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

/// Asks one question; how long the answer took, in microseconds, unless it failed.
pub(crate) fn ask(agent: &ureq::Agent, address: &str, question: &str) -> Option<u64> {
    let asked = Instant::now();
    let answer = agent.get(format!("{address}{}", encoded(question))).call();
    match answer.and_then(|mut a| a.body_mut().read_to_vec().map(|_| a.status())) {
        Ok(status) if status.is_success() => Some(asked.elapsed().as_micros() as u64),
        _ => None,
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}
